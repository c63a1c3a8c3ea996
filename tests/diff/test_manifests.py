"""Whole manifests compared: real alignments, rendered anew and damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.anchors.recipe import GridConfig, Recipe, WeightConfig, keyword_recipe
from sal_anchors.anchors.rules import BoundaryRule
from sal_anchors.diff import DiffReport, diff_manifests
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.rerender import rerender

MakeRow = Callable[..., Row]
Diff = Callable[..., DiffReport]


@pytest.fixture
def rendered(tmp_path: Path, speech_manifest: Manifest) -> Callable[[Recipe], Manifest]:
    """``rendered(recipe)``: the real alignments by another recipe."""

    def make(recipe: Recipe) -> Manifest:
        folder = tmp_path / "rendered.anchors"
        shutil.copytree(speech_manifest.path, folder, dirs_exist_ok=True)
        rerender(folder, recipe)
        return Manifest.open(folder)

    return make


@pytest.fixture
def diff_rows(tmp_path: Path, write_rows: Callable[..., Any]) -> Diff:
    """``diff_rows(rows, rows, ...)`` compares manifests of these rows."""

    def run(before: list[Row], after: list[Row], **options: Any) -> DiffReport:
        write_rows(tmp_path / "a.anchors", before)
        write_rows(tmp_path / "b.anchors", after)
        opened = (Manifest.open(tmp_path / f"{name}.anchors") for name in "ab")
        return diff_manifests(*opened, **options)

    return run


def test_a_manifest_does_not_differ_from_itself(speech_manifest: Manifest) -> None:
    report = diff_manifests(speech_manifest, speech_manifest)
    assert report.same
    assert report.rows == len(speech_manifest)
    assert sum(shifts.count for shifts in report.shifts.values()) == sum(
        len(row.events) for row in speech_manifest.rows()
    )


def test_another_peak_changes_weights_only_and_is_named(
    speech_manifest: Manifest, rendered: Callable[[Recipe], Manifest]
) -> None:
    recipe = keyword_recipe(("please",))
    first, *rest = recipe.events
    assert first.kernel
    kernel = first.kernel.model_copy(update={"peak": 3.0})
    events = (first.model_copy(update={"kernel": kernel}), *rest)
    report = diff_manifests(speech_manifest, rendered(Recipe(events=events)))
    assert [(d.key, d.before, d.after) for d in report.header if d.key != "tool_version"] == [
        ("recipe.events[keyword_end please].kernel.peak", 5.0, 3.0)
    ]
    assert report.targets
    assert (report.targets.labels, report.targets.largest) == (0, 2.0)
    assert 0 < report.targets.weights < report.targets.frames
    assert not report.same


def test_a_rule_more_is_one_key_and_its_events_appear(
    speech_manifest: Manifest, rendered: Callable[[Recipe], Manifest]
) -> None:
    recipe = keyword_recipe(("please",))
    rules = (BoundaryRule(kind=EventKind.WORD_END), *recipe.events)
    report = diff_manifests(speech_manifest, rendered(Recipe(events=rules)))
    keys = [found.key for found in report.header if found.key != "tool_version"]
    assert keys == ["recipe.events[word_end]"]
    words = sum(len(row.words) for row in speech_manifest.rows(usable=True))
    assert report.appeared == {("word_end", "*"): words}
    assert not report.vanished
    assert report.targets
    assert (report.targets.labels, report.targets.weights) == (0, 0)


def test_other_grids_are_named_and_labels_are_not_compared(
    speech_manifest: Manifest, rendered: Callable[[Recipe], Manifest]
) -> None:
    recipe = keyword_recipe(("please",)).model_copy(update={"grid": GridConfig(hop=320)})
    report = diff_manifests(speech_manifest, rendered(recipe))
    first = report.grid[0]
    assert (first.key, first.before, first.after) == ("grid.hop", 160, 320)
    assert report.targets is None
    assert not any(shifts.moved for shifts in report.shifts.values())


def test_a_corpus_mean_is_a_difference_of_the_recipe(
    speech_manifest: Manifest, rendered: Callable[[Recipe], Manifest]
) -> None:
    weights = WeightConfig(normalise="corpus")
    report = diff_manifests(
        speech_manifest,
        rendered(keyword_recipe(("please",)).model_copy(update={"weights": weights})),
    )
    keys = {found.key for found in report.header}
    assert {"recipe.weights.normalise", "recipe.weights.corpus_mean"} <= keys


def test_shifts_have_a_sign_and_the_most_moved_come_first(
    diff_rows: Diff, make_row: MakeRow
) -> None:
    shifts = {"a": 0.01, "b": -0.1, "c": 0.0, "d": 0.03}
    before = [make_row(id_) for id_ in shifts]
    after = [_moved(row, shifts[row.id]) for row in before]
    report = diff_rows(before, after, most=2)
    found = report.shifts["keyword_end", "please"]
    assert (found.count, found.moved) == (4, 3)
    assert found.bias == pytest.approx(-0.015)
    assert found.mean == pytest.approx(0.035)
    assert [moved.id for moved in report.most_moved()] == ["b", "d"]
    assert report.to_dict()["worst"][0]["shift_ms"] == -100.0


def test_an_event_that_moved_too_far_vanished_and_appeared(
    diff_rows: Diff, make_row: MakeRow
) -> None:
    report = diff_rows([make_row()], [_moved(make_row(), 0.2)], limit=0.1)
    name = ("keyword_end", "please")
    assert (report.vanished[name], report.appeared[name], name in report.shifts) == (1, 1, False)


def test_rows_and_their_statuses_are_told(diff_rows: Diff, make_row: MakeRow) -> None:
    doubted = {"status": Status.SUSPECT, "reason": Reason.ODD_TIMING}
    before = [make_row("a"), make_row("b"), make_row("c")]
    after = [make_row("b", **doubted), make_row("c", content_hash="x"), make_row("d")]
    report = diff_rows(before, after)
    assert (report.only_before.first, report.only_after.first) == (["a"], ["d"])
    (((old, new), examples),) = report.statuses.items()
    assert (old, new, examples.first) == ("ok", "suspect: odd_timing", ["b"])
    assert {name: found.first for name, found in report.columns.items()} == {"content_hash": ["c"]}


def test_examples_are_limited_and_all_are_counted(diff_rows: Diff, make_row: MakeRow) -> None:
    rows = [make_row(f"{number}") for number in range(9)]
    report = diff_rows(rows, [], keep=2)
    assert (report.only_before.count, report.only_before.first) == (9, ["0", "1"])
    assert report.to_dict()["only_before"] == {"count": 9, "examples": ["0", "1"]}


def _moved(row: Row, shift: float) -> Row:
    (event,) = row.events
    moved: Event = replace(event, time=event.time + shift)
    return replace(row, events=(moved,))
