"""Replay: events as decided, over the rows they were decided on and over rows aligned anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sal_anchors.events.event import Event, EventKind
from sal_anchors.review.decision import Action, Decision, Mark, Value
from sal_anchors.review.replay import ConflictCode, Reviewed, State, mark_of, replay

START = datetime(2026, 1, 1, tzinfo=UTC)
END = EventKind.KEYWORD_END


def event(time: float, label: str = "up", kind: EventKind = END, source: str = "x") -> Event:
    return Event(kind, label, time, max(0.0, time - 0.2), time, 0.5, 0.03, source)


class Writer:
    """Decisions a second apart, numbered."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    def __call__(self, action: Action, who: str = "ann", **fields: object) -> Decision:
        number = len(self.decisions)
        decision = Decision(
            id=f"d{number}",
            who=who,
            when=START + timedelta(seconds=number),
            utterance="one",
            action=action,
            **fields,  # type: ignore[arg-type]
        )
        self.decisions.append(decision)
        return decision

    def accept(self, mark: Mark, **fields: str) -> Decision:
        return self(Action.ACCEPT, event=mark, new=Value(verdict=Action.ACCEPT), **fields)

    def reject(self, mark: Mark, **fields: str) -> Decision:
        return self(Action.REJECT, event=mark, new=Value(verdict=Action.REJECT), **fields)

    def move(self, mark: Mark, old: float, new: float, **fields: str) -> Decision:
        return self(Action.MOVE, event=mark, old=Value(time=old), new=Value(time=new), **fields)

    def relabel(self, mark: Mark, label: str) -> Decision:
        return self(Action.RELABEL, event=mark, new=Value(kind=mark.kind, label=label))

    def add(self, time: float, label: str = "up", **fields: str) -> Decision:
        mark = Mark(kind=END, label=label, time=time, room=None)
        new = Value(kind=END, label=label, time=time)
        return self(Action.ADD, event=mark, new=new, **fields)


@pytest.fixture
def write() -> Writer:
    return Writer()


def done(events: list[Event], write: Writer) -> Reviewed:
    return replay(events, write.decisions, seconds=3.0)


def test_without_decisions_events_stay_as_they_are() -> None:
    events = [event(1.0), event(2.0)]
    review = replay(events, [], seconds=3.0)
    assert review.kept == tuple(events)
    assert review.state is State.UNREVIEWED


def test_the_room_of_an_event_is_told_in_whole_microseconds() -> None:
    assert mark_of([event(0.1), event(0.4)], 0).room == 0.3


def test_what_became_of_an_event_is_found_by_its_number(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.move(mark_of(events, 0), 1.0, 2.5)
    write.add(0.5)
    review = done(events, write)
    assert [i.number for i in review.events] == [None, 1, 0]
    moved = review.of_row(0)
    assert moved is not None and moved.event.time == 2.5
    assert review.of_row(2) is None


def test_an_accepted_event_is_sure_and_otherwise_as_found(write: Writer) -> None:
    events = [event(1.0)]
    write.accept(mark_of(events, 0))
    review = done(events, write)
    assert review.kept == (replace(events[0], confidence=1.0),)
    assert review.state is State.REVIEWED


def test_a_rejected_event_is_kept_for_show_only(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.reject(mark_of(events, 0))
    review = done(events, write)
    assert review.kept == (events[1],)
    assert [item.accepted for item in review.events] == [False, None]
    assert review.state is State.PARTIAL


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [(EventKind.KEYWORD_END, 0.8, 1.1), (EventKind.KEYWORD_START, 1.1, 1.1)],
)
def test_a_moved_event_takes_its_edge_of_the_span_along(
    write: Writer, kind: EventKind, start: float, end: float
) -> None:
    events = [event(1.0, kind=kind)]
    write.move(mark_of(events, 0), 1.0, 1.1)
    (kept,) = done(events, write).kept
    assert (kept.time, kept.start, kept.end) == pytest.approx((1.1, start, end))
    assert (kept.source, kept.confidence, kept.uncertainty) == ("review", 1.0, 0.0)


def test_moves_follow_each_other_and_the_last_one_counts(write: Writer) -> None:
    events = [event(1.0)]
    write.move(mark_of(events, 0), 1.0, 1.3)
    write.move(mark_of(events, 0), 1.3, 1.9)
    assert [kept.time for kept in done(events, write).kept] == [1.9]


def test_an_undone_decision_does_not_count_and_a_redone_one_does(write: Writer) -> None:
    events = [event(1.0)]
    moved = write.move(mark_of(events, 0), 1.0, 1.3)
    write(Action.UNDO, target=moved.id)
    review = done(events, write)
    assert (review.kept, review.state) == (tuple(events), State.UNREVIEWED)
    write(Action.REDO, target=moved.id)
    assert done(events, write).kept[0].time == 1.3


def test_an_added_event_can_be_moved_relabelled_and_rejected(write: Writer) -> None:
    added = write.add(1.5)
    mark = msgspec.structs.replace(added.event, added=added.id) if added.event else None
    assert mark is not None
    write.move(mark, 1.5, 1.6)
    write.relabel(mark, "down")
    (kept,) = done([], write).kept
    assert (kept.time, kept.label, kept.source) == (1.6, "down", "review")
    write.reject(mark)
    assert done([], write).kept == ()


def test_what_was_decided_about_an_event_goes_with_the_undone_adding_of_it(write: Writer) -> None:
    added = write.add(1.5)
    assert added.event is not None
    write.move(msgspec.structs.replace(added.event, added=added.id), 1.5, 1.6)
    write(Action.UNDO, target=added.id)
    assert done([], write).kept == ()


def test_a_bad_utterance_keeps_nothing_until_it_is_undone(write: Writer) -> None:
    bad = write(Action.MARK_BAD, new=Value(bad=True))
    assert done([event(1.0)], write).state is State.BAD
    assert done([event(1.0)], write).kept == ()
    write(Action.UNDO, target=bad.id)
    assert done([event(1.0)], write).state is State.UNREVIEWED


def test_an_utterance_without_events_is_reviewed_once_accepted(write: Writer) -> None:
    write(Action.ACCEPT, new=Value(verdict=Action.ACCEPT, events=()))
    assert done([], write).state is State.REVIEWED


def test_accepting_an_utterance_accepts_the_events_it_had_and_no_later_ones(write: Writer) -> None:
    events = [event(1.0)]
    marks = (mark_of(events, 0),)
    write(Action.ACCEPT, new=Value(verdict=Action.ACCEPT, events=marks))
    assert done(events, write).state is State.REVIEWED
    assert done([*events, event(2.0)], write).state is State.PARTIAL


def test_decisions_find_their_events_after_a_new_alignment(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.move(mark_of(events, 0), 1.0, 1.3)
    write.reject(mark_of(events, 1))
    review = done([event(1.04), event(1.93)], write)
    assert [kept.time for kept in review.kept] == [1.3]
    assert review.conflicts == ()


def test_an_event_that_is_gone_is_a_conflict(write: Writer) -> None:
    events = [event(1.0)]
    write.accept(mark_of(events, 0))
    review = done([event(1.3)], write)
    (conflict,) = review.conflicts
    assert conflict.code is ConflictCode.EVENT_MISSING
    assert "0.300 s away" in conflict.message
    assert [kept.time for kept in review.kept] == [1.3]


def test_a_rejected_event_that_is_gone_is_no_conflict(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.reject(mark_of(events, 0))
    assert done([event(2.0)], write).conflicts == ()


def test_a_rejected_event_that_may_have_moved_far_is_a_conflict(write: Writer) -> None:
    events = [event(1.0)]
    write.reject(mark_of(events, 0))
    (conflict,) = done([event(1.4)], write).conflicts
    assert conflict.code is ConflictCode.EVENT_MISSING


def test_near_events_of_one_name_are_not_taken_for_each_other(write: Writer) -> None:
    events = [event(1.0), event(1.06)]
    write.reject(mark_of(events, 0))
    assert [kept.time for kept in done(events, write).kept] == [1.06]
    assert [kept.time for kept in done([events[1]], write).kept] == [1.06]


def test_an_event_that_a_new_alignment_finds_too_is_not_there_twice(write: Writer) -> None:
    write.add(1.5)
    (kept,) = done([event(1.46)], write).kept
    assert kept.time == 1.5


def test_a_time_behind_the_end_is_a_conflict_and_not_followed(write: Writer) -> None:
    events = [event(1.0)]
    write.move(mark_of(events, 0), 1.0, 2.9)
    review = replay(events, write.decisions, seconds=2.0)
    assert [conflict.code for conflict in review.conflicts] == [ConflictCode.OUTSIDE]
    assert review.kept == tuple(events)


def test_reviewers_who_did_not_know_of_each_other_are_a_conflict(write: Writer) -> None:
    events = [event(1.0)]
    write.move(mark_of(events, 0), 1.0, 1.1, who="ann")
    write.move(mark_of(events, 0), 1.0, 1.2, who="bob")
    review = done(events, write)
    assert [conflict.code for conflict in review.conflicts] == [ConflictCode.CONTESTED]
    assert review.kept[0].time == 1.2


def test_reviewers_who_agree_or_knew_are_none(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.move(mark_of(events, 0), 1.0, 1.1, who="ann")
    write.move(mark_of(events, 0), 1.1, 1.2, who="bob")
    write.accept(mark_of(events, 1), who="ann")
    write.accept(mark_of(events, 1), who="bob")
    assert done(events, write).conflicts == ()


def test_two_reviewers_who_add_the_same_event_add_it_once(write: Writer) -> None:
    write.add(1.50, who="ann")
    write.add(1.52, who="bob")
    review = done([], write)
    assert [kept.time for kept in review.kept] == [1.52]
    assert [conflict.code for conflict in review.conflicts] == [ConflictCode.ADDED_TWICE]


def test_replaying_over_what_was_replayed_changes_nothing(
    write: Writer, make_row: Callable[..., object]
) -> None:
    events = [event(0.5), event(1.0), event(1.06), event(2.0), event(2.5, "down")]
    write.move(mark_of(events, 1), 1.0, 1.06)
    write.move(mark_of(events, 2), 1.06, 1.12)
    write.reject(mark_of(events, 3))
    write.relabel(mark_of(events, 4), "up")
    write.add(2.8)
    once = done(events, write)
    assert [kept.time for kept in once.kept] == [0.5, 1.06, 1.12, 2.5, 2.8]
    twice = done(list(once.kept), write)
    assert twice.kept == once.kept
    assert twice.conflicts == ()


def test_applied_decisions_hold_after_events_were_found_anew_beside_them(write: Writer) -> None:
    events = [event(1.0), event(2.0)]
    write.move(mark_of(events, 0), 1.0, 1.4)
    write.reject(mark_of(events, 1))
    once = done(events, write)
    again = sorted([*once.kept, *events], key=lambda item: item.time)
    assert done(again, write).kept == once.kept
