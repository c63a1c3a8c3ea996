"""The events of an utterance as its reviewers want them: a pure function of row and journal.

Doing it twice is doing it once: events that already are as decided stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sal_anchors.events.event import Event, EventKind
from sal_anchors.review.decision import Action, Decision, Mark
from sal_anchors.review.match import TOLERANCE, Claim, claims
from sal_anchors.review.standing import standing
from sal_anchors.review.thread import Thread, found_place, threads

_SAME_PLACE = 0.05
_BEHIND = 1e-3
_MICROSECONDS = 6


class State(StrEnum):
    """How far the review of an utterance is.

    ``unreviewed``: nothing was decided; ``partial``: some events are still to be decided on;
    ``reviewed``: all are, and one without any was accepted as it is; ``bad``: it was marked bad.
    """

    UNREVIEWED = "unreviewed"
    PARTIAL = "partial"
    REVIEWED = "reviewed"
    BAD = "bad"


class ConflictCode(StrEnum):
    """Why a decision could not be followed, or should be looked at again."""

    EVENT_MISSING = "event_missing"
    """The event is no longer there, or too far from where it was."""

    UTTERANCE_MISSING = "utterance_missing"
    """The manifest has no such utterance."""

    OUTSIDE = "outside"
    """The time is behind the audio's end."""

    CONTESTED = "contested"
    """Two reviewers decided differently, not knowing of each other; the later one has their way."""

    ADDED_TWICE = "added_twice"
    """Two reviewers added an event at nearly the same place; the later one is taken."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision that needs a person.

    Attributes:
        code: why.
        utterance: id of the row.
        decision: the last one that it is about.
        message: what was found and what was expected.
    """

    code: ConflictCode
    utterance: str
    decision: Decision
    message: str


@dataclass(frozen=True, slots=True)
class ReviewedEvent:
    """An event of the row, or one that a reviewer added or rejected.

    Attributes:
        event: as decided.
        mark: how decisions name it.
        accepted: True if accepted or changed, False if rejected, None if not decided on.
        note: about it; empty if there is none.
        number: of the event among those of the row; None if it is in none.
    """

    event: Event
    mark: Mark
    accepted: bool | None = None
    note: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An utterance after its review.

    Attributes:
        events: all, rejected ones too, by time, kind and label.
        state: how far the review is.
        note: about the utterance; empty if there is none.
        conflicts: decisions that need a person.
    """

    events: tuple[ReviewedEvent, ...]
    state: State
    note: str
    conflicts: tuple[Conflict, ...]

    @property
    def kept(self) -> tuple[Event, ...]:
        """The events that are not rejected; none of a bad utterance."""
        if self.state is State.BAD:
            return ()
        return tuple(item.event for item in self.events if item.accepted is not False)

    def of_row(self, number: int) -> ReviewedEvent | None:
        """What became of an event of the row; None if it stands for none any more."""
        return next((item for item in self.events if item.number == number), None)


def replay(
    events: Sequence[Event],
    decisions: Iterable[Decision],
    *,
    seconds: float,
    tolerance: float = TOLERANCE,
) -> Reviewed:
    """Follow the decisions about one utterance.

    Args:
        events: of the row, as the manifest has them.
        decisions: about the utterance, in any order, undone ones too.
        seconds: length of the audio.
        tolerance: seconds that an event may have moved since it was decided on.
    """
    stand = standing(decisions)
    found = threads(stand)
    left_out, twice = _added_twice(found)
    found = tuple(thread for n, thread in enumerate(found) if n not in left_out)
    conflicts = [_contested(decision) for thread in found for decision in thread.contested] + twice
    items: list[ReviewedEvent] = []
    claimed: set[int] = set()
    claimed_by = claims(found, events, tolerance)
    for claim in claimed_by:
        claimed |= {n for n in (claim.found, claim.written) if n is not None}
    free = [n for n in range(len(events)) if n not in claimed]
    for thread, claim in zip(found, claimed_by, strict=True):
        item, problem = _resolved(thread, claim, events, free, seconds, tolerance)
        items += [item] if item else []
        conflicts += [problem] if problem else []
    items += [ReviewedEvent(events[n], mark_of(events, n), number=n) for n in free]
    items.sort(key=lambda item: (item.event.time, item.event.kind, item.event.label))
    bad, whole, note = _of_utterance(stand)
    state = _state(items, bad=bad, whole=whole, decided=bool(stand))
    return Reviewed(tuple(items), state, note, tuple(conflicts))


def mark_of(events: Sequence[Event], number: int) -> Mark:
    """How decisions name an event of the row that nothing was decided about yet."""
    event = events[number]
    others = (other for n, other in enumerate(events) if n != number)
    room = room_of(event.kind, event.label, event.time, others)
    return Mark(kind=event.kind, label=event.label, time=event.time, room=room)


def room_of(kind: EventKind, label: str, time: float, others: Iterable[Event]) -> float | None:
    """Seconds to the nearest other event of a kind and label, in whole microseconds."""
    apart = (abs(e.time - time) for e in others if (e.kind, e.label) == (kind, label))
    nearest = min(apart, default=None)
    return None if nearest is None else round(nearest, _MICROSECONDS)


def _resolved(
    thread: Thread,
    claim: Claim,
    events: Sequence[Event],
    free: Sequence[int],
    seconds: float,
    tolerance: float,
) -> tuple[ReviewedEvent | None, Conflict | None]:
    number = claim.found if claim.written is None else claim.written
    if number is None and not thread.added:
        return None, _missing(thread, events, free, tolerance)
    if thread.now.time > seconds + _BEHIND:
        told = f"{_told(thread)}: the audio ends at {seconds:.3f} s"
        kept = (
            None
            if number is None
            else ReviewedEvent(events[number], thread.mark, None, thread.note, number)
        )
        return kept, _conflict(ConflictCode.OUTSIDE, thread, told)
    if number is None:
        event = thread.new_event()
    elif thread.edited or thread.accepted:
        event = thread.applied_to(events[number])
    else:
        event = events[number]
    return ReviewedEvent(event, thread.mark, thread.accepted, thread.note, number), None


def _missing(
    thread: Thread, events: Sequence[Event], free: Sequence[int], tolerance: float
) -> Conflict | None:
    """What is told of an event that is not there; nothing if it was rejected and no other event
    can be the one."""
    place = found_place(thread.mark)
    others = [
        abs(events[n].time - place.time)
        for n in free
        if (events[n].kind, events[n].label) == (place.kind, place.label)
    ]
    nearest = min(others, default=None)
    room = thread.mark.room
    known = nearest is None or (room is not None and nearest >= room - tolerance)
    if thread.accepted is False and known:
        return None
    told = f"{_told(thread)}: no such event within {tolerance:g} s"
    if nearest is not None:
        told += f", the nearest is {nearest:.3f} s away"
    return _conflict(ConflictCode.EVENT_MISSING, thread, told)


def _added_twice(found: Sequence[Thread]) -> tuple[set[int], list[Conflict]]:
    """Threads of different reviewers that add the same: all but the last one are left out."""
    left_out: set[int] = set()
    told: list[Conflict] = []
    for n, thread in enumerate(found):
        if not thread.added or thread.accepted is False:
            continue
        for m in range(n):
            other = found[m]
            if m in left_out or not other.added or other.accepted is False:
                continue
            if _same(thread, other):
                left_out.add(m)
                text = f"{_told(thread)} and {other.decisions[0].who} at {other.now.time:.3f} s"
                told.append(_conflict(ConflictCode.ADDED_TWICE, thread, text))
    return left_out, told


def _same(one: Thread, other: Thread) -> bool:
    """Whether two reviewers added what is one event."""
    this, that = one.now, other.now
    return (
        one.decisions[0].who != other.decisions[0].who
        and (this.kind, this.label) == (that.kind, that.label)
        and abs(this.time - that.time) < _SAME_PLACE
    )


def _contested(decision: Decision) -> Conflict:
    told = f"{decision.action} by {decision.who} overrules what another reviewer decided"
    return Conflict(ConflictCode.CONTESTED, decision.utterance, decision, told)


def _conflict(code: ConflictCode, thread: Thread, message: str) -> Conflict:
    last = thread.decisions[-1]
    return Conflict(code, last.utterance, last, message)


def _told(thread: Thread) -> str:
    last, mark = thread.decisions[-1], thread.mark
    return f"{last.action} of {mark.kind} {mark.label!r} at {mark.time:.3f} s by {last.who}"


def _of_utterance(stand: Iterable[Decision]) -> tuple[bool, bool, str]:
    """Whether the utterance is bad, whether nothing is missing in it, and its note."""
    bad = whole = False
    note = ""
    for decision in stand:
        if decision.event is not None or decision.new is None:
            continue
        match decision.action:
            case Action.MARK_BAD:
                bad = bool(decision.new.bad)
            case Action.ACCEPT:
                whole = True
            case Action.NOTE:
                note = decision.new.text or ""
    return bad, whole, note


def _state(items: Sequence[ReviewedEvent], *, bad: bool, whole: bool, decided: bool) -> State:
    if bad:
        return State.BAD
    verdicts = [item.accepted is not None for item in items]
    if all(verdicts) and (verdicts or whole):
        return State.REVIEWED
    return State.PARTIAL if any(verdicts) or decided else State.UNREVIEWED
