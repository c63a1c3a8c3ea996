from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.evaluate.match import (
    EventConfig,
    instants,
    match,
    negative_samples,
)
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
moments = st.lists(st.integers(0, 60), max_size=6).map(sorted)


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


@given(moments, moments, st.integers(0, 15), st.integers(0, 15))
def test_every_detection_and_every_anchor_is_counted_once(
    found: list[int], anchors: list[int], early: int, late: int
) -> None:
    result = match(found, anchors, early=early, late=late)
    assert sorted([d for d, _ in result.hits] + list(result.false_accepts)) == [*range(len(found))]
    assert sorted([a for _, a in result.hits] + list(result.misses)) == [*range(len(anchors))]
    assert all(anchors[a] - early <= found[d] <= anchors[a] + late for d, a in result.hits)


def test_the_second_detection_in_a_hit_window_is_a_false_accept() -> None:
    result = match([15_000, 16_500], [16_000], early=3_200, late=8_000)
    assert (result.hits, result.false_accepts) == (((0, 0),), (1,))


def test_the_edges_of_the_hit_window_belong_to_it() -> None:
    for instant, hit in ((899, False), (900, True), (1_500, True), (1_501, False)):
        assert bool(match([instant], [1_000], early=100, late=500).hits) is hit


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


def test_a_frames_detection_is_out_when_the_frame_ends() -> None:
    grid = GRID.strided(3, first=5)
    frames = np.array([0, 1, 7])
    assert instants(frames, grid).tolist() == [grid.frame_end(t) for t in frames.tolist()]


def test_the_collar_is_the_hit_window_of_onsets() -> None:
    config = EventConfig(early_ms=100, late_ms=300, collar_ms=50)
    assert config.window(GRID) == (1_600, 4_800)
    assert config.for_onsets().window(GRID) == (800, 800)
