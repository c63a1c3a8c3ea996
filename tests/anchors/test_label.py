"""Label policies: which frames carry an event's class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.anchors.label import (
    AfterLabels,
    SinceLabels,
    SpanLabels,
    doubtful_frames,
    labelled_frames,
)
from sal_anchors.events.event import Event, EventKind
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
SINCE = SinceLabels(until=EventKind.SPEECH_OFFSET)


def _event(start: float, end: float) -> Event:
    return Event(EventKind.KEYWORD_END, "please", end, start, end, 1.0, 0.0, "test")


@pytest.mark.parametrize(("hold_ms", "length"), [(300, 30), (10, 1), (14, 1), (15, 2), (0, 1)])
def test_after_begins_at_the_anchor_s_frame_and_holds(hold_ms: float, length: int) -> None:
    frames = labelled_frames(_event(0.5, 1.0), AfterLabels(hold_ms=hold_ms), GRID)
    assert frames == slice(99, 99 + length)


def test_span_goes_from_the_start_s_frame_to_the_end_s() -> None:
    assert labelled_frames(_event(0.5, 1.0), SpanLabels(), GRID) == slice(49, 99)


def test_a_span_within_one_frame_is_still_one_frame() -> None:
    assert labelled_frames(_event(0.501, 0.502), SpanLabels(), GRID) == slice(50, 51)


def test_since_goes_from_the_anchor_to_the_event_that_ends_it() -> None:
    assert labelled_frames(_event(0.5, 1.0), SINCE, GRID, until=1.5) == slice(99, 149)
    assert labelled_frames(_event(0.5, 1.0), SINCE, GRID) == slice(99, None)


@given(
    st.builds(AfterLabels, hold_ms=st.floats(0, 2_000)) | st.just(SpanLabels()) | st.just(SINCE),
    st.floats(0, 9),
    st.floats(0, 3),
)
def test_there_is_always_a_frame_and_never_one_before_the_event_is_seen(
    config: AfterLabels | SpanLabels | SinceLabels, start: float, length: float
) -> None:
    event = _event(start, start + length)
    frames = labelled_frames(event, config, GRID, until=event.time)
    assert frames.stop > frames.start >= 0
    seen = event.start if isinstance(config, SpanLabels) else event.time
    assert frames.start == GRID.frame_of(seen)


@given(st.floats(0, 9), st.floats(0, 0.5), st.floats(-1, 1), st.integers(0, 1_200))
def test_outside_the_doubtful_frames_the_label_is_right_wherever_in_the_band_the_truth_is(
    time: float, band: float, share: float, frame: int
) -> None:
    doubtful = doubtful_frames(time, band, GRID)
    truth = max(0.0, time + share * band)
    if not doubtful.start <= frame < doubtful.stop:
        assert (frame >= GRID.frame_of(time)) == (frame >= GRID.frame_of(truth))


def test_a_band_is_scaled_and_never_longer_than_its_cap() -> None:
    config = AfterLabels(ignore=2.0, ignore_cap_ms=50.0)
    assert config.band(0.01) == pytest.approx(0.02)
    assert config.band(1.0) == pytest.approx(0.05)
    assert AfterLabels().band(1.0) == 0
