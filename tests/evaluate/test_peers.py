"""Counts that other evaluators get wrong, each with the right one, through the whole ruler."""

from __future__ import annotations

import numpy as np
import pytest

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import measure
from sal_anchors.evaluate.report import ClassReport
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.events.event import Event, EventKind
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
HOUR = 360_000


def report(
    seconds: int,
    bursts: dict[float, int],
    anchors: tuple[float, ...] = (),
    *,
    copies: int = 1,
    target: float = 1e6,
) -> ClassReport:
    """Posteriors of 0.9 for some frames from some instants on, 0 elsewhere."""
    posteriors = np.zeros((100 * seconds, 2), dtype=np.float32)
    for time, frames in bursts.items():
        first = round(100 * time)
        posteriors[first : first + frames, 1] = 0.9
    placed = tuple(
        Anchor(GRID.frame_of(time), time, EventKind.KEYWORD_END, "k", 1, 1.0) for time in anchors
    )
    events = tuple(
        Event(EventKind.KEYWORD_END, "k", time, time - 0.6, time, 1.0, 0.0, "truth")
        for time in anchors
    )
    streamed = [
        Streamed(f"{copy}", posteriors, placed, seconds * GRID.sample_rate, events)
        for copy in range(copies)
    ]
    measured = measure(
        streamed,
        ("background", "k"),
        GRID,
        split="test",
        targets=(target,),
        config=EventConfig(smooth_ms=0),
        resamples=10,
    )
    return measured.classes[0]


def test_bursts_of_ten_and_five_frames_are_two_false_accepts_not_fifteen() -> None:
    """openWakeWord ``metrics.get_false_positives``."""
    (point,) = report(60, {5.0: 10, 20.0: 5}).operating_points
    assert point.false_accepts == 2


def test_a_trigger_seconds_early_is_a_miss_and_a_false_accept_not_a_hit() -> None:
    """wekws ``compute_det.py`` takes an utterance's maximum, microWakeWord a clip's."""
    (point,) = report(10, {1.0: 5}, (6.0,)).operating_points
    assert (point.misses, point.false_accepts, point.latency) == (1, 1, None)
    assert point.faults["elsewhere"] == 1


def test_a_trigger_on_the_keywords_first_half_is_told_apart_as_early() -> None:
    """A "hey ja" that fires is neither a hit nor like any other false accept."""
    (point,) = report(10, {5.6: 5}, (6.0,)).operating_points
    assert (point.misses, point.false_accepts, point.faults["early"]) == (1, 1, 1)


def test_no_false_alarms_are_bounded_by_three_over_the_hours_not_one_in_a_million() -> None:
    """wekws ``compute_det.py`` writes 1e-6."""
    (point,) = report(1_800, {}, copies=2).operating_points
    assert point.false_accepts_per_hour == 0
    assert point.false_accepts_upper == pytest.approx(2.9957, abs=1e-4)
    assert point.false_accepts_interval == pytest.approx((0, 3.6889), abs=1e-4)


def test_twenty_detecting_frames_in_a_keyword_are_one_hit_not_twenty() -> None:
    """Picovoice ``wake-word-benchmark``."""
    (point,) = report(10, {5.9: 20}, (6.0,)).operating_points
    assert (point.misses, point.false_accepts) == (0, 0)
    assert point.latency is not None
    assert point.latency.histogram.counts == (1,)


def test_a_detection_a_frame_after_the_keyword_is_a_hit_not_a_miss_and_a_false_alarm() -> None:
    """Picovoice ``wake-word-benchmark``."""
    (point,) = report(10, {6.0: 5}, (6.0,)).operating_points
    assert (point.misses, point.false_accepts) == (0, 0)
    assert point.latency is not None
    assert point.latency.median == pytest.approx(0.01)


def test_hours_are_those_of_the_samples_not_of_windows_times_a_nominal_length() -> None:
    """livekit-wakeword ``evaluate.py`` finds about 1.5 times as many."""
    group = report(1_801, {}, (10.0,), copies=2)
    assert group.negative_hours == pytest.approx(2 * (1_801 - 0.7) / 3_600)


def test_repeated_triggers_of_one_keyword_are_one_hit_and_false_accepts() -> None:
    """openWakeWord issue 261: they would be hits of a clip's maximum."""
    (point,) = report(20, {5.9: 3, 6.3: 3, 7.0: 3}, (6.0,)).operating_points
    assert (point.misses, point.false_accepts) == (0, 1)


def test_too_few_hours_are_said_to_be_too_few() -> None:
    point = report(60, {5.0: 10}, (30.0,), target=1.0).operating_points[0]
    assert not point.resolvable
    assert point.allowed == 0
