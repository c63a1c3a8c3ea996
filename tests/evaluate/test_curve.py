from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.evaluate.crossings import steps, timeline
from sal_anchors.evaluate.curve import pooled, sweep
from sal_anchors.evaluate.match import EventConfig, Track
from sal_anchors.evaluate.poisson import poisson_interval, poisson_upper_bound
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid(sample_rate=1_000, hop=10, window=10)
CONFIG = EventConfig(smooth_ms=0, refractory_ms=50, early_ms=30, late_ms=60)
LEVELS = tuple(float(np.float32(level)) for level in (0.1, 0.3, 0.5, 0.8, 1.0))
scores = st.lists(st.sampled_from([0.0, *LEVELS]), max_size=30)
noise = st.tuples(
    st.lists(st.floats(0, 1, width=16), max_size=60), st.lists(st.integers(0, 600), max_size=4)
)


def track(values: list[float], anchors: list[int]) -> Track:
    places = np.array(sorted(anchors), np.int64)
    return Track(np.array(values, dtype=np.float32), places, places)


def slow_counts(tracks: list[Track], threshold: float) -> tuple[int, int]:
    """Hits and false accepts, frame by frame, as one would count by hand."""
    hits = alarms = 0
    for one in tracks:
        free = one.anchors.tolist()
        before = 0.0
        wait_until = -math.inf
        for t, score in enumerate(one.scores.tolist()):
            if before < threshold <= score and t >= wait_until:
                wait_until = t + 5
                instant = (t + 1) * 10
                near = [a for a in free if a - 30 <= instant <= a + 60]
                if near:
                    free.remove(near[0])
                    hits += 1
                else:
                    alarms += 1
            before = score
    return hits, alarms


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(scores, st.lists(st.integers(0, 300), max_size=3)), min_size=1, max_size=3)
)
def test_the_sweep_counts_as_one_would_by_hand_at_every_threshold(
    recordings: list[tuple[list[float], list[int]]],
) -> None:
    tracks = [track(*recording) for recording in recordings]
    curve = sweep(tracks, CONFIG, GRID, negative_hours=1.0)
    assert (np.diff(curve.thresholds) < 0).all()
    for threshold in (*curve.thresholds.tolist(), *LEVELS, 0.2, 0.4, 0.7, 0.9, 2.0):
        index = curve.index_of(threshold)
        assert (curve.hits[index], curve.false_accepts[index]) == slow_counts(tracks, threshold)


@settings(max_examples=100, deadline=None)
@given(st.lists(noise, min_size=1, max_size=3), st.integers(0, 3))
def test_the_curve_of_jittery_scores_is_exact_between_its_points_and_says_how_deep_it_goes(
    recordings: list[tuple[list[float], list[int]]], few: int
) -> None:
    tracks = [track(*recording) for recording in recordings]
    line = timeline(tracks, CONFIG, GRID)
    values = np.sort(np.unique(line.scores[line.scores > 0]))
    if not len(values):
        return
    floor = float(values[-min(len(values), 1 + 5 * few)])
    found = steps(line, floor, CONFIG, GRID)
    for threshold in values[values >= floor].tolist():
        within = found.values >= np.float32(threshold)
        counts = (found.hits[within].sum(), found.false_accepts[within].sum())
        assert counts == slow_counts(tracks, threshold)


def test_the_curve_of_all_classes_adds_up_those_of_each_at_a_common_threshold() -> None:
    one = sweep([track([0.0, 0.9, 0.0], [20])], CONFIG, GRID, negative_hours=1.0)
    other = sweep([track([0.0, 0.5, 0.0], [])], CONFIG, GRID, negative_hours=1.0)
    both = pooled([one, other], negative_hours=2.0)
    for threshold, counts in ((0.95, (0, 0)), (0.9, (1, 0)), (0.6, (1, 0)), (0.4, (1, 1))):
        index = both.index_of(np.float32(threshold))
        assert (both.hits[index], both.false_accepts[index]) == counts
    assert (both.positives, both.negative_hours) == (1, 2.0)


def test_the_curve_goes_on_until_there_are_more_false_accepts_than_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    jitter = [0.8 + 0.1 * value for value in rng.random(2_000).tolist()]
    lone = [value for level in range(300) for value in (0.001 * (level + 1), *[0.0] * 9)]
    tracks = [track(jitter, []), track(lone, [])]
    shallow, deep = (
        sweep(tracks, CONFIG, GRID, negative_hours=1.0, deepest=rate) for rate in (10.0, 300.0)
    )
    assert 10 < shallow.false_accepts.max() <= 300 < deep.false_accepts.max()


@settings(max_examples=100, deadline=None)
@given(scores, st.integers(0, 6))
def test_the_operating_point_keeps_to_the_target_and_the_one_below_does_not(
    values: list[float], target: int
) -> None:
    curve = sweep([track(values, [])], CONFIG, GRID, negative_hours=1.0)
    index = curve.at(target)
    assert (curve.false_accepts[: index + 1] <= target).all()
    assert index == len(curve.thresholds) - 1 or curve.false_accepts[index + 1] > target


def test_the_operating_point_lies_just_above_the_highest_false_accept() -> None:
    values = [0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9, 0.2]
    curve = sweep([track(values, [100])], CONFIG, GRID, negative_hours=1.0)
    index = curve.at(0.5)
    assert curve.thresholds[index] == np.nextafter(np.float32(0.7), np.float32(1))
    assert (curve.hits[index], curve.false_accepts[index]) == (1, 0)


def test_a_score_that_is_always_high_is_no_operating_point_without_false_accepts() -> None:
    values = [0.1] * 20 + [0.9] + [0.1] * 20 + [0.8] + [0.1] * 20
    curve = sweep([track(values, [])], CONFIG, GRID, negative_hours=1.0)
    assert curve.thresholds[curve.at(0.0)] > 0.9


def test_the_highest_threshold_lets_nothing_through() -> None:
    curve = sweep([track([1.0, 0.0, 1.0], [10])], CONFIG, GRID, negative_hours=1.0)
    assert (curve.hits[0], curve.false_accepts[0]) == (0, 0)


def test_average_precision_of_a_perfect_and_of_a_mixed_ranking() -> None:
    perfect = sweep([track([0.0] * 9 + [0.9], [100])], CONFIG, GRID, negative_hours=1.0)
    assert perfect.average_precision() == 1.0
    values = [0.9, *[0.0] * 18, 0.8]
    mixed = sweep([track(values, [200])], CONFIG, GRID, negative_hours=1.0)
    assert mixed.average_precision() == pytest.approx(0.5)


def test_no_alarms_in_t_hours_mean_fewer_than_three_over_t() -> None:
    """wekws writes 1e-6 for it."""
    assert poisson_upper_bound(0) == pytest.approx(-math.log(0.05), rel=1e-9)
    assert poisson_upper_bound(0) < 3.0


@pytest.mark.parametrize(
    ("count", "bound"),
    [(1, 4.743864518), (2, 6.295793622), (5, 10.513034908), (10, 16.962219236)],
)
def test_the_bound_is_half_the_chi_square_quantile(count: int, bound: float) -> None:
    assert poisson_upper_bound(count) == pytest.approx(bound, rel=1e-8)


@settings(deadline=None)
@given(st.integers(0, 400), st.floats(0.5, 0.999))
def test_at_the_bound_the_count_is_as_unlikely_as_it_may_be(count: int, level: float) -> None:
    mean = poisson_upper_bound(count, confidence=level)
    terms = (math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
    assert math.fsum(terms) == pytest.approx(1 - level, rel=1e-6)


def test_large_counts_approach_the_count_and_nonsense_is_refused() -> None:
    assert 100_000 < poisson_upper_bound(100_000) < 100_700
    with pytest.raises(ValueError, match="-1"):
        poisson_upper_bound(-1)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.688879454), (1, 0.025317808, 5.571643390), (10, 4.795389, 18.390356)],
)
def test_the_two_sided_interval_is_garwoods(count: int, low: float, high: float) -> None:
    assert poisson_interval(count) == pytest.approx((low, high), rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(scores, st.lists(st.integers(0, 300), max_size=3)), min_size=1, max_size=3),
    st.integers(0, 6),
)
def test_where_any_threshold_may_be_taken_it_is_the_one_with_the_most_hits_within_the_target(
    recordings: list[tuple[list[float], list[int]]], target: int
) -> None:
    tracks = [track(*recording) for recording in recordings]
    curve = sweep(tracks, CONFIG, GRID, negative_hours=1.0, deepest=0.0, anywhere=True)
    counts = [slow_counts(tracks, threshold) for threshold in (2.0, *reversed(LEVELS))]
    most = max(hits for hits, alarms in counts if alarms <= target)
    assert curve.hits[curve.at(target)] == most
    assert curve.false_accepts[curve.at(target)] <= target


def test_a_late_crossing_at_high_thresholds_does_not_spoil_the_average_precision() -> None:
    late = track([0.0, 0.5, *[0.9] * 20], [20])
    late = Track(np.repeat(late.scores, 5), late.anchors, late.starts)
    curve = sweep([late], CONFIG, GRID, negative_hours=1.0, anywhere=True)
    assert curve.average_precision() == 1.0
    assert curve.hits[curve.at(0)] == 1
