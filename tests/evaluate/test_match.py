from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.evaluate.match import (
    EventConfig,
    Track,
    detections,
    latencies,
    match,
    negative_samples,
)
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
instants = st.lists(st.integers(0, 60), max_size=6).map(sorted)


def track(scores: list[float], anchors: list[int]) -> Track:
    ends = np.array([GRID.frame_end(t) for t in range(len(scores))])
    return Track(np.array(scores), ends, np.array(anchors, dtype=np.int64))


def most_hits(found: list[int], anchors: list[int], early: int, late: int) -> int:
    """Try every assignment."""
    for count in range(min(len(found), len(anchors)), 0, -1):
        for chosen in combinations(found, count):
            for taken in permutations(anchors, count):
                if all(a - early <= d <= a + late for d, a in zip(chosen, taken, strict=True)):
                    return count
    return 0


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 60), max_size=4).map(sorted),
    st.lists(st.integers(0, 60), max_size=4).map(sorted),
    st.integers(0, 15),
    st.integers(0, 15),
)
def test_no_assignment_has_more_hits(
    found: list[int], anchors: list[int], early: int, late: int
) -> None:
    result = match(found, anchors, early=early, late=late)
    assert len(result.hits) == most_hits(found, anchors, early, late)


@given(instants, instants, st.integers(0, 15), st.integers(0, 15))
def test_every_detection_and_every_anchor_is_counted_once(
    found: list[int], anchors: list[int], early: int, late: int
) -> None:
    result = match(found, anchors, early=early, late=late)
    assert sorted([d for d, _ in result.hits] + list(result.false_accepts)) == [*range(len(found))]
    assert sorted([a for _, a in result.hits] + list(result.misses)) == [*range(len(anchors))]
    assert all(anchors[a] - early <= found[d] <= anchors[a] + late for d, a in result.hits)


def test_two_bursts_of_ten_and_five_frames_are_two_false_accepts() -> None:
    """openWakeWord's get_false_positives counts 15."""
    scores = [0.0] * 5 + [0.9] * 10 + [0.0] * 100 + [0.9] * 5 + [0.0] * 5
    found = detections(track(scores, []), 0.5, EventConfig(), GRID)
    assert len(match(found, [], early=0, late=0).false_accepts) == 2


def test_a_trigger_seconds_early_is_a_miss_and_a_false_accept() -> None:
    """wekws' compute_det takes an utterance's maximum, and so calls it a hit."""
    scores = [0.0] * 10 + [0.9] * 5 + [0.0] * 300
    late_keyword = [3 * GRID.sample_rate]
    config = EventConfig()
    found = detections(track(scores, late_keyword), 0.5, config, GRID)
    early, late = config.window(GRID)
    result = match(found, late_keyword, early=early, late=late)
    assert (len(result.hits), len(result.false_accepts), len(result.misses)) == (0, 1, 1)


def test_every_frame_of_a_detection_in_the_keyword_together_is_one_hit() -> None:
    """Picovoice's benchmark adds a hit for each such frame."""
    scores = [0.0] * 95 + [0.9] * 20 + [0.0] * 50
    found = detections(track(scores, [16_000]), 0.5, EventConfig(), GRID)
    result = match(found, [16_000], early=3_200, late=8_000)
    assert (len(result.hits), len(result.false_accepts), len(result.misses)) == (1, 0, 0)


def test_a_detection_a_frame_after_the_keyword_is_a_hit() -> None:
    """Picovoice's benchmark calls it a miss and a false alarm."""
    result = match([16_160], [16_000], early=3_200, late=8_000)
    assert result.hits == ((0, 0),)
    assert not result.false_accepts
    assert not result.misses


def test_the_second_detection_in_a_hit_window_is_a_false_accept() -> None:
    result = match([15_000, 16_500], [16_000], early=3_200, late=8_000)
    assert (result.hits, result.false_accepts) == (((0, 0),), (1,))


def test_the_edges_of_the_hit_window_belong_to_it() -> None:
    for instant, hit in ((899, False), (900, True), (1_500, True), (1_501, False)):
        assert bool(match([instant], [1_000], early=100, late=500).hits) is hit


def test_latency_is_the_frames_end_less_the_anchor() -> None:
    scores = [0.0] * 100 + [0.9] * 20
    config = EventConfig(smooth_ms=0)
    (delay,) = latencies([track(scores, [15_900])], 0.5, config, GRID)
    assert delay == pytest.approx((101 * 160 - 15_900) / 16_000)


def test_hours_of_negatives_leave_out_the_union_of_the_hit_windows() -> None:
    """livekit-wakeword multiplies window counts by a nominal clip length: 1.5 times too long."""
    assert negative_samples(10_000, [], early=100, late=500) == 10_000
    assert negative_samples(10_000, [5_000], early=100, late=500) == 9_400
    assert negative_samples(10_000, [5_000, 5_200], early=100, late=500) == 9_200
    assert negative_samples(10_000, [50], early=100, late=500) == 9_450
    assert negative_samples(10_000, [9_900], early=100, late=500) == 9_800
    assert negative_samples(10_000, [10_300], early=100, late=500) == 10_000


@given(st.lists(st.integers(0, 130), max_size=5), st.integers(0, 30), st.integers(0, 30))
def test_negative_samples_are_those_in_no_window(anchors: list[int], early: int, late: int) -> None:
    outside = [s for s in range(100) if not any(a - early <= s < a + late for a in anchors)]
    assert negative_samples(100, anchors, early=early, late=late) == len(outside)
