"""Annotations of recordings, whatever file they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sal_anchors.align.alignment import Interval
from sal_anchors.events.event import EventKind


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event as a file gives it.

    Attributes:
        kind: of the event.
        label: as written.
        start: seconds from the utterance's start.
        end: seconds; equal to ``start`` where an instant was marked.
    """

    kind: EventKind
    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Annotated:
    """What a file says of one recording.

    Attributes:
        where: the file, and the row where there is one, for messages.
        events: in the file's order; None where it says nothing of events, and they are found
            among the words.
        words: in time order.
        phones: in time order.
        fault: why it cannot be used; empty if it can.
    """

    where: str
    events: tuple[EventMark, ...] | None = None
    words: tuple[Interval, ...] = ()
    phones: tuple[Interval, ...] = ()
    fault: str = ""


Annotations = dict[str, Callable[[], Annotated]]
"""By id: what reads an annotation when it is asked for."""
