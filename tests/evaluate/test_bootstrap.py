from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.evaluate.bootstrap import (
    Resamples,
    false_reject_rates,
    frame_measures,
    percentiles,
)
from sal_anchors.evaluate.curve import sweep
from sal_anchors.evaluate.frames import FrameScores
from sal_anchors.evaluate.match import EventConfig, Track
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid(sample_rate=1_000, hop=10, window=10)
CONFIG = EventConfig(smooth_ms=0, refractory_ms=50, early_ms=30, late_ms=60)
heights = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=12, max_size=12)


def track(scores: list[float], anchors: list[int]) -> Track:
    places = np.array(anchors, dtype=np.int64)
    return Track(np.array(scores, dtype=np.float32), places, places)


def test_the_same_seed_draws_the_same_and_as_many_recordings_as_there_are() -> None:
    first, again, other = (Resamples.draw(50, 7, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.counts, again.counts)
    assert not np.array_equal(first.counts, other.counts)
    assert (first.counts.sum(axis=1) == 7).all()


@settings(max_examples=50)
@given(st.lists(heights, min_size=1, max_size=4), st.integers(0, 2))
def test_a_resample_has_the_rate_of_a_sweep_over_the_recordings_it_drew(
    recordings: list[list[float]], target: int
) -> None:
    tracks = [track(scores, [60]) for scores in recordings]
    curve = sweep(tracks, CONFIG, GRID, negative_hours=float(len(tracks)))
    resamples = Resamples.draw(5, len(tracks), seed=0)
    ones = np.ones(len(tracks))
    rates = false_reject_rates(resamples, curve, [target], ones, ones)
    for counts, (rate,) in zip(resamples.counts, rates, strict=True):
        drawn = [t for t, n in zip(tracks, counts.astype(int), strict=True) for _ in range(n)]
        again = sweep(drawn, CONFIG, GRID, negative_hours=float(len(drawn)))
        assert rate == pytest.approx(1 - again.hits[again.at(target)] / len(drawn))


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 3)), min_size=1, max_size=20))
def test_percentiles_are_numpys_over_the_values_that_were_drawn(
    pairs: list[tuple[float, int]],
) -> None:
    values = np.array([value for value, _ in pairs])
    recordings = np.array([number for _, number in pairs])
    resamples = Resamples.draw(6, 4, seed=1)
    found = percentiles(resamples, values, recordings, [50.0, 90.0])
    for counts, row in zip(resamples.counts.astype(int), found, strict=True):
        drawn = np.repeat(values, counts[recordings])
        if len(drawn):
            assert row == pytest.approx(np.percentile(drawn, [50, 90]), abs=1e-12)
        else:
            assert np.isnan(row).all()


def test_intervals_hold_the_true_rate_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(100):
        hit = rng.random(80) < 0.7
        tracks = [track([0.0] * 5 + [0.9 if one else 0.0], [60]) for one in hit]
        curve = sweep(tracks, CONFIG, GRID, negative_hours=80.0)
        resamples = Resamples.draw(200, 80, seed=seed)
        rates = false_reject_rates(resamples, curve, [1.0], np.ones(80), np.ones(80))
        interval = resamples.interval(rates[:, 0])
        assert interval is not None
        held += interval[0] <= 0.3 <= interval[1]
    assert 86 <= held <= 100


def test_there_is_no_interval_without_recordings_or_from_a_minority_of_the_resamples() -> None:
    resamples = Resamples.draw(4, 2, seed=0)
    assert resamples.interval(np.array([0.5, np.nan, np.nan, np.nan])) is None
    assert resamples.interval(np.array([0.5, 0.5, 0.5, np.nan])) == (0.5, 0.5)
    assert Resamples.draw(0, 0, seed=0).interval(np.zeros(0)) is None


def test_frame_measures_of_a_resample_are_those_of_its_recordings() -> None:
    bins = np.array([[2, 0, 1], [0, 3, 0]])
    others = np.array([[0, 1, 4], [5, 0, 0]])
    scores = FrameScores(np.zeros(0, "f"), np.zeros(0, "f"), bins, others)
    resamples = Resamples(np.array([[1.0, 0.0], [0.0, 2.0]]))
    precision, area = frame_measures(resamples, scores)
    assert precision == pytest.approx([(1 + 1 + 3 / 8) / 3, 3 / 8])
    assert area == pytest.approx([(2 * 5 + 2.0) / 15, 0.0])
