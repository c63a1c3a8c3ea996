"""Decisions about the utterance on the screen: each is in the journal before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sal_anchors.errors import SalAnchorsError
from sal_anchors.events.event import EventKind
from sal_anchors.review.snap import nearest_edge

from .prompts import AskOne, AskText
from .told import anchor_choices
from .utterance_view import UtteranceView

if TYPE_CHECKING:
    from sal_anchors.manifest import Row
    from sal_anchors.review import Decision, Mark, ReviewedEvent

_MILLISECOND = 0.001
_SAME = 1e-6
_OTHER = "\0other"


class Deciding(UtteranceView):
    """The actions that make decisions."""

    def action_accept(self) -> None:
        """The anchor is right."""
        self._decide_event(lambda row, item: self._source.session.accept(row.id, item))

    def action_reject(self) -> None:
        """There is no such event."""
        self._decide_event(lambda row, item: self._source.session.reject(row.id, item))

    def action_accept_all(self) -> None:
        """All is right and nothing is missing; go on to the next."""
        if self._decide(lambda row: self._source.session.accept_all(row)):
            self.action_next(1)

    def action_nudge_frames(self, by: int) -> None:
        """Move the anchor by frames."""
        self._nudge(by * self._source.manifest.grid.hop_seconds)

    def action_nudge_ms(self, by: int) -> None:
        """Move the anchor by milliseconds."""
        self._nudge(by * _MILLISECOND)

    def action_move_here(self) -> None:
        """Move the anchor to the cursor."""
        self._move_event(lambda item: self._cursor)

    def action_snap(self) -> None:
        """Move the anchor to the nearest edge of energy."""
        sound = self._sound
        if sound is None:
            self.notify(f"There is no audio to look for an edge in: {self._message}")
            return

        def edge(item: ReviewedEvent) -> float | None:
            about = item.event.time - sound.first
            found = nearest_edge(sound.samples, sound.rate, about)
            if found is None:
                self.notify("There is no edge of energy within 150 ms")
            return None if found is None else found + sound.first

        self._move_event(edge)

    def action_add(self) -> None:
        """Add an anchor at the cursor."""
        self._ask_name("Add at the cursor", self._add)

    def action_relabel(self) -> None:
        """Change what the anchor is."""
        if self._selected is None:
            self.notify("There is no anchor; i adds one at the cursor")
            return
        self._ask_name("It is", self._relabel)

    def action_bad(self) -> None:
        """The utterance is of no use, or is again."""
        if self._item is not None:
            bad = self._item.review.state.value != "bad"
            self._decide(lambda row: self._source.session.mark_bad(row, bad))

    def action_note(self) -> None:
        """Say something about the anchor, or about the utterance if there is none."""
        item = self._selected
        self._ask_note("Note on the anchor" if item else "Note on the utterance", item)

    def action_note_utterance(self) -> None:
        """Say something about the utterance."""
        self._ask_note("Note on the utterance", None)

    def action_undo(self) -> None:
        """Take the last decision back, wherever it was made."""
        self._again(self._source.session.undo, "undone", "There is nothing to undo")

    def action_redo(self) -> None:
        """Make it stand again."""
        self._again(self._source.session.redo, "done again", "There is nothing to redo")

    def _again(self, do: Callable[[], Decision | None], told: str, nothing: str) -> None:
        try:
            decision = do()
        except SalAnchorsError as error:
            self._refuse(error)
            return
        if decision is None:
            self.notify(nothing)
            return
        here = self._item is not None and decision.utterance == self._item.row.id
        where = "" if here else f" of {decision.utterance}"
        self.notify(f"{told}: {decision.action}{where}")
        if here:
            self._decided(decision.mark)
        else:
            self.app.decided_elsewhere((decision.utterance,))

    def decided_elsewhere(self, utterances: Collection[str]) -> None:
        """Show the row anew if it is among them."""
        if self._item is not None and self._item.row.id in utterances:
            self._decided()

    def _decide(self, do: Callable[[Row], object]) -> bool:
        if self._item is None:
            return False
        try:
            do(self._source.raw(self.number))
        except SalAnchorsError as error:
            self._refuse(error)
            return False
        self._decided()
        return True

    def _decide_event(self, do: Callable[[Row, ReviewedEvent], object]) -> None:
        item = self._selected
        if item is None:
            self.notify("There is no anchor; i adds one at the cursor")
            return
        self._decide(lambda row: do(row, item))

    def _move_event(self, where: Callable[[ReviewedEvent], float | None]) -> None:
        def move(row: Row, item: ReviewedEvent) -> None:
            time = where(item)
            if time is None:
                return
            grid = self._source.manifest.grid
            time = grid.snap(min(max(0.0, time), row.duration))
            if abs(time - item.event.time) > _SAME:
                self._source.session.move(row.id, item, time)
                self._cursor = time

        self._decide_event(move)

    def _nudge(self, seconds: float) -> None:
        self._move_event(lambda item: item.event.time + seconds)

    def _add(self, kind: str, label: str) -> None:
        before = {i.mark for i in self._items()}
        self._decide(
            lambda row: self._source.session.add(row, EventKind(kind), label, self._cursor)
        )
        added = [i for i in self._items() if i.mark not in before]
        if added:
            self._select(added[0])

    def _relabel(self, kind: str, label: str) -> None:
        self._decide_event(
            lambda row, item: self._source.session.relabel(row.id, item, EventKind(kind), label)
        )

    def _ask_name(self, question: str, then: Callable[[str, str], None]) -> None:
        manifest = self._source.manifest
        choices = anchor_choices(manifest.recipe, self._items())

        def typed(answer: str | None) -> None:
            if answer is not None:
                self._named(answer, then)

        def chosen(answer: str | None) -> None:
            if answer == _OTHER:
                self.app.push_screen(AskText("Kind and label, such as: keyword_end please"), typed)
            elif answer is not None:
                self._named(answer, then)

        if self._item is not None:
            told = [(f"{kind} {label}", f"{kind} {label}") for kind, label in choices]
            self.app.push_screen(AskOne(question, [*told, (_OTHER, "another…")]), chosen)

    def _named(self, answer: str, then: Callable[[str, str], None]) -> None:
        kind, _, label = answer.strip().partition(" ")
        if kind not in set(EventKind) or not label.strip():
            self.notify(
                f"{answer!r}: a kind and a label are expected; kinds: {', '.join(EventKind)}",
                severity="error",
            )
            return
        then(kind, label.strip())

    def _ask_note(self, question: str, item: ReviewedEvent | None) -> None:
        if self._item is None:
            return
        before = item.note if item is not None else self._item.review.note

        def said(answer: str | None) -> None:
            if answer is not None and answer != before:
                self._decide(lambda row: self._source.session.note(row, answer, item))

        self.app.push_screen(AskText(question, before), said)

    def _decided(self, mark: Mark | None = None) -> None:
        """Show the row anew, with an anchor selected; the same one if none is named."""
        try:
            self._item = self._source.reviewed(self.number)
        except SalAnchorsError as error:
            self._refuse(error)
            return
        if mark is None and self._selected is not None:
            mark = self._selected.mark
        items = self._items()
        same = [i for i in items if mark is not None and i.mark.bare == mark.bare]
        self._selected = same[0] if same else (items[0] if items else None)
        self._on_decided(self.number, self._item.review.state)
        self._draw()
