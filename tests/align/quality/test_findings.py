"""Oddities of timing and energy, on noise that is loud where speech would be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sal_anchors.align import Interval
from sal_anchors.align.finding import FindingCode
from sal_anchors.align.quality.findings import find_oddities, pace_deviation
from sal_anchors.align.quality.loudness import Loudness
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()


def _audio(seconds: float, *loud: tuple[float, float]) -> NDArray[np.float32]:
    """Faint noise, 40 dB louder in the stretches given."""
    samples = np.random.default_rng(0).normal(0, 1e-3, round(seconds * GRID.sample_rate))
    for start, end in loud:
        samples[round(start * GRID.sample_rate) : round(end * GRID.sample_rate)] *= 100
    return samples.astype(np.float32)


def _words(*spans: tuple[float, float], phones: int = 5) -> tuple[list[Interval], list[Interval]]:
    words = [Interval(f"word{n}", start, end) for n, (start, end) in enumerate(spans)]
    pieces = [
        Interval("AA", float(a), float(b))
        for start, end in spans
        for a, b in zip(
            np.linspace(start, end, phones + 1)[:-1],
            np.linspace(start, end, phones + 1)[1:],
            strict=True,
        )
    ]
    return words, pieces


def test_usual_words_over_loud_audio_have_no_findings() -> None:
    words, phones = _words((0.5, 1.0), (1.0, 1.4))
    assert find_oddities(words, phones, _audio(2.0, (0.5, 1.4)), GRID) == ()


def test_loud_audio_outside_all_words_is_found_with_its_length() -> None:
    words, phones = _words((0.5, 1.0))
    (found,) = find_oddities(words, phones, _audio(3.0, (0.5, 1.0), (1.6, 2.2)), GRID)
    assert found.code is FindingCode.UNCOVERED_SPEECH
    assert found.label == ""
    assert found.start <= 1.6
    assert found.end >= 2.2
    assert found.value == pytest.approx(0.6, abs=0.02)


def test_a_click_outside_words_is_nothing() -> None:
    words, phones = _words((0.5, 1.0))
    assert find_oddities(words, phones, _audio(3.0, (0.5, 1.0), (1.6, 1.7)), GRID) == ()


def test_a_word_where_it_is_silent_is_found() -> None:
    words, phones = _words((0.5, 1.0), (2.0, 2.5))
    (found,) = find_oddities(words, phones, _audio(3.0, (0.5, 1.0)), GRID)
    assert (found.code, found.label) == (FindingCode.WORD_OVER_SILENCE, "word1")
    assert (found.start, found.end) == (2.0, 2.5)
    assert found.value < 0.1


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_audio_of_one_level_says_nothing_of_silence(level: float) -> None:
    words, phones = _words((0.5, 1.0))
    samples = np.full(32_000, level, dtype=np.float32)
    assert find_oddities(words, phones, samples, GRID) == ()


@pytest.mark.parametrize(
    ("seconds", "codes"),
    [
        (0.1, {FindingCode.SHORT_WORD, FindingCode.FAST_SPEECH}),
        (0.4, set()),
        (2.5, {FindingCode.LONG_WORD, FindingCode.SLOW_SPEECH}),
    ],
)
def test_words_too_short_or_too_long_for_their_phones_are_found(
    seconds: float, codes: set[FindingCode]
) -> None:
    words, phones = _words((0.5, 0.5 + seconds))
    found = find_oddities(words, phones, _audio(4.0, (0.5, 0.5 + seconds)), GRID)
    assert {one.code for one in found} == codes
    for one in found:
        phone = seconds / 5
        word = one.code in (FindingCode.SHORT_WORD, FindingCode.LONG_WORD)
        assert one.value == pytest.approx(phone if word else 1 / phone)


def test_letters_stand_in_for_phones_where_there_are_none() -> None:
    words = [Interval("computer", 0.5, 6.0)]
    codes = {one.code for one in find_oddities(words, [], _audio(7.0, (0.5, 6.0)), GRID)}
    assert FindingCode.LONG_WORD in codes


def test_findings_are_in_time_order() -> None:
    words, phones = _words((0.5, 0.55), (1.0, 4.0), (6.0, 6.5))
    found = find_oddities(words, phones, _audio(8.0, (0.5, 4.0), (7.0, 8.0)), GRID)
    assert len(found) >= 4
    assert [one.start for one in found] == sorted(one.start for one in found)


@given(st.integers(1, 20), st.floats(0.01, 10), st.floats(1.01, 3))
def test_a_longer_word_deviates_upwards(phones: int, seconds: float, factor: float) -> None:
    usual = phones * (0.075 + 0.12 / phones)
    assert math.isclose(pace_deviation(usual, phones), 0, abs_tol=1e-9)
    assert pace_deviation(seconds * factor, phones) > pace_deviation(seconds, phones)


@given(st.floats(0.1, 2.9), st.floats(0.02, 1.0))
def test_covered_and_uncovered_time_add_up_to_the_audio(start: float, length: float) -> None:
    word = Interval("word", start, min(3.0, start + length))
    loudness = Loudness.of(_audio(3.0, (start, word.end)), GRID.sample_rate, [word])
    if loudness is None:
        return
    gaps = sum(end - first for first, end, _ in loudness.uncovered(0.5, 0.0))
    assert gaps + loudness.covered.sum() / 100 == pytest.approx(3.0)
