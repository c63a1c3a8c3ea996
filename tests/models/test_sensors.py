from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.models import Join, OnlineSensor, SensorConfig, on_frames
from sal_anchors.timebase import FrameGrid, kaldi_grid

GRIDS = st.sampled_from([FrameGrid(), kaldi_grid(), FrameGrid(16_000, 320, 320)])
RATES = st.sampled_from([10.0, 50.0, 99.9, 100.0, 1_000.0])
WAYS = st.sampled_from(["hold", "linear"])


@given(GRIDS, RATES, WAYS, st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_readings_in_any_pieces_give_the_rows_of_the_whole(grid, rate, way, sizes) -> None:
    config = SensorConfig(name="wrist", rate=rate, channels=3, resampling=way)
    readings = np.random.default_rng(0).standard_normal((sum(sizes), 3)).astype(np.float32)
    online = OnlineSensor(grid, config)
    pieces = [online.accept(piece) for piece in np.split(readings, np.cumsum(sizes)[:-1])]
    whole = OnlineSensor(grid, config).accept(readings)
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    frames = len(whole) + 7
    padded = on_frames(readings, frames, grid, config)
    np.testing.assert_array_equal(padded[: len(whole)], whole)
    assert np.isnan(padded[len(whole) :]).all()


@given(GRIDS, RATES, WAYS)
def test_a_frame_knows_of_no_reading_taken_after_its_end(grid, rate, way) -> None:
    config = SensorConfig(name="wrist", rate=rate, channels=1, resampling=way)
    readings = np.zeros((40, 1), np.float32)
    readings[20] = 1.0
    rows = OnlineSensor(grid, config).accept(readings)[:, 0]
    taken = Fraction(20) / Fraction(str(rate)) * grid.sample_rate
    moved = np.flatnonzero(np.nan_to_num(rows))
    assert all(grid.frame_end(int(t)) >= taken for t in moved)
    before = next(t for t in range(len(rows)) if grid.frame_end(t) >= taken)
    if way == "hold":
        assert not len(moved) or moved[0] == before


@given(GRIDS, st.sampled_from([10.0, 50.0, 100.0]))
def test_linear_values_are_those_of_one_reading_ago_on_a_straight_line(grid, rate) -> None:
    config = SensorConfig(name="wrist", rate=rate, channels=1, resampling="linear")
    times = np.arange(60) / rate
    rows = OnlineSensor(grid, config).accept(times[:, None].astype(np.float32))[:, 0]
    ends = np.array([grid.time_of_frame(t) for t in range(len(rows))])
    expected = np.maximum(ends - config.delay_seconds, 0)
    np.testing.assert_allclose(rows, expected, atol=1e-5)


def test_held_values_are_the_last_reading_by_hand() -> None:
    config = SensorConfig(name="wrist", rate=50, channels=1)
    rows = on_frames(np.array([[1.0], [2.0], [3.0]]), 8, FrameGrid(), config)[:, 0]
    assert rows[:5].tolist() == [1, 2, 2, 3, 3]
    assert np.isnan(rows[5:]).all()


def test_readings_of_another_shape_are_refused_by_name() -> None:
    online = OnlineSensor(FrameGrid(), SensorConfig(name="wrist", rate=50, channels=3))
    with pytest.raises(ValueError, match=r"'wrist' must be \(n, 3\), got shape \(4, 2\)"):
        online.accept(np.zeros((4, 2)))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_joined_streams_wait_for_each_other_and_lose_nothing(counts) -> None:
    total = [sum(column) for column in zip(*counts, strict=True)] or [0, 0]
    one = np.arange(total[0], dtype=np.float32)[:, None]
    two = np.arange(total[1] * 2, dtype=np.float32).reshape(-1, 2)
    join, rows, at = Join(1, 2), [np.zeros((0, 3), np.float32)], [0, 0]
    for first, second in counts:
        rows.append(join.accept(one[at[0] : at[0] + first], two[at[1] : at[1] + second]))
        at = [at[0] + first, at[1] + second]
    ready = min(total)
    expected = np.concatenate([one[:ready], two[:ready]], axis=1)
    np.testing.assert_array_equal(np.concatenate(rows), expected)
