"""Edge refinement: it keeps order, stays inside the audio, and comes nearer to the truth."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.align import Alignment, Interval
from sal_anchors.audio import read_recording
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
STEP = 0.0025


def _refine(
    words: tuple[Interval, ...], samples: np.ndarray, grid: FrameGrid = GRID
) -> tuple[Interval, ...]:
    """Of an engine whose errors are not known, without phones."""
    return refine_words(words, (), samples, grid, known=False)


def _tone_in_noise(
    rate: int, seconds: float, spans: list[tuple[float, float]], seed: int = 0
) -> np.ndarray:
    """Loud noise in the spans, faint noise elsewhere."""
    samples = np.random.default_rng(seed).normal(0, 1, round(seconds * rate))
    time = np.arange(len(samples)) / rate
    loud = np.zeros(len(samples), dtype=bool)
    for start, end in spans:
        loud |= (time >= start) & (time < end)
    return np.where(loud, 0.1 * samples, 0.0003 * samples).astype(np.float32)


@st.composite
def words_in_audio(draw: st.DrawFn) -> tuple[tuple[Interval, ...], np.ndarray]:
    """Words in order (touching, apart or very short, up to the very end) in any audio."""
    length = draw(st.integers(800, 24_000))
    count = draw(st.integers(1, min(12, length // 100)))
    edges = sorted(
        draw(st.lists(st.integers(0, length), min_size=2 * count, max_size=2 * count, unique=True))
    )
    if draw(st.booleans()):
        edges[1:-1:2] = edges[2::2]
    words = tuple(
        Interval(f"w{n}", edges[2 * n] / 16_000, edges[2 * n + 1] / 16_000, -1.0)
        for n in range(count)
        if edges[2 * n] < edges[2 * n + 1]
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    loudness = np.repeat(10 ** rng.uniform(-5, 0, length // 400 + 1), 400)[:length]
    samples = rng.normal(0, 1, length) * loudness
    return words, np.clip(samples, -1, 1).astype(np.float32)


@settings(max_examples=300, deadline=None)
@given(words_in_audio())
def test_words_keep_their_order_and_a_length_and_stay_inside_the_audio(
    case: tuple[tuple[Interval, ...], np.ndarray],
) -> None:
    words, samples = case
    refined = list(_refine(words, samples))
    assert [(w.label, w.score) for w in refined] == [(w.label, w.score) for w in words]
    edges = [GRID.sample_of(edge) for word in refined for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(samples)
    assert all(
        end - start >= STEP * 16_000 for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
    assert all(GRID.snap(w.start) == w.start and GRID.snap(w.end) == w.end for w in refined)


def test_no_words_are_no_words() -> None:
    assert _refine((), np.zeros(16_000, dtype=np.float32)) == ()


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100])
def test_an_edge_next_to_silence_moves_to_where_the_sound_is(rate: int) -> None:
    """Also late in a recording, and at rates at which a step is no whole number of samples."""
    true = (50.5, 51.0)
    samples = _tone_in_noise(rate, 60.0, [true])
    coarse = (Interval("word", true[0] - 0.035, true[1] + 0.03),)
    (word,) = _refine(coarse, samples, FrameGrid(rate, rate // 100, rate // 40))
    assert word.start == pytest.approx(true[0], abs=0.02)
    assert word.end == pytest.approx(true[1], abs=0.02)


def test_words_that_adjoin_share_their_boundary() -> None:
    samples = _tone_in_noise(16_000, 2.0, [(0.5, 1.5)])
    first, second = _refine((Interval("a", 0.5, 1.0), Interval("b", 1.0, 1.5)), samples)
    assert first.end == second.start == pytest.approx(1.0, abs=0.16)


def test_an_edge_that_cannot_be_heard_is_less_sure_than_one_that_can() -> None:
    coarse = (Interval("a", 0.5, 1.0),)
    (clear,) = _refine(coarse, _tone_in_noise(16_000, 2.0, [(0.5, 1.0)]))
    (lost,) = _refine(coarse, _tone_in_noise(16_000, 2.0, []))
    assert lost.start_uncertainty > 2 * clear.start_uncertainty
    assert lost.end_uncertainty > 2 * clear.end_uncertainty


@pytest.mark.parametrize("known", [True, False])
def test_gain_does_not_move_an_edge(
    exact_alignments: list[tuple[dict[str, Any], Alignment]], known: bool
) -> None:
    clip, alignment = exact_alignments[0]
    samples = read_recording(clip["audio"], GRID).samples
    loud, quiet = (
        refine_words(alignment.words, alignment.phones, x, GRID, known=known)
        for x in (samples, samples * np.float32(0.01))
    )
    moved = [
        abs(getattr(a, s) - getattr(b, s))
        for a, b in zip(loud, quiet, strict=True)
        for s in ("start", "end")
    ]
    assert max(moved) < 0.003


def test_digital_silence_around_a_word_is_no_obstacle() -> None:
    samples = _tone_in_noise(16_000, 2.0, [(0.5, 1.0)])
    samples[:8_000] = samples[16_000:] = 0
    (word,) = _refine((Interval("a", 0.46, 1.03),), samples)
    assert word.start == pytest.approx(0.5, abs=0.02)
    assert word.end == pytest.approx(1.0, abs=0.02)


def test_a_keyword_at_the_very_end_has_its_anchor_inside_the_audio() -> None:
    samples = _tone_in_noise(16_000, 1.0, [(0.2, 1.0)])
    words = (Interval("a", 0.2, 0.996), Interval("please", 0.996, 1.0))
    *_, last = _refine(words, samples)
    assert last.end <= 1.0
    assert GRID.frame_of(last.end) < GRID.num_frames(len(samples))


def _next_to_a_pause(clip: dict[str, Any]) -> list[tuple[int, str]]:
    """(word, "start" or "end") of the true edges next to a pause of 60 ms or more."""
    words, seconds = clip["words"], clip["num_samples"] / clip["sample_rate"]
    found = []
    for n, (start, end, _) in enumerate(words):
        if start - (words[n - 1][1] if n else 0.0) >= 0.06:
            found.append((n, "start"))
        if (words[n + 1][0] if n + 1 < len(words) else seconds) - end >= 0.06:
            found.append((n, "end"))
    return found


def test_edges_next_to_pauses_come_nearer_to_the_exact_ones(
    exact_alignments: list[tuple[dict[str, Any], Alignment]],
) -> None:
    raw, refined = [], []
    for clip, alignment in exact_alignments:
        samples = read_recording(clip["audio"], GRID).samples
        better = refine_words(alignment.words, alignment.phones, samples, GRID, known=True)
        for n, side in _next_to_a_pause(clip):
            true = clip["words"][n][("start", "end").index(side)]
            raw.append(abs(getattr(alignment.words[n], side) - true))
            refined.append(abs(getattr(better[n], side) - true))
    assert len(raw) >= 16
    assert np.mean(refined) < np.mean(raw)
    assert np.median(refined) < 0.6 * np.median(raw)


def test_every_edge_says_how_far_it_may_be_off(
    exact_alignments: list[tuple[dict[str, Any], Alignment]],
) -> None:
    within = []
    for clip, alignment in exact_alignments:
        samples = read_recording(clip["audio"], GRID).samples
        for word, (start, end, label) in zip(
            refine_words(alignment.words, alignment.phones, samples, GRID, known=True),
            clip["words"],
            strict=True,
        ):
            assert re.fullmatch(r"[a-z']+", label)
            within.append(abs(word.start - start) <= (word.start_uncertainty or 0.0))
            within.append(abs(word.end - end) <= (word.end_uncertainty or 0.0))
    assert np.mean(within) > 0.85
