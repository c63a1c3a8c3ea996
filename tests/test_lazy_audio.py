"""Samples that stay in their file until they are asked for are those of the whole recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Reason
from sal_anchors.align import Interval
from sal_anchors.audio import AudioError, Recording, read_recording
from sal_anchors.events.edges import refine_words
from sal_anchors.lazy_audio import LazySamples, OpenRecording, open_recording
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
SECONDS = 310


@pytest.fixture(scope="module", params=[16_000, 11_025])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bursts of noise for five minutes and a little."""
    rate = request.param
    rng = np.random.default_rng(0)
    loudness = np.repeat(rng.uniform(0.0, 0.2, SECONDS * 4), rate // 4)
    path = tmp_path_factory.mktemp("lazy") / f"{rate}.flac"
    soundfile.write(path, np.clip(rng.standard_normal(len(loudness)) * loudness, -1, 1), rate)
    return path


@pytest.fixture(scope="module")
def both(recording: Path) -> tuple[Recording, OpenRecording]:
    opened = open_recording(recording, GRID, start=0.5)
    assert isinstance(opened, OpenRecording)
    return read_recording(recording, GRID, start=0.5), opened


def test_what_is_told_of_it_is_the_same(both: tuple[Recording, OpenRecording]) -> None:
    whole, opened = both
    assert len(opened.samples) == len(whole.samples)
    assert opened.source_rate == whole.source_rate
    assert opened.source_samples == whole.source_samples
    assert opened.content_hash == whole.content_hash


@given(start=st.integers(0, SECONDS * 16_000), length=st.integers(0, 130 * 16_000))
def test_any_slice_is_that_of_the_whole(
    both: tuple[Recording, OpenRecording], start: int, length: int
) -> None:
    whole, opened = both
    got, due = opened.samples[start : start + length], whole.samples[start : start + length]
    assert got.dtype == np.float32
    assert got.shape == due.shape
    assert np.allclose(got, due, atol=2e-4)


def test_few_blocks_are_kept(both: tuple[Recording, OpenRecording]) -> None:
    samples = both[1].samples
    assert isinstance(samples, LazySamples)
    for second in range(0, SECONDS, 30):
        samples[second * 16_000 : (second + 1) * 16_000]
    assert len(samples._blocks) <= 2


def test_refined_edges_are_those_of_the_whole(both: tuple[Recording, OpenRecording]) -> None:
    whole, opened = both
    words = tuple(Interval(f"{n}", n + 0.1, n + 0.7) for n in range(0, SECONDS - 2, 2))
    one = refine_words(words, (), opened.samples, GRID, known=False)
    other = refine_words(words, (), whole.samples, GRID, known=False)
    assert [(w.start, w.end) for w in one] == [(w.start, w.end) for w in other]


def test_a_short_stretch_is_read_at_once(recording: Path) -> None:
    opened = open_recording(recording, GRID, start=100.0, duration=2.0)
    assert isinstance(opened, Recording)
    whole = read_recording(recording, GRID, start=100.0, duration=2.0)
    assert np.array_equal(opened.samples, whole.samples)


def test_a_channel_that_is_not_there_is_told_at_once(recording: Path) -> None:
    with pytest.raises(AudioError) as error:
        open_recording(recording, GRID, channel=3)
    assert error.value.reason is Reason.NO_SUCH_CHANNEL
