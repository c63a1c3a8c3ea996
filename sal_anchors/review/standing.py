"""Which decisions stand, and which one an undo or redo is about next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sal_anchors.review.decision import Action, Decision

_ABOUT_OTHERS = (Action.UNDO, Action.REDO)


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions that are not undone, in their order, without undo and redo themselves.

    The last undo or redo of a decision has its way. A decision that is given twice counts once.
    """
    ordered = sorted({d.id: d for d in decisions}.values(), key=lambda d: d.order)
    undone = {d.target: d.action is Action.UNDO for d in ordered if d.target is not None}
    return tuple(
        d for d in ordered if d.action not in _ABOUT_OTHERS and not undone.get(d.id, False)
    )


@dataclass(slots=True)
class UndoStack:
    """What a reviewer can undo and redo: their own decisions, the last one first, without limit.

    A new decision ends what could be redone.

    Attributes:
        done: decisions that stand.
        undone: decisions that do not; the last one is redone first.
    """

    done: list[Decision] = field(default_factory=list)
    undone: list[Decision] = field(default_factory=list)

    @classmethod
    def of(cls, decisions: Sequence[Decision], who: str) -> UndoStack:
        """The stack of a reviewer by a journal."""
        stack = cls()
        for decision in sorted(decisions, key=lambda d: d.order):
            if decision.who == who:
                stack.add(decision)
        return stack

    def add(self, decision: Decision) -> None:
        """Take a decision of the reviewer, the newest."""
        match decision.action:
            case Action.UNDO:
                _shift(decision, self.done, self.undone)
            case Action.REDO:
                _shift(decision, self.undone, self.done)
            case _:
                self.done.append(decision)
                self.undone.clear()


def _shift(decision: Decision, source: list[Decision], target: list[Decision]) -> None:
    for place in reversed(range(len(source))):
        if source[place].id == decision.target:
            target.append(source.pop(place))
            return
