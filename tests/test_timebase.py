"""The frame grid against slow, obvious and exact arithmetic."""

from __future__ import annotations

import copy
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase import FrameGrid, Placement, kaldi_grid, stft_grid

TEN_HOURS = 36_000

rates = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
placements = st.sampled_from(["seen", "centre", "hop"])


@st.composite
def grids(draw: st.DrawFn) -> FrameGrid:
    hop = draw(st.integers(1, 2_000))
    return FrameGrid(draw(rates), hop, hop + draw(st.integers(0, 2_000)))


@st.composite
def any_grids(draw: st.DrawFn, longest: int = 2_000) -> FrameGrid:
    """A grid of any convention, as it is or behind a layer that stacks or strides."""
    rate, hop, window = draw(rates), draw(st.integers(1, longest)), draw(st.integers(1, longest))
    named = draw(st.sampled_from(["causal", "snip_edges", "no_snip_edges", "centred", "explicit"]))
    if named == "explicit":
        origin, after = draw(st.integers(-window, longest)), draw(st.integers(-longest, window))
        grid = FrameGrid(rate, hop, window, named, origin=origin, after=after)
    else:
        grid = FrameGrid(rate, hop, max(hop, window) if named == "causal" else window, named)
    factor = draw(st.sampled_from([1, 1, 2, 3, 4]))
    return draw(st.sampled_from([grid.strided(factor), grid.stacked(factor)]))


@st.composite
def instants(draw: st.DrawFn) -> tuple[FrameGrid, int, int]:
    """A grid, the length of a recording on it, and a sample instant in the recording."""
    grid = draw(grids())
    length = draw(st.integers(1, TEN_HOURS * grid.sample_rate))
    return grid, length, draw(st.integers(0, length))


@given(grids(), st.integers(0, 1_000_000_000))
def test_the_number_of_frames_is_the_hops_begun(grid: FrameGrid, num_samples: int) -> None:
    assert grid.num_frames(num_samples) == math.ceil(Fraction(num_samples, grid.hop))


@given(any_grids(longest=50), st.integers(0, 400))
def test_the_frames_are_those_whose_windows_end_in_time(grid: FrameGrid, num_samples: int) -> None:
    ends = (grid.origin + t * grid.hop + grid.window for t in range(num_samples + 100))
    assert grid.num_frames(num_samples) == sum(end <= num_samples + grid.after for end in ends)


@given(any_grids(longest=30), st.integers(0, 200))
def test_each_placement_is_the_slow_obvious_one(grid: FrameGrid, sample: int) -> None:
    time, frames = sample / grid.sample_rate, range(400)
    ends = [grid.origin + t * grid.hop + grid.window for t in frames]
    assert grid.frame_of(time) == next(t for t in frames if ends[t] >= sample)
    distances = [abs(2 * end - grid.window - 2 * sample) for end in ends]
    nearest = min(distances)
    assert grid.frame_of(time, "centre") == max(t for t in frames if distances[t] == nearest)
    assert grid.frame_of(time, "hop") == max(t for t in frames if t * grid.hop <= sample)


@given(any_grids(), st.integers(0, TEN_HOURS * 100), placements)
def test_from_frame_to_time_and_back_is_exact_for_ten_hours(
    grid: FrameGrid, frame: int, by: Placement
) -> None:
    assert grid.frame_of(grid.time_of_frame(frame, by), by) == frame


@given(any_grids(), st.integers(0, TEN_HOURS * 48_000))
def test_from_time_to_frame_and_back_stays_within_the_stated_bounds(
    grid: FrameGrid, sample: int
) -> None:
    def moved(by: Placement) -> Fraction:
        """Samples from an instant to that of its frame."""
        time = grid.time_of_frame(grid.frame_of(sample / grid.sample_rate, by), by)
        return Fraction(round(2 * time * grid.sample_rate), 2) - sample

    first_centre = grid.origin + Fraction(grid.window, 2)
    assert -grid.hop < moved("hop") <= 0
    if sample > grid.latency - grid.hop:
        assert 0 <= moved("seen") < grid.hop
    else:
        assert moved("seen") == grid.latency - sample
    if sample >= first_centre - Fraction(grid.hop, 2):
        assert abs(moved("centre")) <= Fraction(grid.hop, 2)
    else:
        assert moved("centre") == first_centre - sample


@given(any_grids(), st.integers(0, TEN_HOURS * 48_000), st.integers(0, 5_000))
def test_only_the_last_instants_of_the_audio_may_be_in_no_frame(
    grid: FrameGrid, num_samples: int, back: int
) -> None:
    frames = grid.num_frames(num_samples)
    assume(frames > 0)
    sample = max(0, min(num_samples, num_samples + grid.after - grid.hop + 1) - back)
    assume(sample <= num_samples + grid.after - grid.hop + 1)
    assert grid.frame_of(grid.time_of(sample)) < frames


@given(any_grids(), st.integers(0, 5_000))
def test_no_frame_before_it_has_seen_the_instant_it_is_the_frame_of(
    grid: FrameGrid, sample: int
) -> None:
    frame = grid.frame_of(grid.time_of(sample))
    assert grid.frame_end(frame) >= sample
    assert frame == 0 or grid.frame_end(frame - 1) < sample
    assert grid.frame_end(frame) - grid.samples_in(frame) == grid.latency


@pytest.mark.parametrize(
    ("grid", "latency"),
    [
        (FrameGrid(), 160),
        (kaldi_grid(), 400),
        (kaldi_grid(snip_edges=False), 280),
        (stft_grid(16_000, n_fft=400, hop_length=160), 200),
        (stft_grid(16_000, n_fft=512, hop_length=160), 256),
        (stft_grid(16_000, n_fft=512, hop_length=160, win_length=400), 200),
        (stft_grid(16_000, n_fft=512, hop_length=160, win_length=400, center=False), 456),
        (FrameGrid().stacked(4), 640),
        (FrameGrid().strided(4), 160),
        (FrameGrid().strided(4, first=3), 640),
    ],
)
def test_the_latency_of_a_convention_is_what_its_windows_reach_ahead(
    grid: FrameGrid, latency: int
) -> None:
    assert grid.latency == latency


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
        ({"sample_rate": True}, "True"),
        ({"sample_rate": 10**9}, "1000000000"),
        ({"hop": 10**9}, "1000000000"),
        ({"window": 10**9}, "1000000000"),
        ({"origin": -239}, "-239"),
        ({"after": 160}, "160"),
        ({"origin": "0", "convention": "explicit", "after": 0}, "'0'"),
        ({"origin": None, "convention": "explicit", "after": 0}, "needs origin"),
        ({"after": None, "convention": "explicit", "origin": 0}, "needs after"),
        ({"origin": -401, "convention": "explicit", "after": 0}, "-401"),
        ({"origin": 10**9, "convention": "explicit", "after": 0}, "1000000000"),
        ({"after": 401, "convention": "explicit", "origin": 0}, "401"),
        ({"after": -(10**9), "convention": "explicit", "origin": 0}, "-1000000000"),
    ],
)
def test_a_bad_value_is_refused_and_told(values: dict[str, object], told: str) -> None:
    with pytest.raises(GridMismatchError) as caught:
        FrameGrid(**values)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert next(iter(values)) in str(caught.value)


@given(any_grids())
def test_a_grid_survives_its_dictionary_and_the_text_of_it(grid: FrameGrid) -> None:
    values = json.loads(json.dumps(grid.to_dict()))
    assert FrameGrid.from_dict(values) == grid
    assert FrameGrid.from_dict(values).convention == grid.convention
    assert copy.deepcopy(grid) == grid


def test_a_dictionary_from_before_there_was_after_is_still_read() -> None:
    values = FrameGrid().to_dict()
    del values["after"]
    assert FrameGrid.from_dict(values) == FrameGrid()


def test_a_dictionary_with_an_unknown_or_missing_key_or_another_origin_is_refused() -> None:
    values = FrameGrid().to_dict()
    with pytest.raises(GridMismatchError, match="overlap"):
        FrameGrid.from_dict({**values, "overlap": 3})
    with pytest.raises(GridMismatchError, match=r"origin 17.*whose origin is -240"):
        FrameGrid.from_dict({**values, "origin": 17})
    del values["hop"]
    with pytest.raises(GridMismatchError, match="hop missing"):
        FrameGrid.from_dict(values)


def test_grids_are_equal_if_their_frames_are_whatever_they_are_called() -> None:
    explicit = FrameGrid(16_000, 160, 400, "explicit", origin=-240, after=159)
    assert explicit == FrameGrid()
    assert hash(explicit) == hash(FrameGrid())
    assert FrameGrid(16_000, 160, 400, "explicit", origin=-240, after=158) != FrameGrid()
    assert len({FrameGrid(convention=name) for name in ("causal", "snip_edges", "centred")}) == 3


def test_two_grids_that_differ_are_told_apart_with_both_values_and_the_fix() -> None:
    one, other = FrameGrid(), FrameGrid(hop=200)
    one.require_same(FrameGrid(), here="a", there="b")
    with pytest.raises(GridMismatchError, match=r"manifest.*160/400.*model.*200/400") as caught:
        one.require_same(other, here="manifest", there="model")
    assert "they differ in hop (160, 200), origin (-240, -200), after (159, 199)" in str(
        caught.value
    )
    assert '[grid] sample_rate = 16000, hop = 160, window = 400, convention = "causal"' in str(
        caught.value
    )
    explicit = stft_grid(16_000, n_fft=400, hop_length=160, drop_last=True)
    with pytest.raises(GridMismatchError, match="origin = -200, after = 40 in the recipe"):
        explicit.require_same(one, here="model", there="manifest")


def test_features_with_other_frames_name_the_convention_that_would_have_them() -> None:
    grid = FrameGrid()
    grid.require_frames(100, 16_000, here="a.npy")
    with pytest.raises(GridMismatchError, match=r"a\.npy: 98 frames.*has 100.*snip_edges would"):
        grid.require_frames(98, 16_000, here="a.npy")
    with pytest.raises(GridMismatchError, match=r"101 frames.*has 100.*centred would"):
        grid.require_frames(101, 16_000, here="a.npy")
    with pytest.raises(GridMismatchError, match=r"50 frames.*hop, window and convention"):
        grid.require_frames(50, 16_000, here="a.npy")


@given(any_grids(), st.lists(st.floats(0, TEN_HOURS), max_size=20))
def test_many_instants_have_the_frames_of_each(grid: FrameGrid, times: list[float]) -> None:
    assert grid.frames_of(np.array(times)).tolist() == [grid.frame_of(time) for time in times]
