from __future__ import annotations

import numpy as np
import pytest

from sal_anchors.evaluate.match import EventConfig, Track
from sal_anchors.evaluate.outcome import FalseAccept, Fault, Hit, Miss, Outcome, outcome
from sal_anchors.evaluate.recorded import Recorded
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid(sample_rate=1_000, hop=10, window=10)
CONFIG = EventConfig(smooth_ms=0, refractory_ms=10, early_ms=30, late_ms=60)
NO_KINDS = (frozenset(), frozenset())


def track(*instants: int, anchors: tuple[int, ...] = (), starts: tuple[int, ...] = ()) -> Track:
    """Detections at some instants, a frame long each."""
    scores = np.zeros(200, dtype=np.float32)
    scores[[instant // 10 - 1 for instant in instants]] = 0.9
    return Track(
        scores, np.array(anchors, dtype=np.int64), np.array(starts or anchors, dtype=np.int64)
    )


def found(one: Track, other: Track) -> Outcome:
    recorded = Recorded("x", 2_000, (one, other), NO_KINDS, None)
    return outcome([recorded], 1, 0.5, (CONFIG, CONFIG), GRID)


@pytest.mark.parametrize(
    ("instant", "fault"),
    [
        (390, Fault.ELSEWHERE),
        (400, Fault.EARLY),
        (460, Fault.EARLY),
        (470, None),
        (560, None),
        (570, Fault.ELSEWHERE),
        (1_470, Fault.CONFUSED),
        (1_560, Fault.CONFUSED),
        (1_460, Fault.ELSEWHERE),
    ],
)
def test_a_detection_is_a_hit_or_has_one_fault(instant: int, fault: Fault | None) -> None:
    """The anchor is at 500, its word begins at 400; another class has one at 1500."""
    happened = found(track(instant, anchors=(500,), starts=(400,)), track(anchors=(1_500,)))
    if fault is None:
        assert happened.hits == (Hit(0, instant, 500),)
        assert not happened.false_accepts
    else:
        other = 2 if fault is Fault.CONFUSED else 0
        assert happened.false_accepts == (FalseAccept(0, instant, fault, other),)
        assert happened.misses == (Miss(0, 500),)


def test_a_second_detection_of_an_anchor_is_repeated_even_where_it_would_be_a_confusion() -> None:
    happened = found(track(480, 520, anchors=(500,)), track(anchors=(510,)))
    assert len(happened.hits) == 1
    assert [one.fault for one in happened.false_accepts] == [Fault.REPEATED]
    assert happened.faults() == {
        Fault.REPEATED: 1,
        Fault.EARLY: 0,
        Fault.CONFUSED: 0,
        Fault.ELSEWHERE: 0,
    }
