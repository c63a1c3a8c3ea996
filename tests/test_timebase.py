"""The frame grid against slow, obvious and exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase import FrameGrid

TEN_HOURS = 36_000

rates = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000])


@st.composite
def grids(draw: st.DrawFn) -> FrameGrid:
    hop = draw(st.integers(1, 2_000))
    return FrameGrid(draw(rates), hop, hop + draw(st.integers(0, 2_000)))


@st.composite
def instants(draw: st.DrawFn) -> tuple[FrameGrid, int, int]:
    """A grid, the length of a recording on it, and a sample instant in the recording."""
    grid = draw(grids())
    length = draw(st.integers(1, TEN_HOURS * grid.sample_rate))
    return grid, length, draw(st.integers(0, length))


@given(grids(), st.integers(0, 1_000_000_000))
def test_the_number_of_frames_is_the_hops_begun(grid: FrameGrid, num_samples: int) -> None:
    assert grid.num_frames(num_samples) == math.ceil(Fraction(num_samples, grid.hop))


@given(instants())
def test_every_instant_of_the_audio_has_its_frame_inside_the_audio(
    instant: tuple[FrameGrid, int, int],
) -> None:
    grid, length, sample = instant
    assert 0 <= grid.frame_of(grid.time_of(sample)) < grid.num_frames(length)


@given(st.integers(1, 40), st.integers(0, 60), rates, st.integers(0, 400))
def test_the_frame_of_an_instant_is_the_first_whose_window_has_seen_it(
    hop: int, more: int, rate: int, sample: int
) -> None:
    grid = FrameGrid(rate, hop, hop + more)
    first = next(
        frame
        for frame in range(1_000)
        if sample <= grid.hop - grid.window + frame * grid.hop + grid.window
    )
    assert grid.frame_of(sample / rate) == first


def test_an_instant_on_a_frame_s_end_is_seen_by_that_frame_and_the_next_sample_is_not() -> None:
    grid = FrameGrid(16_000, 160, 400)
    assert [grid.frame_of(n / 16_000) for n in (0, 1, 160, 161, 320, 321)] == [0, 0, 0, 1, 1, 2]


@given(instants())
def test_a_frame_is_complete_less_than_a_hop_after_the_instants_it_is_first_to_see(
    instant: tuple[FrameGrid, int, int],
) -> None:
    grid, _, sample = instant
    assume(sample > 0)
    frame = grid.frame_of(grid.time_of(sample))
    assert 0 <= grid.frame_end(frame) - sample < grid.hop
    delay = grid.time_of_frame(frame) - grid.time_of(sample)
    assert 0 <= delay < grid.hop_seconds


def test_the_very_first_instant_waits_one_hop_since_no_frame_is_complete_earlier() -> None:
    grid = FrameGrid()
    assert grid.frame_of(0.0) == 0
    assert grid.time_of_frame(0) == grid.hop_seconds


@given(grids(), st.floats(0, TEN_HOURS))
def test_a_time_between_samples_is_never_off_by_more_than_half_a_sample(
    grid: FrameGrid, time: float
) -> None:
    exact = Fraction(time) * grid.sample_rate
    slack = Fraction(1, 10**6)
    assert abs(grid.sample_of(time) - exact) <= Fraction(1, 2) + slack
    assert grid.sample_of(grid.snap(time)) == grid.sample_of(time)


@given(rates, st.integers(0, TEN_HOURS * 48_000))
def test_sample_to_time_and_back_is_exact_for_ten_hours(rate: int, sample: int) -> None:
    grid = FrameGrid(rate)
    assert grid.sample_of(grid.time_of(sample)) == sample


def test_frames_do_not_drift_over_ten_hours() -> None:
    grid = FrameGrid(44_100, 441, 1_103)
    for second in range(0, TEN_HOURS + 1, 997):
        assert grid.frame_of(float(second)) == max(0, second * 100 - 1)
        assert grid.frame_of(second + 0.005) == second * 100


@given(grids(), rates, st.integers(0, TEN_HOURS * 48_000))
def test_the_resampled_length_is_the_exact_quotient_rounded_halves_up(
    grid: FrameGrid, rate: int, num_samples: int
) -> None:
    exact = Fraction(num_samples * grid.sample_rate, rate)
    assert grid.resampled(num_samples, rate) == math.floor(exact + Fraction(1, 2))


@given(grids(), st.integers(0, 100_000))
def test_whole_frames_of_a_duration_come_back_as_themselves(grid: FrameGrid, frames: int) -> None:
    assert grid.frames_in(frames * grid.hop / grid.sample_rate) == frames


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"sample_rate": 0}, "0"),
        ({"sample_rate": 16_000.0}, "16000.0"),
        ({"hop": -160}, "-160"),
        ({"hop": "160"}, "'160'"),
        ({"hop": None}, "None"),
        ({"window": 159}, "159"),
        ({"window": 2.5}, "2.5"),
        ({"convention": "centre"}, "'centre'"),
    ],
)
def test_a_bad_value_is_refused_and_told(values: dict[str, object], told: str) -> None:
    with pytest.raises(GridMismatchError) as caught:
        FrameGrid(**values)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert next(iter(values)) in str(caught.value)


@given(grids())
def test_a_grid_survives_its_dictionary(grid: FrameGrid) -> None:
    assert FrameGrid.from_dict(grid.to_dict()) == grid


def test_a_dictionary_with_an_unknown_key_or_another_origin_is_refused() -> None:
    values = FrameGrid().to_dict()
    with pytest.raises(GridMismatchError, match="overlap"):
        FrameGrid.from_dict({**values, "overlap": 3})
    with pytest.raises(GridMismatchError, match="origin 17"):
        FrameGrid.from_dict({**values, "origin": 17})


def test_two_grids_that_differ_are_told_apart_with_both_values() -> None:
    one, other = FrameGrid(), FrameGrid(hop=200)
    one.require_same(FrameGrid(), here="a", there="b")
    with pytest.raises(GridMismatchError, match=r"manifest.*160/400.*model.*200/400"):
        one.require_same(other, here="manifest", there="model")
