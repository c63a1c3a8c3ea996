"""JSON lines: nothing is lost, in any row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.convert import Account, ConvertError, ConvertOptions, convert
from sal_anchors.convert.values import frames_as_lists, from_values, json_line, to_values
from sal_anchors.manifest import Manifest, Row

FLOAT32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
SECONDS = st.floats(0, 1e5, allow_nan=False)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_every_field_of_every_row_comes_back(
    rich_manifest: Manifest,
    round_trip: Callable[..., tuple[Account, Manifest]],
    differing: Callable[[Row, Row], list[str]],
    name: str,
) -> None:
    account, back = round_trip(name, "jsonl")
    pairs = list(zip(rich_manifest.rows(), back.rows(), strict=True))
    assert [differing(*pair) for pair in pairs] == [[]] * 8
    assert (account.rows, account.written, account.lost) == (8, 8, {})
    assert (back.recipe, back.header.provenance) == (
        rich_manifest.recipe,
        rich_manifest.header.provenance,
    )
    assert back.audio_root == rich_manifest.audio_root.resolve()
    assert back.header.counts == rich_manifest.header.counts


@given(
    weights=st.lists(FLOAT32, max_size=20),
    score=FLOAT32,
    times=st.tuples(SECONDS, SECONDS),
)
def test_floats_keep_every_bit(
    make_row: Callable[..., Row], weights: list[float], score: float, times: tuple[float, float]
) -> None:
    row = make_row(
        words=(Interval("please", *times, score),),
        num_frames=len(weights),
        labels=np.zeros(len(weights), np.int16),
        weights=np.asarray(weights, np.float32),
    )
    ((_, values),) = to_values([row])
    read = from_values(json.loads(json_line(values | frames_as_lists(row))), where="here")
    assert read.words == row.words
    assert read.weights.tobytes() == row.weights.tobytes()


def test_each_line_is_a_row_that_others_read(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "rows.jsonl")
    table = polars.read_ndjson(tmp_path / "rows.jsonl")
    rows = list(rich_manifest.rows())
    assert table["id"].to_list() == [row.id for row in rows]
    assert table["labels"].list.len().to_list() == [row.num_frames for row in rows]


def test_two_conversions_give_the_same_bytes(rich_manifest: Manifest, tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        convert(rich_manifest.path, tmp_path / name, to="jsonl")
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).count(b"\n") == 8


def _changed(folder: Path, change: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    first, *others = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(json_line({**json.loads(first), **change}) + "".join(others), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"audio": "../../etc/passwd"}, "without '..'"),
        ({"audio": "/etc/passwd"}, "without '..'"),
        ({"id": "../up"}, "without '..'"),
        ({"id": "bad"}, "second row of id 'bad'"),
        ({"labels": [0]}, "1 labels"),
        ({"labels": "none"}, "labels"),
        ({"labels": [0.5]}, "labels"),
        ({"words": [{"label": 3}]}, "not a row of a manifest"),
        ({"status": "splendid"}, "not a row of a manifest"),
        ({"status": None}, "no status"),
    ],
)
def test_a_row_that_is_damaged_is_refused_with_its_place(
    rich_manifest: Manifest, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    convert(rich_manifest.path, tmp_path / "rows.jsonl")
    path = _changed(tmp_path, change)
    with pytest.raises(ConvertError, match=r"row [17]") as caught:
        convert(path, tmp_path / "back.anchors")
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "back.anchors").exists()


def test_columns_that_no_manifest_has_are_told(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "rows.jsonl")
    account = convert(_changed(tmp_path, {"mood": "glad"}), tmp_path / "back.anchors")
    assert [note for note in account.notes if "mood" in note]


def test_rows_without_what_holds_for_all_need_audio_and_recipe(
    rich_manifest: Manifest, tmp_path: Path, differing: Callable[[Row, Row], list[str]]
) -> None:
    convert(rich_manifest.path, tmp_path / "rows.jsonl")
    (tmp_path / "rows.jsonl.sal-anchors.json").unlink()
    with pytest.raises(ConvertError, match="--audio FOLDER and --recipe FILE"):
        convert(tmp_path / "rows.jsonl", tmp_path / "back.anchors")
    options = ConvertOptions(audio=rich_manifest.audio_root, recipe=rich_manifest.recipe)
    convert(tmp_path / "rows.jsonl", tmp_path / "back.anchors", options=options)
    rows = Manifest.open(tmp_path / "back.anchors").rows()
    assert [differing(*p) for p in zip(rich_manifest.rows(), rows, strict=True)] == [[]] * 8


def test_a_recipe_renders_the_rows_anew(rich_manifest: Manifest, tmp_path: Path) -> None:
    coarse = rich_manifest.recipe.grid.model_copy(update={"hop": 320})
    recipe = rich_manifest.recipe.model_copy(update={"grid": coarse})
    out = tmp_path / "coarse.anchors"
    convert(rich_manifest.path, out, options=ConvertOptions(recipe=recipe))
    for before, after in zip(rich_manifest.rows(), Manifest.open(out).rows(), strict=True):
        assert after.num_frames == -(-before.num_frames // 2)
        assert after.events == before.events


def test_a_row_may_leave_out_what_is_empty(make_row: Callable[..., Row]) -> None:
    row = replace(make_row(), words=(), labels=np.zeros(0, np.int16))
    ((_, values),) = to_values([row])
    kept = {name: values[name] for name in ("id", "status", "audio", "split")}
    read = from_values(kept, where="here")
    assert (read.id, read.words, read.num_frames, read.start) == (row.id, (), 0, 0.0)
