"""Decisions written into the rows of a new manifest; and what a table of them holds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.check import check_manifest
from sal_anchors.check.code import Severity
from sal_anchors.errors import ManifestError, ReviewError
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest
from sal_anchors.rerender import rerender
from sal_anchors.review import Session, State, progress_of, read_journal, reviewed
from sal_anchors.review.apply import apply_reviews
from sal_anchors.review.export import exported, write_export

ID = "vm-pls-try-again"


def events(manifest: Manifest) -> dict[str, list[tuple[str, float, float]]]:
    return {r.id: [(e.label, e.time, e.confidence) for e in r.events] for r in manifest.rows()}


@pytest.fixture
def done(session: Session) -> Session:
    manifest = session.manifest
    row = manifest.row(ID)
    session.move(row.id, session.review(row).review.events[1], 0.75)
    other = manifest.row("please-try-again")
    session.reject(other.id, session.review(other).review.events[1])
    session.accept_all(other)
    session.mark_bad(manifest.row("sorry"), True)
    session.add(manifest.row("im-sorry"), EventKind.KEYWORD_END, "please", 0.5)
    session.note(manifest.row("im-sorry"), "hoarse")
    return session


def applied(done: Session, tmp_path: Path, **options: bool) -> Manifest:
    out = tmp_path / "applied.anchors"
    apply_reviews(done.manifest, out, **options)
    return Manifest.open(out)


def test_the_new_manifest_holds_what_the_old_one_reads_as(done: Session, tmp_path: Path) -> None:
    new = applied(done, tmp_path)
    assert events(new) == events(reviewed(done.manifest))
    assert new.header.counts["reasons"] == {"marked_bad": 1}
    problems = [p for p in check_manifest(new, audio=False) if p.code.severity is Severity.ERROR]
    assert problems == []


def test_applied_decisions_change_nothing_more(done: Session, tmp_path: Path) -> None:
    new = applied(done, tmp_path)
    assert events(reviewed(new)) == events(new)
    decisions = read_journal(new.path / "edits.jsonl").decisions
    assert decisions == read_journal(done.journal.path).decisions
    old, now = (progress_of(m, decisions) for m in (done.manifest, new))
    assert now.states == old.states
    assert now.conflicts == ()


def test_decisions_hold_after_an_applied_manifest_is_rendered_anew(
    done: Session, tmp_path: Path
) -> None:
    new = applied(done, tmp_path)
    wanted = events(new)
    rerender(new.path, keyword_recipe(("please", "sorry")))
    got = events(reviewed(Manifest.open(new.path)))
    kept = {i: [e for e in found if e[0] != "sorry"] for i, found in got.items()}
    assert kept == wanted


def test_applying_again_keeps_what_was_decided_in_the_new_folder(
    done: Session, tmp_path: Path
) -> None:
    new = applied(done, tmp_path)
    there = Session(new, "bob")
    there.mark_bad(new.row("agent-pass"), True)
    done.note(done.manifest.row("vm-press"), "again")
    again = applied(done, tmp_path)
    decisions = read_journal(again.path / "edits.jsonl").decisions
    assert {d.utterance for d in decisions} >= {"agent-pass", "vm-press", ID}
    assert reviewed(again).row("agent-pass").reason == "marked_bad"


def test_only_reviewed_leaves_out_the_rest(done: Session, tmp_path: Path) -> None:
    assert list(events(applied(done, tmp_path, only=True))) == ["please-try-again"]


def test_a_manifest_is_not_applied_onto_itself(done: Session) -> None:
    with pytest.raises(ManifestError, match="the manifest itself"):
        apply_reviews(done.manifest, done.manifest.path)


def test_progress_counts_add_up(done: Session) -> None:
    decisions = read_journal(done.journal.path).decisions
    progress = progress_of(done.manifest, decisions)
    assert progress.total == sum(progress.states.values()) == 12
    assert progress.states[State.REVIEWED] == 1
    assert progress.states[State.BAD] == 1
    assert progress.states[State.PARTIAL] == 2
    assert (progress.rejected, progress.reviewers) == (1, {"ann": 6})


def test_decisions_about_an_utterance_that_is_gone_are_conflicts(
    done: Session, tmp_path: Path, make_row: object, write_rows: object
) -> None:
    write_rows(tmp_path / "other.anchors", [make_row("one")])  # type: ignore[operator]
    decisions = read_journal(done.journal.path).decisions
    progress = progress_of(Manifest.open(tmp_path / "other.anchors"), decisions)
    assert {c.code for c in progress.conflicts} == {"utterance_missing"}
    assert len(progress.conflicts) == 4


def test_a_table_has_a_line_an_event_and_one_an_utterance_without(
    done: Session, tmp_path: Path
) -> None:
    done.accept_all(done.manifest.row("is-in-use"))
    lines = list(exported(done.manifest, done.journal.decisions.values()))
    told = {(x.utterance, x.label, x.verdict): x for x in lines}
    moved = told[ID, "please", "accepted"]
    assert moved.time == 0.75
    assert moved.found_time == done.manifest.row(ID).events[1].time
    assert told["please-try-again", "please", "rejected"].who == "ann"
    added = told["im-sorry", "please", "accepted"]
    assert (added.found_kind, added.found_time, added.note) == ("", None, "hoarse")
    assert {x.state for x in lines if x.utterance == "sorry"} == {"bad"}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_tables_are_read_back_by_others(done: Session, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"table{suffix}"
    lines = list(exported(done.manifest, done.journal.decisions.values()))
    assert write_export(out, lines) == len(lines)
    text = out.read_text(encoding="utf-8")
    if suffix == ".jsonl":
        rows = [json.loads(line) for line in text.splitlines()]
    else:
        rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if suffix == ".tsv" else ","))
    assert [row["utterance"] for row in rows] == [line.utterance for line in lines]
    assert [float(row["time"]) for row in rows] == [line.time for line in lines]


def test_a_table_of_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"'\.xlsx'"):
        write_export(tmp_path / "table.xlsx", [])
