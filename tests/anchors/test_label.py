"""Label policies: which frames carry an event's class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.anchors.label import labelled_frames
from sal_anchors.anchors.recipe import LabelConfig
from sal_anchors.events.event import Event, EventKind
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()


def _event(start: float, end: float) -> Event:
    return Event(EventKind.KEYWORD_END, "please", end, start, end, 1.0, 0.0, "test")


@pytest.mark.parametrize(("hold_ms", "length"), [(300, 30), (10, 1), (14, 1), (15, 2), (0, 1)])
def test_after_begins_at_the_anchor_s_frame_and_holds(hold_ms: float, length: int) -> None:
    frames = labelled_frames(_event(0.5, 1.0), LabelConfig(policy="after", hold_ms=hold_ms), GRID)
    assert frames == slice(99, 99 + length)


def test_span_goes_from_the_start_s_frame_to_the_end_s() -> None:
    frames = labelled_frames(_event(0.5, 1.0), LabelConfig(policy="span"), GRID)
    assert frames == slice(49, 99)


def test_a_span_within_one_frame_is_still_one_frame() -> None:
    frames = labelled_frames(_event(0.501, 0.502), LabelConfig(policy="span"), GRID)
    assert frames == slice(50, 51)


@given(st.sampled_from(["after", "span"]), st.floats(0, 9), st.floats(0, 3), st.floats(0, 2_000))
def test_there_is_always_a_frame_and_never_one_before_the_event_is_seen(
    policy: str, start: float, length: float, hold_ms: float
) -> None:
    event = _event(start, start + length)
    config = LabelConfig.model_validate({"policy": policy, "hold_ms": hold_ms})
    frames = labelled_frames(event, config, GRID)
    assert frames.stop > frames.start >= 0
    seen = event.start if policy == "span" else event.time
    assert frames.start == GRID.frame_of(seen)
