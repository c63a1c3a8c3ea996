from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors import augment
from sal_anchors.anchors.recipe import onset_recipe
from sal_anchors.augment import Example
from sal_anchors.dataset.stretch import class_events, extents, free_stretches, length_of
from sal_anchors.events.event import Event, EventKind

from .recordings import GRID, RATE, RECIPE, keyword, row_of

SPEECH = onset_recipe()
pieces = st.lists(st.tuples(st.floats(0.05, 2), st.floats(0.1, 2)), min_size=1, max_size=4)


def speech(start: float, end: float) -> list[Event]:
    return [
        Event(kind, "speech", time, start, end, 0.9, 0.01, "made")
        for kind, time in ((EventKind.SPEECH_ONSET, start), (EventKind.SPEECH_OFFSET, end))
    ]


@settings(max_examples=100)
@given(pieces)
def test_between_stretches_of_speech_there_is_none(parts: list[tuple[float, float]]) -> None:
    events: list[Event] = []
    at = 0.0
    for pause, spoken in parts:
        events += speech(at + pause, at + pause + spoken)
        at += pause + spoken
    row = row_of("speech", at + 0.5, events, SPEECH)
    found = free_stretches(row, SPEECH, 1_600)
    silence = np.zeros(length_of(row, GRID), np.float32)
    for stretch in found:
        example = augment.crop(
            Example(silence, RATE, row.events), first=stretch.first, length=stretch.length
        )
        assert not augment.targets(example, SPEECH).labels.any()
        assert not [e for e in example.events if e.kind is EventKind.SPEECH_ONSET]
    pauses = sum(pause >= 0.15 for pause, _ in parts) + 1
    assert len(found) >= pauses


def test_an_event_reaches_to_the_end_of_its_label_and_as_far_as_it_is_unsure() -> None:
    row = row_of("one", 3.0, [keyword(1.0, 1.5, uncertainty=0.02)])
    ((index, event, taken),) = extents(row, RECIPE)
    assert (index, event) == (1, row.events[0])
    assert (taken.first, taken.end) == (round(0.98 * RATE), round(1.82 * RATE))


def test_an_event_without_a_class_takes_nothing() -> None:
    row = row_of("other", 3.0, [keyword(1.0, 1.5, "left")])
    assert not list(extents(row, RECIPE)) and not list(class_events(row, RECIPE))
    assert [stretch.length for stretch in free_stretches(row, RECIPE, 1)] == [3 * RATE]
