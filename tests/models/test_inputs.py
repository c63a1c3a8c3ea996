"""What a detector sees is the same whole and in pieces, whichever stream comes first."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.models import OnlineInputs, SensorConfig, model_inputs, silent_inputs
from sal_anchors.streams import Stream
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
FEATURES = LogMelConfig(num_bins=8)
WRIST = SensorConfig(name="wrist", rate=99.9, channels=2)
CHEST = SensorConfig(name="chest", rate=12.5, channels=1, resampling="linear")
SENSORS = (WRIST, CHEST)
STARTS = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 100)])


def _stream(config: SensorConfig, count: int, start: Fraction = Fraction(0)) -> Stream:
    readings = np.random.default_rng(count).standard_normal((count, config.channels))
    rate = Fraction(str(config.rate))
    return Stream(config.name, rate, readings.astype(np.float32), start)


def _pieces(values: np.ndarray, cuts: list[int]) -> list[np.ndarray]:
    return np.split(values, sorted(min(cut, len(values)) for cut in cuts))


_CUTS = st.lists(st.integers(0, 9_000), min_size=4, max_size=4)


@settings(max_examples=60)
@given(
    st.integers(0, 9_000),
    st.integers(0, 80),
    st.integers(0, 12),
    st.tuples(STARTS, STARTS),
    st.tuples(_CUTS, st.lists(st.integers(0, 80), min_size=4, max_size=4)),
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
)
def test_pieces_at_their_own_pace_give_the_frames_of_the_whole(
    length, wrists, chests, starts, cuts, last_cuts
) -> None:
    samples = (0.1 * np.random.default_rng(length).standard_normal(length)).astype(np.float32)
    streams = (_stream(WRIST, wrists, starts[0]), _stream(CHEST, chests, starts[1]))
    whole = model_inputs(samples, streams, GRID, FEATURES, SENSORS)
    online = OnlineInputs(GRID, FEATURES, SENSORS)
    for _ in range(2):
        online.start({stream.name: stream.start for stream in streams})
        found = [
            online.accept(audio, {"wrist": wrist, "chest": chest})
            for audio, wrist, chest in zip(
                _pieces(samples, cuts[0]),
                _pieces(streams[0].readings, cuts[1]),
                _pieces(streams[1].readings, last_cuts),
                strict=True,
            )
        ]
        np.testing.assert_array_equal(np.concatenate([*found, online.flush()]), whole)


def test_without_sensors_the_inputs_are_the_features_of_the_audio() -> None:
    samples = np.random.default_rng(0).standard_normal(4_000).astype(np.float32)
    expected = log_mel(samples, GRID, FEATURES)
    np.testing.assert_array_equal(model_inputs(samples, (), GRID, FEATURES), expected)
    assert silent_inputs(3, FEATURES, ()).tolist() == [[FEATURES.floor] * 8] * 3


def test_a_stream_that_is_not_there_is_absent_and_the_others_are_not_moved() -> None:
    samples = np.zeros(4_000, np.float32)
    chest = _stream(CHEST, 9)
    found = model_inputs(samples, [chest], GRID, FEATURES, SENSORS)
    assert np.isnan(found[:, 8:10]).all()
    assert np.isfinite(found[:, 10]).all()
    np.testing.assert_array_equal(silent_inputs(1, FEATURES, SENSORS)[0, 8:], [np.nan] * 3)


def test_frames_wait_for_the_slowest_stream_and_the_last_ones_for_none() -> None:
    online = OnlineInputs(GRID, FEATURES, (CHEST,))
    assert len(online.accept(np.zeros(16_000, np.float32))) == 0
    ready = online.accept([], {"chest": np.zeros((2, 1))})
    assert len(ready) == sum(GRID.frame_end(t) < 2 * 16_000 / 12.5 for t in range(100))
    rest = online.flush()
    assert len(ready) + len(rest) == GRID.num_frames(16_000)
    assert np.isnan(rest[:, 8]).all()


def test_readings_of_nan_say_that_there_are_none() -> None:
    online = OnlineInputs(GRID, FEATURES, (CHEST,))
    found = online.accept(np.zeros(3_000, np.float32), {"chest": np.full((5, 1), np.nan)})
    assert len(found) > 10
    assert np.isnan(found[:, 8]).all()


def test_a_stream_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no stream ankle; there are wrist, chest"):
        OnlineInputs(GRID, FEATURES, SENSORS).accept([], {"ankle": np.zeros((1, 1))})
    with pytest.raises(ValueError, match="no stream wrist; there are none"):
        OnlineInputs(GRID, FEATURES).accept([], {"wrist": np.zeros((1, 1))})
