"""Rendering a manifest by another recipe: all rows stay, only targets change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.anchors.recipe import (
    GridConfig,
    Recipe,
    WeightConfig,
    keyword_recipe,
    onset_recipe,
)
from sal_anchors.anchors.render import render
from sal_anchors.anchors.rules import BoundaryRule
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.rerender import rerender

TARGETS = ("events", "anchors", "num_frames", "labels", "weights")


@pytest.fixture
def copied(tmp_path: Path, speech_manifest: Manifest) -> Path:
    return shutil.copytree(speech_manifest.path, tmp_path / "m.anchors")


def _without_targets(row: Row) -> list[object]:
    return [getattr(row, name) for name in row.__slots__ if name not in TARGETS]


def test_the_recipe_it_was_made_with_gives_the_same_files(copied: Path) -> None:
    before = {p.name: p.read_bytes() for p in copied.glob("part-*")}
    report = json.loads((copied / "report.json").read_text())
    rerender(copied, Manifest.open(copied).recipe)
    assert {p.name: p.read_bytes() for p in copied.glob("part-*")} == before
    assert json.loads((copied / "report.json").read_text()) == report


def test_another_recipe_changes_targets_only(copied: Path) -> None:
    old = list(Manifest.open(copied).rows())
    recipe = onset_recipe()
    tally = rerender(copied, recipe)
    opened = Manifest.open(copied)
    new = list(opened.rows())
    assert tally.total == len(old) == len(new)
    assert opened.recipe == recipe
    assert list(map(_without_targets, new)) == list(map(_without_targets, old))
    sources = {event.source for row in old for event in row.events}
    for row in (row for row in new if row.usable):
        assert {event.kind for event in row.events} == {EventKind.SPEECH_ONSET}
        assert {event.source for event in row.events} <= sources
        targets = render(row.events, recipe, row.num_frames)
        np.testing.assert_array_equal(targets.weights, row.weights)
        np.testing.assert_array_equal(targets.labels, row.labels)


def test_another_folder_gets_what_the_own_one_would(copied: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in copied.rglob("*") if p.is_file()}
    other = tmp_path / "elsewhere" / "other.anchors"
    rerender(copied, onset_recipe(), out=other)
    assert {p: p.read_bytes() for p in copied.rglob("*") if p.is_file()} == before
    rerender(copied, onset_recipe())
    made = (*copied.glob("part-*"), *copied.glob("alignments/**/*.TextGrid"))
    assert len(made) > 1
    for path in made:
        assert (other / path.relative_to(copied)).read_bytes() == path.read_bytes()
    opened = Manifest.open(other)
    assert opened.audio_root.resolve() == Manifest.open(copied).audio_root.resolve()


def test_another_grid_gives_other_frames(copied: Path) -> None:
    recipe = Recipe(grid=GridConfig(hop=320), events=onset_recipe().events)
    frames = {row.id: row.num_frames for row in Manifest.open(copied).rows()}
    rerender(copied, recipe)
    opened = Manifest.open(copied)
    assert opened.grid.hop == 320
    for row in opened.rows():
        assert row.num_frames == len(row.labels) == len(row.weights) == -(-frames[row.id] // 2)


def test_failed_rows_stay_as_they_are(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    failed = Row(
        id="two",
        status=Status.FAILED,
        reason=Reason.NO_PATH,
        message="it is not said",
        audio="two.wav",
        split="train",
    )
    write_rows(tmp_path / "m.anchors", [make_row("one"), failed])
    tally = rerender(tmp_path / "m.anchors", keyword_recipe(("stop",)))
    assert (tally.statuses[Status.OK], tally.statuses[Status.FAILED]) == (1, 1)
    one, two = Manifest.open(tmp_path / "m.anchors").rows()
    assert (two.status, two.reason, two.message) == (failed.status, failed.reason, failed.message)
    assert one.events == () or {e.kind for e in one.events} == {EventKind.SPEECH_ONSET}


def test_events_that_no_recipe_found_are_kept(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    by_hand = Event(EventKind.SPEECH_OFFSET, "speech", 0.8, 0.2, 0.8, 1.0, 0.0, "by hand")
    row = make_row("one")
    silent = make_row("two", words=(), events=(by_hand,))
    write_rows(tmp_path / "m.anchors", [replace(row, events=(*row.events, by_hand)), silent])
    rerender(tmp_path / "m.anchors", keyword_recipe(("stop",)))
    one, two = Manifest.open(tmp_path / "m.anchors").rows()
    assert by_hand in one.events
    assert all(event.label != "please" for event in one.events)
    assert two.events == (by_hand,)


def test_over_the_corpus_the_mean_weight_is_one_and_in_the_header(copied: Path) -> None:
    recipe = Recipe(
        weights=WeightConfig(normalise="corpus"), events=keyword_recipe(("please",)).events
    )
    rerender(copied, recipe)
    opened = Manifest.open(copied)
    weights = np.concatenate([row.weights for row in opened.rows(usable=True)])
    assert weights.mean(dtype=float) == pytest.approx(1, rel=1e-6)
    assert opened.recipe == recipe.with_mean(opened.recipe.weights.corpus_mean)
    row = next(opened.rows(usable=True))
    np.testing.assert_array_equal(
        render(row.events, opened.recipe, row.num_frames).weights, row.weights
    )


def test_weights_that_are_all_zero_have_no_mean_to_be_divided_by(copied: Path) -> None:
    recipe = Recipe(weights=WeightConfig(normalise="corpus", floor=0.0))
    before = Manifest.open(copied).header
    with pytest.raises(RecipeError, match="is 0, weights cannot be divided"):
        rerender(copied, recipe)
    assert Manifest.open(copied).header == before


def test_phones_cannot_be_asked_of_a_manifest_without_any(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    write_rows(tmp_path / "m.anchors", [make_row("one")])
    with pytest.raises(RecipeError, match="needs phones"):
        rerender(
            tmp_path / "m.anchors",
            Recipe(events=(BoundaryRule(kind=EventKind.PHONE_END),)),
        )


def test_a_recipe_that_looks_for_the_same_gives_what_a_new_search_gives(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Manifest.open(copied).recipe
    recipe = Recipe(grid=GridConfig(hop=320), weights=WeightConfig(floor=0.5), events=own.events)
    searched = shutil.copytree(copied, tmp_path / "searched.anchors")
    rerender(copied, recipe)
    monkeypatch.setattr(Manifest, "as_written", False)
    rerender(searched, recipe)
    parts = [[p.read_bytes() for p in sorted(f.glob("part-*"))] for f in (copied, searched)]
    assert parts[0] == parts[1]


def test_words_that_another_program_changed_are_searched_anew(copied: Path) -> None:
    (part,) = copied.glob("part-*")
    frame = polars.read_parquet(part)
    frame.with_columns(words=polars.col("words").list.head(0)).write_parquet(part)
    before = [row.events for row in Manifest.open(copied).rows()]
    rerender(copied, Manifest.open(copied).recipe)
    assert [row.events for row in Manifest.open(copied).rows()] == before
    (part,) = copied.glob("part-*")
    frame = polars.read_parquet(part)
    other = polars.col("words").list.eval(
        polars.element().struct.with_fields(label=polars.lit("zzz"))
    )
    frame.with_columns(words=other, events=polars.col("events").list.head(0)).write_parquet(part)
    rerender(copied, Manifest.open(copied).recipe)
    assert {e.kind for r in Manifest.open(copied).rows() for e in r.events} <= {
        EventKind.SPEECH_ONSET
    }


def test_only_textgrids_whose_anchors_move_are_written_anew(copied: Path) -> None:
    grids = sorted((copied / "alignments").rglob("*.TextGrid"))
    assert grids
    for grid in grids:
        grid.write_text(f"{grid.read_text()}\n")
    before = {grid: grid.read_text() for grid in grids}
    own = Manifest.open(copied).recipe
    rerender(copied, Recipe(weights=WeightConfig(floor=0.5), events=own.events))
    assert {grid: grid.read_text() for grid in grids} == before
    rerender(copied, Recipe())
    for row in (row for row in Manifest.open(copied).rows() if row.words):
        text = (copied / "alignments" / f"{row.id}.TextGrid").read_text()
        assert "keyword_end" not in text


def test_events_in_any_order_become_anchors_in_time_order(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    early, late = (
        Event(EventKind.SPEECH_OFFSET, "speech", time, 0.1, time, 1.0, 0.0, "by hand")
        for time in (0.2, 0.8)
    )
    failed = make_row("two", words=(), status=Status.FAILED, reason=Reason.OOV, events=(late,))
    rows = [make_row("one", words=(), events=(late, early)), failed]
    write_rows(tmp_path / "m.anchors", rows)
    rerender(tmp_path / "m.anchors", onset_recipe())
    one, two = Manifest.open(tmp_path / "m.anchors").rows()
    assert one.events == (late, early)
    assert [anchor.time for anchor in one.anchors] == [0.2, 0.8]
    assert (two.events, two.anchors, len(two.labels), two.num_frames) == ((late,), (), 0, 0)
