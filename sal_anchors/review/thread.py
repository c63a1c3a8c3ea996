"""All that was decided about one event, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.span import AT_START
from sal_anchors.review.decision import Action, Decision, Mark

REVIEWED = "review"
"""The source of events that a person added or changed."""

SAME_SECONDS = 1e-6
"""Times this near to each other are the same."""


@dataclass(frozen=True, slots=True)
class Place:
    """What tells an event from others of its utterance."""

    kind: EventKind
    label: str
    time: float


@dataclass(frozen=True, slots=True)
class Thread:
    """The standing decisions about one event, folded together.

    Attributes:
        mark: which event, as it was found; of an added one, as it was added.
        now: what and where it is by the last decisions.
        places: what it was on the way, the last one first, without the found one.
        accepted: True if it was accepted or changed, False if rejected, None if neither.
        note: about it; empty if there is none.
        contested: decisions that were made without knowing the one before; it was overruled.
        decisions: the ones that were folded.
        span: start and end in seconds, of added events.
    """

    mark: Mark
    now: Place
    places: tuple[Place, ...]
    accepted: bool | None
    note: str
    contested: tuple[Decision, ...]
    decisions: tuple[Decision, ...]
    span: tuple[float, float] | None = None

    @property
    def added(self) -> bool:
        """Whether a reviewer added the event."""
        return self.mark.added is not None

    @property
    def edited(self) -> bool:
        """Whether a reviewer put it there, or changed what or where it is."""
        return self.added or self.now != found_place(self.mark)

    def applied_to(self, event: Event) -> Event:
        """The event as the reviewer wants it: sure, and where and what they say."""
        changed = replace(event, confidence=1.0)
        if (event.kind, event.label) != (self.now.kind, self.now.label):
            changed = replace(
                changed, kind=self.now.kind, label=self.now.label, source=REVIEWED, uncertainty=0.0
            )
        if self.edited and abs(event.time - self.now.time) > SAME_SECONDS:
            changed = moved(changed, self.now.time)
        return changed

    def new_event(self) -> Event:
        """The event that was added."""
        time = self.now.time
        start, end = self.span or (time, time)
        start, end = min(start, time), max(end, time)
        return Event(self.now.kind, self.now.label, time, start, end, 1.0, 0.0, REVIEWED)


def moved(event: Event, time: float) -> Event:
    """The event at another time, and with it the end of its span that it stands for."""
    if event.kind in AT_START:
        start, end = time, max(time, event.end)
    else:
        start, end = min(time, event.start), time
    return replace(event, time=time, start=start, end=end, uncertainty=0.0, source=REVIEWED)


def found_place(mark: Mark) -> Place:
    """What and where the event was when it was first decided on."""
    return Place(mark.kind, mark.label, mark.time)


def threads(decisions: Iterable[Decision]) -> tuple[Thread, ...]:
    """The threads of an utterance from its standing decisions, in their order.

    Decisions about an added event count only while the decision that added it stands.
    """
    groups: dict[Mark, list[Decision]] = {}
    for decision in _of_single_events(decisions):
        if decision.mark is not None:
            groups.setdefault(decision.mark.bare, []).append(decision)
    return tuple(
        _folded(group)
        for mark, group in groups.items()
        if mark.added is None or group[0].action is Action.ADD
    )


def _of_single_events(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Decisions about an event each; an utterance's acceptance is that of its events."""
    for decision in decisions:
        if decision.event is not None:
            yield decision
        elif decision.action is Action.ACCEPT and decision.new is not None:
            for mark in decision.new.events or ():
                yield msgspec.structs.replace(decision, event=mark)


def _folded(group: Sequence[Decision]) -> Thread:
    first = group[0].mark
    assert first is not None  # noqa: S101 - groups are made of decisions that have one
    rooms = [d.event.room for d in group if d.event is not None and d.event.room is not None]
    mark = msgspec.structs.replace(first, room=min(rooms, default=None))
    places, note = [found_place(mark)], ""
    verdict: bool | None = True if mark.added else None
    for decision in group:
        place = _placed(places[-1], decision)
        if place != places[-1]:
            places.append(place)
        match decision.action:
            case Action.ACCEPT:
                verdict = True
            case Action.REJECT:
                verdict = False
            case Action.MOVE | Action.RELABEL if verdict is None:
                verdict = True
            case Action.NOTE if decision.new is not None:
                note = decision.new.text or ""
    return Thread(
        mark=mark,
        now=places[-1],
        places=tuple(reversed(places if mark.added else places[1:])),
        accepted=verdict,
        note=note,
        contested=tuple(_contested(group)),
        decisions=tuple(group),
        span=_span(group[0]) if mark.added else None,
    )


def _span(decision: Decision) -> tuple[float, float] | None:
    new = decision.new
    if new is None or new.start is None or new.end is None:
        return None
    return new.start, new.end


def _placed(place: Place, decision: Decision) -> Place:
    new = decision.new
    if new is None or decision.action not in (Action.MOVE, Action.RELABEL):
        return place
    return Place(
        place.kind if new.kind is None else new.kind,
        place.label if new.label is None else new.label,
        place.time if new.time is None else new.time,
    )


def _contested(group: Sequence[Decision]) -> Iterator[Decision]:
    """Decisions whose reviewer saw another value than another reviewer had put there before, and
    who wants another one."""
    last: dict[str, Decision] = {}
    for decision in group:
        for aspect in _aspects(decision):
            before = last.get(aspect)
            if (
                before is not None
                and before.who != decision.who
                and _value(before.new, aspect) != _value(decision.old, aspect)
                and _value(before.new, aspect) != _value(decision.new, aspect)
            ):
                yield decision
            last[aspect] = decision


def _aspects(decision: Decision) -> tuple[str, ...]:
    match decision.action:
        case Action.MOVE:
            return ("time",)
        case Action.RELABEL:
            return ("label",)
        case Action.ACCEPT | Action.REJECT:
            return ("verdict",)
        case Action.NOTE:
            return ("text",)
    return ()


def _value(value: object, aspect: str) -> object:
    if aspect == "label":
        return getattr(value, "kind", None), getattr(value, "label", None)
    return getattr(value, aspect, None)
