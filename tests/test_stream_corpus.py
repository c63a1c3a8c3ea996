"""Streams of sensors all the way: a table, alignment, manifest, check and conversion."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sal_anchors.accounting import Failure, Reason, Status
from sal_anchors.align import Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.check import Code, check_manifest
from sal_anchors.convert import ConvertOptions, convert
from sal_anchors.corpus import Utterance, read_corpus
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest
from sal_anchors.streams import StreamError

NAMES = ("sorry", "please-try-again")
WRIST = {"name": "wrist", "rate": 50, "channels": 3}


def _readings(folder: Path, name: str, channels: int = 3) -> str:
    file = f"{name}.wrist.npy"
    values = np.random.default_rng(len(name)).standard_normal((90, channels))
    np.save(folder / file, values.astype(np.float32))
    return file


def _table(folder: Path, rows: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "corpus.jsonl").write_text(lines)


def _row(folder: Path, name: str, /, **stream: Any) -> dict[str, Any]:
    text = (folder / f"{name}.txt").read_text()
    return {"id": name, "audio": f"{name}.flac", "text": text, "streams": [{**WRIST, **stream}]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, copy_prompts: Callable[..., Path]) -> Path:
    """A folder with ``corpus``, whose rows have a stream each (one holds something else), and
    ``corpus.anchors``."""
    folder = copy_prompts(tmp_path_factory.mktemp("streams") / "corpus", *NAMES, "call-waiting")
    rows = [_row(folder, name, path=_readings(folder, name)) for name in NAMES]
    rows.append(_row(folder, "call-waiting", path=_readings(folder, "call-waiting", 2)))
    rows.append({**rows[0], "id": "late", "start": 0.33})
    _table(folder, rows)
    found = read_corpus(folder / "corpus.jsonl")
    build_manifest(
        found.items,
        folder.with_name("corpus.anchors"),
        audio_root=found.audio_root,
        recipe=keyword_recipe(("please",)),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    return folder.parent


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(made, tmp_path / "copy")


def _audio(folder: Path, row: dict[str, Any]) -> Utterance | Failure:
    _table(folder, [row])
    (item,) = read_corpus(folder / "corpus.jsonl").items
    return item


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_cell_of_a_table_holds_the_list_as_json(copy: Path, delimiter: str) -> None:
    cell = json.dumps([{**WRIST, "path": "sorry.wrist.npy"}])
    quoted = cell if delimiter == "\t" else '"' + cell.replace('"', '""') + '"'
    suffix = ".tsv" if delimiter == "\t" else ".csv"
    table = copy / "corpus" / f"x{suffix}"
    table.write_text(delimiter.join(["audio", "streams"]) + f"\nsorry.flac{delimiter}{quoted}\n")
    (item,) = read_corpus(table).items
    assert isinstance(item, Utterance)
    assert item.streams == (StreamRef("wrist", "sorry.wrist.npy", 50.0, 3),)


def test_a_stream_that_is_not_there_is_told_by_file_stream_and_row(copy: Path) -> None:
    corpus = copy / "corpus"
    item = _audio(corpus, _row(corpus, "sorry", path="gone.npy"))
    assert isinstance(item, Failure)
    assert item.reason is Reason.MISSING_STREAM
    for part in ("gone.npy", "'wrist'", "corpus.jsonl, row 1"):
        assert part in item.message


@pytest.mark.parametrize("path", ["../outside.npy", "/etc/passwd", "a/../../x.npy"])
def test_a_stream_outside_the_corpus_is_refused(copy: Path, path: str) -> None:
    corpus = copy / "corpus"
    item = _audio(corpus, _row(corpus, "sorry", path=path))
    assert isinstance(item, Failure)
    assert item.reason is Reason.OUTSIDE_ROOT
    assert item.utterance.streams == ()


@pytest.mark.parametrize(
    "stream",
    [
        {"path": ""},
        {"path": 3},
        {"path": "x.npy", "rate": 0},
        {"path": "x.npy", "rate": True},
        {"path": "x.npy", "rate": "50"},
        {"path": "x.npy", "rate": float("nan")},
        {"path": "x.npy", "channels": 0},
        {"path": "x.npy", "channels": 2.5},
        {"path": "x.npy", "name": " "},
    ],
)
def test_a_stream_that_is_not_described_is_a_bad_row(copy: Path, stream: dict[str, Any]) -> None:
    item = _audio(copy / "corpus", _row(copy / "corpus", "sorry", **stream))
    assert isinstance(item, Failure)
    assert item.reason is Reason.BAD_ROW
    assert '"rate": 50' in item.message


@pytest.mark.parametrize("value", ["wrist.npy", {"wrist": 1}, 7, [{**WRIST, "path": "x"}] * 2])
def test_streams_that_are_no_list_of_different_ones_are_a_bad_row(copy: Path, value: Any) -> None:
    row = {**_row(copy / "corpus", "sorry"), "streams": value}
    item = _audio(copy / "corpus", row)
    assert isinstance(item, Failure)
    assert item.reason is Reason.BAD_ROW


def test_rows_keep_the_streams_with_the_hash_of_their_files(made: Path) -> None:
    rows = {row.id: row for row in Manifest.open(made / "corpus.anchors").rows()}
    for name in NAMES:
        (stream,) = rows[name].streams
        assert rows[name].status is Status.OK
        assert replace(stream, content_hash="") == StreamRef("wrist", f"{name}.wrist.npy", 50.0, 3)
        assert len(stream.content_hash) == 64
    assert rows["call-waiting"].reason is Reason.BAD_STREAM
    assert "(90, 2)" in rows["call-waiting"].message


def test_the_readings_of_a_row_are_those_taken_in_it(made: Path) -> None:
    manifest = Manifest.open(made / "corpus.anchors")
    whole = np.load(made / "corpus" / "sorry.wrist.npy")
    row = manifest.row("sorry")
    (stream,) = manifest.streams(row)
    kept = int(np.ceil(row.num_samples / row.sample_rate * 50))
    assert stream.start == 0
    np.testing.assert_array_equal(stream.readings, whole[:kept])
    late = manifest.row("late")
    (stream,) = manifest.streams(late)
    assert stream.start == Fraction(17, 50) - Fraction(round(0.33 * late.sample_rate), 16_000)
    np.testing.assert_array_equal(stream.readings, whole[17:kept])


def test_readings_that_changed_are_noticed_where_they_are_read_and_by_check(copy: Path) -> None:
    manifest = Manifest.open(copy / "corpus.anchors")
    codes = (Code.STREAM_MISSING, Code.STREAM_CHANGED)
    assert not [problem for problem in check_manifest(manifest) if problem.code in codes]
    _readings(copy / "corpus", "sorry")
    np.save(copy / "corpus" / "sorry.wrist.npy", np.zeros((90, 3), np.float32))
    (copy / "corpus" / "please-try-again.wrist.npy").unlink()
    with pytest.raises(ManifestError, match="stream 'wrist' changed since"):
        manifest.streams(manifest.row("sorry"))
    with pytest.raises(StreamError, match="no such file"):
        manifest.streams(manifest.row("please-try-again"))
    found = [(p.code, p.id) for p in check_manifest(manifest) if p.code in codes]
    assert found == [
        (Code.STREAM_CHANGED, "late"),
        (Code.STREAM_MISSING, "please-try-again"),
        (Code.STREAM_CHANGED, "sorry"),
    ]


def test_a_stream_that_a_manifest_leads_outside_is_not_read(made: Path, tmp_path: Path) -> None:
    manifest = Manifest.open(made / "corpus.anchors")
    row = manifest.row("sorry")
    away = replace(row, streams=(replace(row.streams[0], path="../corpus.anchors/x.npy"),))
    with pytest.raises(ManifestError, match="leaves the audio root"):
        manifest.streams(away)


@pytest.mark.parametrize("name", ["x.jsonl", "x.nemo.json"])
def test_a_conversion_and_back_keeps_every_stream(made: Path, tmp_path: Path, name: str) -> None:
    to = "nemo" if "nemo" in name else "jsonl"
    account = convert(made / "corpus.anchors", tmp_path / name, to=to)
    assert "streams" not in account.lost
    convert(tmp_path / name, tmp_path / "back.anchors", from_=to)
    before, after = (
        {row.id: row.streams for row in Manifest.open(folder).rows()}
        for folder in (made / "corpus.anchors", tmp_path / "back.anchors")
    )
    assert before == after


def test_a_format_that_keeps_no_streams_says_so(made: Path, tmp_path: Path) -> None:
    assert "streams" in convert(made / "corpus.anchors", tmp_path / "grids", to="textgrid").lost
    shards = convert(made / "corpus.anchors", tmp_path / "shards", to="webdataset")
    assert shards.lost["streams"] == "their readings, which are not packed"


def test_annotations_for_a_manifest_keep_its_streams(made: Path, tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("file,time,label,kind\nsorry,0.5,sorry,keyword_end\n")
    out = tmp_path / "out.anchors"
    options = ConvertOptions(audio=made / "corpus.anchors", unmarked=True)
    convert(tmp_path / "times.csv", out, options=options)
    rows = {row.id: row for row in Manifest.open(out).rows()}
    before = Manifest.open(made / "corpus.anchors").row("sorry")
    assert rows["sorry"].streams == before.streams
    assert rows["call-waiting"].reason is Reason.BAD_STREAM


def test_exported_rows_are_a_corpus_again(made: Path, tmp_path: Path) -> None:
    convert(made / "corpus.anchors", tmp_path / "rows.jsonl")
    shutil.copy(tmp_path / "rows.jsonl", made / "corpus" / "again.jsonl")
    items = read_corpus(made / "corpus" / "again.jsonl").items
    (made / "corpus" / "again.jsonl").unlink()
    (sorry,) = (item for item in items if isinstance(item, Utterance) and item.id == "sorry")
    assert sorry.streams == (StreamRef("wrist", "sorry.wrist.npy", 50.0, 3),)
