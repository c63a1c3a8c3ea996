"""A manifest read through its journal: what training, export and checks get."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.accounting import Status
from sal_anchors.anchors.render import render
from sal_anchors.errors import ReviewError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row, Select
from sal_anchors.review import Session, reviewed

ID = "vm-pls-try-again"


def same(one: Row, other: Row) -> bool:
    arrays = ("labels", "weights")
    bare = [replace(r, labels=r.labels[:0], weights=r.weights[:0]) for r in (one, other)]
    cells = [tuple(getattr(r, name) for name in Row.__slots__ if name not in arrays) for r in bare]
    return cells[0] == cells[1] and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@pytest.fixture
def done(session: Session) -> Session:
    """A review: one anchor moved, one utterance accepted with one anchor rejected, one bad."""
    manifest = session.manifest
    row = manifest.row(ID)
    session.move(row.id, session.review(row).review.events[1], 0.75)
    other = manifest.row("please-try-again")
    session.reject(other.id, session.review(other).review.events[1])
    session.accept_all(other)
    session.mark_bad(manifest.row("sorry"), True)
    session.add(manifest.row("im-sorry"), EventKind.KEYWORD_END, "please", 0.5)
    return session


def test_without_a_journal_the_manifest_is_read_as_it_is(speech: Manifest) -> None:
    assert reviewed(speech) is speech


def test_asking_for_reviewed_rows_where_nothing_was_reviewed_is_told(speech: Manifest) -> None:
    with pytest.raises(ReviewError, match="nothing was reviewed"):
        reviewed(speech, only=True)


def test_rows_have_their_events_as_decided_and_targets_rendered_from_them(
    speech: Manifest, done: Session
) -> None:
    rows = {row.id: row for row in reviewed(speech).rows()}
    assert list(rows) == [row.id for row in speech.rows()]
    assert [e.time for e in rows[ID].events][1] == 0.75
    assert [e.label for e in rows["please-try-again"].events] == ["speech"]
    assert rows["sorry"].status is Status.SKIPPED
    assert "please" in [a.label for a in rows["im-sorry"].anchors]
    for row in rows.values():
        if row.usable:
            targets = render(row.events, speech.recipe, row.num_frames)
            assert row.anchors == targets.anchors
            assert np.array_equal(row.labels, targets.labels)
            assert np.array_equal(row.weights, targets.weights)


def test_rows_that_nothing_was_decided_about_are_as_they_were(
    speech: Manifest, done: Session
) -> None:
    decided = {ID, "please-try-again", "sorry", "im-sorry"}
    pairs = zip(speech.rows(), reviewed(speech).rows(), strict=True)
    assert all(same(one, other) for one, other in pairs if one.id not in decided)


def test_every_way_of_reading_gives_the_same(speech: Manifest, done: Session) -> None:
    read = reviewed(speech)
    rows = list(read.rows())
    for number, row in enumerate(rows):
        assert same(read.at(number), row)
        assert same(read.row(row.id), row)
    times = [[e["time"] for e in events] for (events,) in read.scan("events")]
    assert times == [[e.time for e in row.events] for row in rows]
    labels = [r for batch in read.batches("labels", size=5) for r in batch.column(0).to_pylist()]
    assert labels == [row.labels.tolist() for row in rows]


def test_selections_are_of_the_reviewed_rows(speech: Manifest, done: Session) -> None:
    read = reviewed(speech)
    wanted = [row.id for row in read.rows() if any(a.class_index == 1 for a in row.anchors)]
    assert "im-sorry" in wanted and "please-try-again" not in wanted
    assert [r.id for r in read.rows(where=Select(class_name="please"))] == wanted
    assert [i for (i,) in read.scan("id", where=Select(class_name="please"))] == wanted
    assert "sorry" not in [row.id for row in read.rows(usable=True)]
    dev = [row.id for row in speech.rows("dev") if row.id != "sorry"]
    assert [row.id for row in read.rows("dev", usable=True)] == dev


def test_only_reviewed_rows_are_iterated_over_if_asked_for(speech: Manifest, done: Session) -> None:
    only = reviewed(speech, only=True)
    assert [row.id for row in only.rows()] == ["please-try-again"]
    assert [i for (i,) in only.scan("id")] == ["please-try-again"]


def test_a_reviewed_manifest_goes_to_other_processes(speech: Manifest, done: Session) -> None:
    read = reviewed(speech)
    again = pickle.loads(pickle.dumps(read))  # noqa: S301
    assert same(again.row(ID), read.row(ID))


def test_a_corpus_mean_in_the_recipe_stays(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    write_rows(tmp_path / "x.anchors", [make_row("a"), make_row("b")])
    manifest = Manifest.open(tmp_path / "x.anchors")
    session = Session(manifest, "ann")
    row = manifest.row("a")
    session.move("a", session.review(row).review.events[0], 0.6)
    assert reviewed(manifest).recipe == manifest.recipe


def test_another_recipe_leaves_the_decisions_laid_over(done: Session) -> None:
    manifest = reviewed(done.manifest)
    weights = manifest.recipe.weights.model_copy(update={"floor": 0.5})
    other = manifest.recipe.model_copy(update={"weights": weights})
    assert list(map(_id_and_events, manifest.with_recipe(other).rows())) == list(
        map(_id_and_events, manifest.rows())
    )


def _id_and_events(row: Row) -> tuple[str, tuple[Event, ...]]:
    return row.id, row.events
