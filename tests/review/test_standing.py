"""Undo and redo: any number of them, by the journal alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.review.decision import Action, Decision, Value
from sal_anchors.review.standing import UndoStack, standing

START = datetime(2026, 1, 1, tzinfo=UTC)


def decision(number: int, action: Action = Action.NOTE, target: int | None = None) -> Decision:
    about = None if target is None else f"d{target:03d}"
    return Decision(
        id=f"d{number:03d}",
        who="ann",
        when=START + timedelta(seconds=number),
        utterance="one",
        action=action,
        new=Value(text=str(number)) if about is None else None,
        target=about,
    )


def ids(decisions: tuple[Decision, ...] | list[Decision]) -> list[str]:
    return [d.id for d in decisions]


def test_the_last_undo_or_redo_of_a_decision_has_its_way() -> None:
    journal = [
        decision(0),
        decision(1),
        decision(2, Action.UNDO, 0),
        decision(3, Action.REDO, 0),
        decision(4, Action.UNDO, 1),
    ]
    assert ids(standing(journal)) == ["d000"]


@given(st.permutations(range(5)), st.lists(st.integers(0, 4)))
def test_order_and_repetition_of_lines_do_not_matter(order: list[int], again: list[int]) -> None:
    journal = [
        *(decision(0), decision(1), decision(2, Action.UNDO, 0)),
        *(decision(3, Action.UNDO, 1), decision(4, Action.REDO, 0)),
    ]
    shuffled = [journal[n] for n in (*order, *again)]
    assert standing(shuffled) == standing(journal)


@given(st.lists(st.sampled_from(["do", "undo", "redo"]), max_size=60))
def test_undo_and_redo_are_those_of_an_editor(steps: list[str]) -> None:
    journal: list[Decision] = []
    done: list[str] = []
    undone: list[str] = []
    for step in steps:
        number = len(journal)
        if step == "do":
            journal.append(decision(number))
            done.append(journal[-1].id)
            undone.clear()
        elif step == "undo" and done:
            journal.append(decision(number, Action.UNDO, int(done[-1][1:])))
            undone.append(done.pop())
        elif step == "redo" and undone:
            journal.append(decision(number, Action.REDO, int(undone[-1][1:])))
            done.append(undone.pop())
        stack = UndoStack.of(journal, "ann")
        assert (ids(stack.done), ids(stack.undone)) == (done, undone)
        assert ids(standing(journal)) == sorted(done)


def test_a_reviewer_undoes_only_their_own() -> None:
    journal = [decision(0), msgspec.structs.replace(decision(1), who="bob")]
    assert ids(UndoStack.of(journal, "ann").done) == ["d000"]
