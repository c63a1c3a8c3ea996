from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.errors import GridMismatchError
from sal_anchors.features import LogMelConfig, OnlineLogMel, log_mel
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()


def audio(length: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(length)).astype(np.float32)


@pytest.mark.parametrize("length", [0, 1, 159, 160, 161, 239, 240, 241, 399, 400, 401, 16_000])
def test_every_length_gives_the_frames_of_the_grid(length: int) -> None:
    features = log_mel(audio(length), GRID)
    assert features.shape == (GRID.num_frames(length), 40)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("hop_ms", [5, 7.3, 10, 11.61, 12.5, 16, 20, 32, 80])
def test_frames_are_exact_at_every_rate_and_hop(rate: int, hop_ms: float) -> None:
    hop = round(rate * hop_ms / 1000)
    for window in (hop, 2 * hop, round(2.5 * hop) + 1):
        grid = FrameGrid(rate, hop, window)
        length = 40 * hop + 1
        config = LogMelConfig(num_bins=8)
        assert len(log_mel(audio(length), grid, config)) == 41
        assert len(OnlineLogMel(grid, config).accept(audio(40 * hop - 1))) == 39


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=12), st.sampled_from([(160, 400), (200, 200)]))
def test_a_stream_in_any_pieces_gives_exactly_the_frames_of_the_whole(
    sizes: list[int], shape: tuple[int, int]
) -> None:
    grid = FrameGrid(16_000, *shape)
    samples = audio(sum(sizes))
    online = OnlineLogMel(grid)
    pieces = np.split(samples, np.cumsum(sizes)[:-1]) if sizes else []
    frames = [online.accept(piece) for piece in pieces]
    received = np.cumsum([len(piece) for piece in pieces])
    assert [sum(map(len, frames[: i + 1])) for i in range(len(frames))] == [
        n // grid.hop for n in received
    ]
    assert np.array_equal(
        np.concatenate([np.zeros((0, 40), np.float32), *frames, online.flush()]),
        log_mel(samples, grid),
    )


def test_after_flush_a_new_stream_begins() -> None:
    online = OnlineLogMel(GRID)
    first = np.concatenate([online.accept(audio(1_000)), online.flush()])
    again = np.concatenate([online.accept(audio(1_000)), online.flush()])
    assert np.array_equal(first, again)


def test_a_frame_sees_its_own_window_and_nothing_after() -> None:
    samples = audio(3_200)
    changed = samples.copy()
    changed[1_600:] = 0
    same = (log_mel(samples, GRID) == log_mel(changed, GRID)).all(axis=1)
    first_changed = int(np.argmin(same))
    assert first_changed == GRID.frame_of(GRID.time_of(1_601)) == 10


def test_a_click_shows_first_in_the_frame_of_its_instant() -> None:
    for instant in (0, 5, 1_599, 1_600, 1_601):
        samples = np.zeros(4_000, np.float32)
        samples[instant] = 0.9
        loud = np.flatnonzero(log_mel(samples, GRID).max(axis=1) > 3.0)
        # The click is complete one sample after it began.
        assert loud[0] - GRID.frame_of(GRID.time_of(instant + 1)) in (0, 1)


def test_digital_silence_lies_at_the_floor() -> None:
    features = log_mel(np.zeros(1_600, np.float32), GRID, LogMelConfig(floor=4.0))
    assert (features == 4.0).all()


def test_a_tone_peaks_in_the_bin_around_its_frequency() -> None:
    time = np.arange(16_000) / 16_000
    means = [
        log_mel(0.3 * np.sin(2 * np.pi * hz * time), GRID).mean(axis=0).argmax()
        for hz in (200, 1_000, 4_000)
    ]
    assert means[0] < means[1] < means[2]


def test_more_filters_than_fit_the_window_are_refused_by_value() -> None:
    with pytest.raises(GridMismatchError, match=r"200 mel filters.*fewer filters"):
        OnlineLogMel(GRID, LogMelConfig(num_bins=200))


def test_stereo_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(100, 2\)"):
        log_mel(np.zeros((100, 2)), GRID)
