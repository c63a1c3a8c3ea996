"""Decisions of reviewers: what is written to the journal, one a line."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

import msgspec

from sal_anchors.events.event import EventKind

JOURNAL_NAME = "edits.jsonl"


class Action(StrEnum):
    """What a decision does. ``undo`` and ``redo`` are about another decision, the rest about an
    event, or about the whole utterance where no event is named."""

    ACCEPT = "accept"
    REJECT = "reject"
    MOVE = "move"
    ADD = "add"
    RELABEL = "relabel"
    MARK_BAD = "mark_bad"
    NOTE = "note"
    UNDO = "undo"
    REDO = "redo"


_Seconds = Annotated[float, msgspec.Meta(ge=0)]


class _Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """What is checked when it is read; what has its default is not written."""


class Mark(_Record, frozen=True, kw_only=True):
    """Which event of an utterance a decision is about: as it was when it was first decided on.

    Attributes:
        kind: of the event.
        label: of the event.
        time: seconds from the utterance's start, as the manifest had it.
        room: seconds to the nearest other event of the same kind and label then; None if it was
            the only one.
        added: id of the decision that added the event; None if it came with the manifest.
    """

    kind: EventKind
    label: str
    time: _Seconds
    room: _Seconds | None = None
    added: str | None = None

    @property
    def bare(self) -> Self:
        """The mark without its room, which may differ between decisions about one event."""
        return msgspec.structs.replace(self, room=None)


class Value(_Record, frozen=True, kw_only=True):
    """What a decision found, or puts in its place; what it is not about is None.

    Attributes:
        time: of the event, seconds.
        start: of the event's span, seconds; only of added events.
        end: likewise.
        kind: of the event.
        label: of the event.
        verdict: ``accept`` or ``reject``.
        bad: whether the utterance is bad.
        text: of the note.
        events: those that are accepted with the utterance: all that it had and that were not
            decided on.
    """

    time: _Seconds | None = None
    start: _Seconds | None = None
    end: _Seconds | None = None
    kind: EventKind | None = None
    label: str | None = None
    verdict: Action | None = None
    bad: bool | None = None
    text: str | None = None
    events: tuple[Mark, ...] | None = None


_NEEDS: dict[Action, tuple[str, ...]] = {
    Action.MOVE: ("time",),
    Action.ADD: ("time", "kind", "label"),
    Action.RELABEL: ("kind", "label"),
    Action.ACCEPT: ("verdict",),
    Action.REJECT: ("verdict",),
    Action.MARK_BAD: ("bad",),
    Action.NOTE: ("text",),
}
_OF_EVENTS = (Action.ADD, Action.MOVE, Action.RELABEL, Action.REJECT)


class Decision(_Record, frozen=True, kw_only=True):
    """One line of the journal.

    Attributes:
        id: unique among all journals.
        who: the reviewer.
        when: UTC; later than that of every decision written before it to the same journal.
        utterance: id of the row.
        action: what is done.
        event: which event it is about; None for the whole utterance, ``undo``, ``redo``.
        old: the value that the reviewer saw.
        new: the value that holds from now on.
        target: the decision that an ``undo`` or ``redo`` is about; None for the others.
    """

    id: Annotated[str, msgspec.Meta(min_length=1)]
    who: str
    when: Annotated[datetime, msgspec.Meta(tz=True)]
    utterance: str
    action: Action
    event: Mark | None = None
    old: Value | None = None
    new: Value | None = None
    target: str | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.when.tzinfo is not UTC:
            msgspec.structs.force_setattr(self, "when", self.when.astimezone(UTC))
        about_another = self.action in (Action.UNDO, Action.REDO)
        if about_another != (self.target is not None):
            raise ValueError(f"{self.action}: a target is for undo and redo, which need it")
        missing = [n for n in _NEEDS.get(self.action, ()) if getattr(self.new, n, None) is None]
        if missing:
            raise ValueError(f"{self.action}: new {', '.join(missing)} is missing")
        if self.action in _OF_EVENTS and self.event is None:
            raise ValueError(f"{self.action}: the event is missing")

    @property
    def mark(self) -> Mark | None:
        """The event that the decision is about, or that it adds; None if it is about none."""
        if self.action is Action.ADD and self.event is not None:
            return msgspec.structs.replace(self.event, added=self.id)
        return self.event

    @property
    def order(self) -> tuple[datetime, str]:
        """Decisions take effect in this order, in whichever order they are found."""
        return self.when, self.id

    def line(self) -> bytes:
        """The decision as a line of the journal."""
        told = msgspec.to_builtins(self)
        told["when"] = self.when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return msgspec.json.encode(told) + b"\n"
