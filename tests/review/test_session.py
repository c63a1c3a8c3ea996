"""A reviewer at work, against a simple model: random decisions, undo, redo, kills, reopening."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.review import Session, State, read_journal
from sal_anchors.review.replay import ReviewedEvent

END, START = EventKind.KEYWORD_END, EventKind.KEYWORD_START
LABELS = st.sampled_from(["up", "down"])
TIMES = st.integers(0, 60).map(lambda n: round(n / 20, 3))


def test_an_action_is_in_the_journal_when_it_returns(session: Session) -> None:
    row = session.manifest.row("vm-pls-try-again")
    please = _please(session, row)
    session.move(row.id, please, 0.6)
    (decision,) = read_journal(session.journal.path).decisions
    assert (decision.who, decision.utterance, decision.action) == ("ann", row.id, "move")
    assert decision.old is not None and decision.new is not None
    assert (decision.old.time, decision.new.time) == (please.event.time, 0.6)


def _please(session: Session, row: Row) -> ReviewedEvent:
    (found,) = (i for i in session.review(row).review.events if i.event.label == "please")
    return found


def test_targets_follow_a_moved_anchor(session: Session) -> None:
    row = session.manifest.row("vm-pls-try-again")
    session.move(row.id, _please(session, row), 0.9)
    changed = session.review(row).row
    (anchor,) = (a for a in changed.anchors if a.label == "please")
    assert anchor.frame == session.manifest.grid.frame_of(0.9)
    assert changed.weights[anchor.frame] == changed.weights.max()
    assert changed.labels[anchor.frame] == 1
    assert len(changed.labels) == row.num_frames


def test_an_added_anchor_takes_the_span_of_the_word_at_its_time(session: Session) -> None:
    row = session.manifest.row("im-sorry")
    word = row.words[-1]
    session.add(row, END, "please", word.end)
    (added,) = (i for i in session.review(row).review.events if i.event.label == "please")
    assert (added.event.start, added.event.end) == (word.start, word.end)
    assert added.accepted


def test_accepting_all_leaves_rejected_anchors_rejected(session: Session) -> None:
    row = session.manifest.row("vm-pls-try-again")
    session.reject(row.id, _please(session, row))
    session.accept_all(row)
    review = session.review(row).review
    assert review.state is State.REVIEWED
    assert {i.event.label: i.accepted for i in review.events} == {"speech": True, "please": False}


def test_a_bad_utterance_is_skipped_and_says_by_whom(session: Session) -> None:
    row = session.manifest.row("sorry")
    session.mark_bad(row, True)
    bad = session.review(row).row
    assert (bad.status, bad.reason, bad.message) == ("skipped", "marked_bad", "marked bad by ann")
    assert (bad.events, bad.anchors, len(bad.labels)) == ((), (), 0)
    session.mark_bad(row, False)
    assert session.review(row).row.events == row.events


def test_notes_stay_with_what_they_are_about(session: Session) -> None:
    row = session.manifest.row("vm-pls-try-again")
    session.note(row, "a cough", _please(session, row))
    session.note(row, "listen again")
    review = session.review(row).review
    assert review.note == "listen again"
    assert {i.event.label: i.note for i in review.events} == {"speech": "", "please": "a cough"}


def test_undo_goes_back_over_a_restart_and_redo_forth(
    speech: Manifest, clock: Callable[[], datetime]
) -> None:
    row = speech.row("vm-pls-try-again")
    first = Session(speech, "ann", clock=clock)
    first.move(row.id, _please(first, row), 0.6)
    first.move(row.id, _please(first, row), 0.7)
    again = Session(speech, "ann", clock=clock)
    seen = []
    for step in (again.undo, again.undo, again.undo, again.redo, again.redo, again.redo):
        step()
        seen.append(_please(again, row).event.time)
    found = next(e.time for e in row.events if e.label == "please")
    assert seen == [0.6, found, found, 0.6, 0.7, 0.7]


def test_a_reviewer_sees_what_another_decides_meanwhile(
    speech: Manifest, clock: Callable[[], datetime]
) -> None:
    ann, bob = Session(speech, "ann", clock=clock), Session(speech, "bob", clock=clock)
    row = speech.row("sorry")
    bob.mark_bad(row, True)
    assert ann.review(row).review.state is State.UNREVIEWED
    assert ann.refresh()
    assert ann.review(row).review.state is State.BAD
    assert ann.undo() is None


@dataclass(frozen=True)
class Held:
    """An event in the model."""

    key: int
    kind: EventKind
    label: str
    time: float
    accepted: bool | None = None
    note: str = ""
    touched: bool = False
    """Whether something was decided about it."""


@dataclass(frozen=True)
class Model:
    """What a review should look like."""

    events: tuple[Held, ...]
    bad: bool = False
    note: str = ""

    def changed(self, key: int, **fields: object) -> Model:
        fields["touched"] = True
        events = (replace(e, **fields) if e.key == key else e for e in self.events)
        return replace(self, events=tuple(events))


FOUND = (0.5, 1.5, 2.5)


def row_of(times: tuple[float, ...]) -> Row:
    events = tuple(Event(END, "up", t, t - 0.2, t, 0.5, 0.03, "truth") for t in times)
    return Row(
        id="one",
        status="ok",
        audio="one.wav",
        sample_rate=16_000,
        num_samples=48_000,
        split="train",
        events=events,
        num_frames=300,
    )


class Folder:
    """Enough of a manifest for a session."""

    recipe = keyword_recipe(("up", "down"))

    def __init__(self, path: Path) -> None:
        self.path = path


class ReviewMachine(RuleBasedStateMachine):
    """Random work of one reviewer, whose process is killed now and then."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.manifest = Folder(Path(self.folder.name))
        self.ticks = 0
        self.row = row_of(FOUND)
        events = (Held(n, END, "up", time) for n, time in enumerate(FOUND))
        self.model = Model(tuple(events))
        self.past: list[Model] = []
        self.future: list[Model] = []
        self.torn = 0
        self.next_key = len(FOUND)
        self.open()

    def open(self) -> None:
        self.session = Session(self.manifest, "ann", clock=self.now)  # type: ignore[arg-type]

    def now(self) -> datetime:
        self.ticks += 1
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.ticks)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def do(self, model: Model) -> None:
        self.past.append(self.model)
        self.future.clear()
        self.model = model

    def pick(self, number: int) -> tuple[Held, ReviewedEvent] | None:
        """An event of the model, and the same as the session shows it."""
        if not self.model.events:
            return None
        ordered = sorted(self.model.events, key=lambda e: (e.time, e.kind, e.label, e.key))
        held = ordered[number % len(ordered)]
        place = (held.time, held.kind, held.label)
        same = [e for e in ordered if (e.time, e.kind, e.label) == place]
        shown = [
            i
            for i in self.session.review(self.row).review.events
            if (i.event.time, i.event.kind, i.event.label) == place
        ]
        assert len(shown) == len(same)
        return (held, shown[0]) if len(same) == 1 else None

    @rule(number=st.integers(0, 9), accept=st.booleans())
    def judge(self, number: int, accept: bool) -> None:
        if picked := self.pick(number):
            held, item = picked
            (self.session.accept if accept else self.session.reject)("one", item)
            self.do(self.model.changed(held.key, accepted=accept))

    @rule(number=st.integers(0, 9), time=TIMES)
    def move(self, number: int, time: float) -> None:
        if picked := self.pick(number):
            held, item = picked
            self.session.move("one", item, time)
            accepted = True if held.accepted is None else held.accepted
            self.do(self.model.changed(held.key, time=time, accepted=accepted))

    @rule(
        number=st.integers(0, 9),
        kind=st.sampled_from([END, START]),
        label=st.sampled_from(["up", "down"]),
    )
    def relabel(self, number: int, kind: EventKind, label: str) -> None:
        if picked := self.pick(number):
            held, item = picked
            self.session.relabel("one", item, kind, label)
            accepted = True if held.accepted is None else held.accepted
            self.do(self.model.changed(held.key, kind=kind, label=label, accepted=accepted))

    def added(self, time: float, label: str) -> None:
        self.session.add(self.row, END, label, time)
        for held in self.model.events:
            if not held.touched and (held.label, held.time) == (label, time):
                self.do(self.model.changed(held.key, accepted=True))
                return
        added = Held(self.next_key, END, label, time, True, touched=True)
        self.next_key += 1
        self.do(replace(self.model, events=(*self.model.events, added)))

    @rule(time=TIMES, label=LABELS)
    def add(self, time: float, label: str) -> None:
        self.added(time, label)

    @rule(number=st.integers(0, 2))
    def add_what_is_found_there(self, number: int) -> None:
        """It counts as accepted, unless something was decided about it before."""
        self.added(FOUND[number], "up")

    @rule(number=st.integers(0, 9), text=st.text(max_size=5))
    def note(self, number: int, text: str) -> None:
        if number % 2:
            self.session.note(self.row, text)
            self.do(replace(self.model, note=text))
        elif picked := self.pick(number):
            held, item = picked
            self.session.note(self.row, text, item)
            self.do(self.model.changed(held.key, note=text))

    @rule(bad=st.booleans())
    def mark(self, bad: bool) -> None:
        self.session.mark_bad(self.row, bad)
        self.do(replace(self.model, bad=bad))

    @rule()
    def accept_all(self) -> None:
        self.session.accept_all(self.row)
        events = (
            replace(e, accepted=e.accepted is not False, touched=e.touched or e.accepted is None)
            for e in self.model.events
        )
        self.do(replace(self.model, events=tuple(events)))

    @rule()
    def undo(self) -> None:
        assert (self.session.undo() is not None) == bool(self.past)
        if self.past:
            self.future.append(self.model)
            self.model = self.past.pop()

    @rule()
    def redo(self) -> None:
        assert (self.session.redo() is not None) == bool(self.future)
        if self.future:
            self.past.append(self.model)
            self.model = self.future.pop()

    @rule(kept=st.integers(1, 200))
    def kill_while_writing(self, kept: int) -> None:
        path = self.session.journal.path
        if path.exists():
            line = path.read_bytes().splitlines(keepends=True)[0]
            with path.open("ab") as file:
                file.write(line[: min(kept, len(line) - 2)].replace(b"\n", b""))
            self.torn += 1
            self.open()

    @rule()
    def reopen(self) -> None:
        self.open()

    @invariant()
    def looks_like_the_model(self) -> None:
        review = self.session.review(self.row).review
        shown = sorted(
            (i.event.time, i.event.kind, i.event.label, str(i.accepted), i.note)
            for i in review.events
        )
        wanted = sorted(
            (e.time, e.kind, e.label, str(e.accepted), e.note) for e in self.model.events
        )
        assert shown == wanted
        assert (review.state is State.BAD) == self.model.bad
        assert review.note == self.model.note
        assert review.conflicts == ()
        assert len(self.session.damages) == self.torn


TestReviewMachine = ReviewMachine.TestCase
TestReviewMachine.settings = settings(max_examples=30, stateful_step_count=30)
