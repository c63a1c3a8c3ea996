"""A reviewer at work: what they do becomes decisions in the journal, and can be undone."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime

from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.review.decision import JOURNAL_NAME, Action, Decision, Mark, Value
from sal_anchors.review.journal import Damage, Journal, now
from sal_anchors.review.overlay import ReviewedRow, by_utterance, review_row
from sal_anchors.review.replay import ReviewedEvent, room_of
from sal_anchors.review.standing import UndoStack


def reviewer_name() -> str:
    """The user's name as the system tells it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Session:
    """Review of a manifest by one person.

    Each action is on the disk when its method returns.

    Args:
        manifest: as it is on the disk, without its review.
        who: the reviewer; the system's user if None.
        clock: gives the present instant, UTC.

    Raises:
        ReviewError: the journal cannot be read or, by the actions, written.
    """

    def __init__(
        self,
        manifest: Manifest,
        who: str | None = None,
        *,
        clock: Callable[[], datetime] = now,
    ):
        self.manifest = manifest
        self.who = who or reviewer_name()
        self.journal = Journal(manifest.path / JOURNAL_NAME, self.who, clock=clock)
        self._about = by_utterance(self.journal.decisions.values())
        self._stack = UndoStack.of(tuple(self.journal.decisions.values()), self.who)
        self._known = len(self.journal.decisions)

    @property
    def damages(self) -> list[Damage]:
        """Lines of the journal that are no decisions."""
        return self.journal.damages

    @property
    def utterances(self) -> tuple[str, ...]:
        """Ids that something was decided about."""
        return tuple(self._about)

    def decisions(self, utterance: str) -> tuple[Decision, ...]:
        """All about an utterance, undone ones too, in their order."""
        return self._about.get(utterance, ())

    def review(self, row: Row) -> ReviewedRow:
        """A row of the manifest, as reviewed so far."""
        return review_row(row, self.decisions(row.id), self.manifest.recipe)

    def refresh(self) -> tuple[str, ...]:
        """Take in what others have decided since; the ids of the utterances it is about."""
        self.journal.refresh()
        return self._take()

    def accept(self, utterance: str, item: ReviewedEvent) -> Decision:
        """An event is right as it is."""
        return self._verdict(utterance, item, Action.ACCEPT)

    def reject(self, utterance: str, item: ReviewedEvent) -> Decision:
        """There is no such event."""
        return self._verdict(utterance, item, Action.REJECT)

    def accept_all(self, row: Row) -> Decision:
        """All events of an utterance that were not decided on are right, and none is missing."""
        open_ = tuple(i.mark for i in self.review(row).review.events if i.accepted is None)
        new = Value(verdict=Action.ACCEPT, events=open_)
        return self._append(row.id, Action.ACCEPT, new=new)

    def move(self, utterance: str, item: ReviewedEvent, time: float) -> Decision:
        """An event is at another time, in seconds."""
        old, new = Value(time=item.event.time), Value(time=time)
        return self._append(utterance, Action.MOVE, event=item.mark, old=old, new=new)

    def relabel(self, utterance: str, item: ReviewedEvent, kind: EventKind, label: str) -> Decision:
        """An event is another one."""
        old = Value(kind=item.event.kind, label=item.event.label)
        new = Value(kind=kind, label=label)
        return self._append(utterance, Action.RELABEL, event=item.mark, old=old, new=new)

    def add(self, row: Row, kind: EventKind, label: str, time: float) -> Decision:
        """There is an event that was not found; its span is that of the word at its time."""
        there = (item.event for item in self.review(row).review.events)
        mark = Mark(kind=kind, label=label, time=time, room=room_of(kind, label, time, there))
        words = [word for word in row.words if word.start <= time <= word.end]
        start, end = (words[0].start, words[0].end) if words else (time, time)
        new = Value(kind=kind, label=label, time=time, start=start, end=end)
        return self._append(row.id, Action.ADD, event=mark, new=new)

    def mark_bad(self, row: Row, bad: bool) -> Decision:
        """An utterance is of no use, or is again."""
        return self._append(row.id, Action.MARK_BAD, old=Value(bad=not bad), new=Value(bad=bad))

    def note(self, row: Row, text: str, item: ReviewedEvent | None = None) -> Decision:
        """Say something about an event, or about the utterance."""
        before = item.note if item else self.review(row).review.note
        mark = item.mark if item else None
        return self._append(
            row.id, Action.NOTE, event=mark, old=Value(text=before), new=Value(text=text)
        )

    def undo(self) -> Decision | None:
        """Take back the reviewer's last decision that stands; None if there is none.

        Returns:
            The decision that was taken back.
        """
        return self._again(Action.UNDO, self._stack.done)

    def redo(self) -> Decision | None:
        """Make the decision that was taken back last stand again; None if there is none."""
        return self._again(Action.REDO, self._stack.undone)

    def _again(self, action: Action, stack: list[Decision]) -> Decision | None:
        if not stack:
            return None
        decision = stack[-1]
        self._append(decision.utterance, action, target=decision.id)
        return decision

    def _verdict(self, utterance: str, item: ReviewedEvent, action: Action) -> Decision:
        before = {True: Action.ACCEPT, False: Action.REJECT, None: None}[item.accepted]
        old, new = Value(verdict=before), Value(verdict=action)
        return self._append(utterance, action, event=item.mark, old=old, new=new)

    def _append(
        self,
        utterance: str,
        action: Action,
        *,
        event: Mark | None = None,
        old: Value | None = None,
        new: Value | None = None,
        target: str | None = None,
    ) -> Decision:
        decision = self.journal.append(
            utterance, action, event=event, old=old, new=new, target=target
        )
        self._take()
        return decision

    def _take(self) -> tuple[str, ...]:
        """What the journal has got since, by this session or by others; which utterances it is
        about."""
        fresh = list(self.journal.decisions.values())[self._known :]
        self._known += len(fresh)
        for decision in fresh:
            about = (*self.decisions(decision.utterance), decision)
            self._about[decision.utterance] = tuple(sorted(about, key=lambda d: d.order))
            if decision.who == self.who:
                self._stack.add(decision)
        return tuple(dict.fromkeys(decision.utterance for decision in fresh))
