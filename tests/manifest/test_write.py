"""Writing: a reader sees the old manifest or the new one, and nobody's files are lost."""

from __future__ import annotations

import filecmp
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row

Write = Callable[..., object]
Make = Callable[..., Row]


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _ids(folder: Path) -> list[str]:
    return [row.id for row in Manifest.open(folder).rows()]


def test_two_writes_give_identical_bytes(tmp_path: Path, write_rows: Write, make_row: Make) -> None:
    for name in ("one", "two"):
        write_rows(tmp_path / name / "x.anchors", (make_row(f"{n}") for n in range(200)))
    first, second = (_files(tmp_path / name) for name in ("one", "two"))
    assert len(first) == 206
    assert first == second


def test_a_folder_holds_a_header_a_part_and_alignments(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    write_rows(tmp_path / "deep" / "x.anchors", [make_row("a/b"), make_row("c", words=())])
    folder = tmp_path / "deep" / "x.anchors"
    values = json.loads((folder / "manifest.json").read_text())
    part = values["parts"][0]["file"]
    assert set(_files(folder)) == {
        "manifest.json",
        "report.json",
        "failures.jsonl",
        ".lock",
        part,
        values["index"],
        "alignments/a/b.TextGrid",
    }
    assert values["schema_version"] == 1
    assert values["classes"] == ["background", "please"]
    assert values["parts"] == [{"file": part, "rows": 2}]
    assert values["grid"]["origin"] == -240


def test_a_failure_while_writing_leaves_the_old_manifest_as_it_was(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    folder = tmp_path / "x.anchors"
    write_rows(folder, [make_row("old")])
    before = _files(folder)

    def rows() -> Iterator[Row]:
        yield from (make_row(f"{n}") for n in range(300))
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_rows(folder, rows())
    assert _files(folder) == before
    assert _ids(folder) == ["old"]


def test_a_failure_while_writing_the_first_time_leaves_nothing(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    def rows() -> Iterator[Row]:
        yield make_row()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(tmp_path / "x.anchors", rows())
    assert list(tmp_path.iterdir()) == []


def test_a_new_manifest_replaces_parts_and_alignments_of_the_old(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    folder = tmp_path / "x.anchors"
    write_rows(folder, [make_row("old"), make_row("both")])
    write_rows(folder, [make_row("both"), make_row("new")])
    assert _ids(folder) == ["both", "new"]
    assert len(list(folder.glob("part-*"))) == 1
    assert {path.stem for path in (folder / "alignments").iterdir()} == {"both", "new"}
    write_rows(tmp_path / "fresh.anchors", [make_row("both"), make_row("new")])
    assert not filecmp.dircmp(folder, tmp_path / "fresh.anchors").diff_files


def test_other_files_of_a_manifest_s_folder_are_kept(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    folder = tmp_path / "x.anchors"
    write_rows(folder, [make_row()])
    (folder / "edits.jsonl").write_text("{}\n")
    write_rows(folder, [make_row("new")])
    assert (folder / "edits.jsonl").read_text() == "{}\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("thesis.tex", "x"),
        ("part-00000-0123456789ab.snappy.parquet", "of somebody else"),
        ("manifest.json", '{"name": "a web application", "icons": []}'),
        ("manifest.json", ""),
    ],
)
def test_a_folder_of_somebody_else_is_refused_and_left_alone(
    tmp_path: Path, write_rows: Write, make_row: Make, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ManifestError, match="something else than a manifest") as caught:
        write_rows(tmp_path, [make_row()])
    assert str(tmp_path) in str(caught.value)
    assert _files(tmp_path) == {name: content.encode()}


def test_a_file_in_the_place_of_the_folder_is_refused(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(ManifestError, match="is a file"):
        write_rows(tmp_path / "x", [make_row()])


def test_an_empty_folder_and_a_damaged_manifest_of_ours_can_be_written_to(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    write_rows(tmp_path, [make_row("one")])
    header = tmp_path / "manifest.json"
    header.write_bytes(header.read_bytes()[:100])
    write_rows(tmp_path, [make_row("two")])
    assert _ids(tmp_path) == ["two"]


def test_what_a_killed_run_leaves_does_not_stand_in_the_way(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    """Killed while writing: a hidden folder; killed while committing: parts without header."""
    folder = tmp_path / "x.anchors"
    write_rows(folder, [make_row("one")])
    (folder / ".writing-killed" / "alignments").mkdir(parents=True)
    for name in ("manifest.json", "report.json", "failures.jsonl"):
        (folder / name).unlink()
    write_rows(folder, [make_row("two")])
    assert _ids(folder) == ["two"]
    names = {path.name for path in folder.iterdir() if not path.name.startswith(("part-", "rows-"))}
    assert names == {"manifest.json", "alignments", "report.json", "failures.jsonl", ".lock"}
    assert len(list(folder.glob("part-*"))) == 1


def test_no_rows_are_a_manifest_without_parts(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path, [])
    assert Manifest.open(tmp_path).header.parts == ()
    assert _ids(tmp_path) == []


def test_counts_add_up_and_are_kept(tmp_path: Path, write_rows: Write, make_row: Make) -> None:
    write_rows(
        tmp_path,
        [
            make_row("a"),
            make_row("b", status=Status.SUSPECT, reason=Reason.LOW_CONFIDENCE, split="dev"),
            make_row("c", status=Status.FAILED, reason=Reason.OOV),
            make_row("d", status=Status.FAILED, reason=Reason.OOV),
            make_row(
                "e", status=Status.SKIPPED, reason=Reason.DUPLICATE_ID, sample_rate=0, words=()
            ),
        ],
    )
    header = Manifest.open(tmp_path).header
    counts = header.counts
    assert [counts[s] for s in ("total", "ok", "suspect", "failed", "skipped")] == [5, 1, 1, 2, 1]
    assert counts["reasons"] == {"duplicate_id": 1, "low_confidence": 1, "oov": 2}
    assert list(counts["splits"]) == ["train", "dev"]
    assert counts["splits"]["train"] == {
        "usable": 1,
        "seconds": 1.0,
        "events": {"keyword_end: please": 1},
    }
    assert header.audio_seconds == 4.0


def test_a_folder_that_is_being_written_to_is_refused_and_left_alone(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    folder = tmp_path / "x.anchors"

    def rows() -> Iterator[Row]:
        yield make_row("first")
        with pytest.raises(ManifestError, match="another process is writing to this folder"):
            write_rows(folder, [make_row("second")])
        yield make_row("third")

    write_rows(folder, rows())
    assert _ids(folder) == ["first", "third"]
    write_rows(folder, [make_row("later")])
    assert _ids(folder) == ["later"]


def test_long_rows_are_written_in_groups_of_few(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    frames = 400_000
    labels = np.zeros(frames, dtype=np.int16)
    long = {"num_frames": frames, "labels": labels, "weights": labels.astype(np.float32)}
    write_rows(tmp_path / "x", [make_row(f"{n}", **long) for n in range(7)])
    (part,) = (tmp_path / "x").glob("part-*")
    with pq.ParquetFile(part) as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [3, 3, 1]
    assert _ids(tmp_path / "x") == [f"{n}" for n in range(7)]
