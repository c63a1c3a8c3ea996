"""Merging journals: a union, in one order, of which nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.errors import ReviewError
from sal_anchors.manifest import Manifest
from sal_anchors.review import Session, merge, merge_decisions, merge_journals, read_journal
from sal_anchors.review.decision import Action, Decision, Value

START = datetime(2026, 1, 1, tzinfo=UTC)


def decision(number: int, text: str = "") -> Decision:
    return Decision(
        id=f"d{number}",
        who="ann",
        when=START + timedelta(seconds=number // 2),
        utterance="one",
        action=Action.NOTE,
        new=Value(text=text),
    )


journals = st.lists(st.lists(st.integers(0, 12), unique=True), max_size=4).map(
    lambda groups: [[decision(n) for n in group] for group in groups]
)


@given(journals, st.randoms())
def test_merging_is_a_union_whichever_the_order(
    given_: list[list[Decision]], random: object
) -> None:
    merged = merge_decisions(given_)
    assert {d.id for d in merged} == {d.id for journal in given_ for d in journal}
    assert len(merged) == len({d.id for d in merged})
    shuffled = list(given_)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge_decisions(shuffled) == merged
    assert merge_decisions([merged, *given_]) == merged
    if given_:
        rest = merge_decisions(given_[1:])
        assert merge_decisions([given_[0], rest]) == merged


def test_one_id_with_two_contents_is_refused() -> None:
    with pytest.raises(ReviewError, match="'d1'"):
        merge_decisions([[decision(1, "a")], [decision(1, "b")]])


def _by(speech: Manifest, folder: Path, who: str, *texts: str) -> Path:
    path = folder / f"{who}.jsonl"
    session = Session(speech, who)
    for text in texts:
        session.note(speech.row("sorry"), text)
    session.journal.path.rename(path)
    return path


def test_two_journals_become_one_that_holds_both(speech: Manifest, tmp_path: Path) -> None:
    ann, bob = _by(speech, tmp_path, "ann", "a", "b"), _by(speech, tmp_path, "bob", "c")
    merged = merge_journals([ann, bob], speech.path)
    assert merged.given == (2, 1)
    assert [d.who for d in read_journal(speech.path / "edits.jsonl").decisions] == [
        *("ann", "ann", "bob"),
    ]


def test_a_torn_line_is_left_out_and_told(speech: Manifest, tmp_path: Path) -> None:
    ann = _by(speech, tmp_path, "ann", "a")
    ann.write_bytes(ann.read_bytes() + b'{"id": "tor')
    merged = merge_journals([ann], tmp_path / "all.jsonl")
    ((path, damage),) = merged.damages
    assert (path, damage.line) == (ann, 2)
    assert len(merged.decisions) == 1


def test_a_journal_is_not_replaced_by_one_that_lacks_some_of_it(
    speech: Manifest, tmp_path: Path
) -> None:
    ann, bob = _by(speech, tmp_path, "ann", "a"), _by(speech, tmp_path, "bob", "b")
    before = bob.read_bytes()
    with pytest.raises(ReviewError, match="holds 1 decisions that are in none"):
        merge_journals([ann], bob)
    assert bob.read_bytes() == before
    assert len(merge_journals([ann, bob], bob).decisions) == 2


def test_a_review_goes_on_over_a_merge_into_its_journal(speech: Manifest, tmp_path: Path) -> None:
    bob = _by(speech, tmp_path, "bob", "b", "c")
    row = speech.row("sorry")
    ann = Session(speech, "ann")
    ann.note(row, "a")
    merge_journals([speech.path, bob], speech.path)
    assert ann.refresh() == ("sorry",)
    assert len(ann.decisions("sorry")) == 3
    ann.note(row, "d")
    assert ann.review(row).review.note == "d"
    undone = [ann.undo() for _ in range(3)]
    assert [d and d.new and d.new.text for d in undone] == ["d", "a", None]
    contents = read_journal(speech.path / "edits.jsonl")
    assert contents.damages == ()
    assert sorted(d.new.text for d in contents.decisions if d.new) == ["a", "b", "c", "d"]


def test_decisions_made_during_a_merge_are_not_lost(
    speech: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, row = _by(speech, tmp_path, "bob", "b"), speech.row("sorry")
    ann = Session(speech, "ann")
    ann.note(row, "a")
    real = merge.write_journal
    with ThreadPoolExecutor(1) as pool:

        def slow(path: Path, decisions: Sequence[Decision]) -> None:
            meanwhile.append(pool.submit(ann.note, row, "d"))
            time.sleep(0.2)
            real(path, decisions)

        meanwhile: list[Future[Decision]] = []
        monkeypatch.setattr(merge, "write_journal", slow)
        merge_journals([speech.path, bob], speech.path)
        meanwhile[0].result()
    kept = read_journal(speech.path / "edits.jsonl").decisions
    assert sorted(d.new.text for d in kept if d.new and d.new.text) == ["a", "b", "d"]


def test_a_journal_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="no journal here"):
        merge_journals([tmp_path / "nowhere.jsonl"], tmp_path / "out.jsonl")
