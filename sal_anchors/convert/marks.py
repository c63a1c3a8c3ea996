"""Marks that people make, and the events they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sal_anchors.align.lexicon import words_of
from sal_anchors.convert.annotated import EventMark
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.speech import SPEECH
from sal_anchors.textgrid import Mark
from sal_anchors.timebase import FrameGrid

WITHOUT_LABEL = frozenset({EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET, EventKind.ENDPOINT})
"""Kinds whose events need no label."""
_KEYWORDS = frozenset({EventKind.KEYWORD_START, EventKind.KEYWORD_END, EventKind.PARTIAL_KEYWORD})


def at_start(kind: EventKind) -> bool:
    """Whether an event of the kind is at the start of its span; else it is at the end."""
    return kind.value.endswith(("_start", "_onset"))


def kind_named(name: str) -> EventKind | None:
    """The kind of a name, whatever its case, with spaces or hyphens for underscores."""
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return next((kind for kind in EventKind if kind.value == plain), None)


def event_of(mark: EventMark, grid: FrameGrid, source: str) -> Event:
    """The event of a mark, its times on the grid's samples.

    The time is the start of the mark, or its end, as the kind says; a mark without length is its
    time. Labels of keywords are normalised as transcripts are; speech needs none.
    """
    start, end = grid.snap(mark.start), grid.snap(mark.end)
    label = mark.label or (SPEECH if mark.kind in WITHOUT_LABEL else "")
    if mark.kind in _KEYWORDS:
        label = " ".join(words_of(label)) or label
    return Event(
        kind=mark.kind,
        label=label,
        time=start if at_start(mark.kind) else end,
        start=start,
        end=end,
        confidence=1.0,
        uncertainty=0.0,
        source=source,
    )


def points_of(events: Iterable[Event]) -> list[Mark]:
    """Each event as an instant."""
    return [Mark(event.label, event.time, event.time) for event in events]


def spans_of(events: Iterable[Event]) -> list[Mark]:
    """The span of each event that has one."""
    return [Mark(e.label, e.start, e.end) for e in events if e.end > e.start]


def with_span(kind: EventKind, point: Mark, spans: Sequence[Mark]) -> EventMark:
    """The event of a point, its span the nearest of the same label that lies on its side."""
    near, far = ("start", "end") if at_start(kind) else ("end", "start")
    fitting = [
        span
        for span in spans
        if span.label == point.label
        and (getattr(span, far) > point.start) == at_start(kind)
        and getattr(span, far) != point.start
    ]
    if not fitting:
        return EventMark(kind, point.label, point.start, point.start)
    span = min(fitting, key=lambda span: abs(getattr(span, near) - point.start))
    if at_start(kind):
        return EventMark(kind, point.label, point.start, span.end)
    return EventMark(kind, point.label, span.start, point.start)


def tagged(event: Event) -> Mark:
    """An event as one mark, ``KIND: LABEL``: its span if its time is where the kind says that it
    is, else its time alone."""
    label = f"{event.kind}: {event.label}"
    if event.time == (event.start if at_start(event.kind) else event.end):
        return Mark(label, event.start, event.end)
    return Mark(label, event.time, event.time)


def untagged(mark: Mark, kind: EventKind | None) -> EventMark | None:
    """The inverse of :func:`tagged`; a mark without a kind has that of ``kind``, if any."""
    name, colon, label = mark.label.partition(":")
    if colon and (told := kind_named(name)):
        return EventMark(told, label.strip(), mark.start, mark.end)
    return None if kind is None else EventMark(kind, mark.label, mark.start, mark.end)
