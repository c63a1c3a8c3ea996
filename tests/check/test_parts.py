"""Damaged folders: each damage is one problem that names the file, and all else is checked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.check import Code, Problem

Check = Callable[..., list[Problem]]
FILES = (Code.PART_DAMAGED, Code.STRAY_PART, Code.INDEX_UNUSABLE, Code.HEADER_DIFFERS)


def test_a_sound_folder_has_none(check: Check) -> None:
    assert check(*FILES, audio=False) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.unlink(), "the part is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "damaged"),
        (lambda path: path.write_bytes(b""), "damaged"),
    ],
)
def test_a_part_that_cannot_be_read_is_named_and_nothing_is_counted(
    check: Check, part: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(part)
    problem, *others = check(Code.PART_DAMAGED, Code.HEADER_DIFFERS, audio=False)
    assert (problem.code, problem.file, others) == (Code.PART_DAMAGED, part.name, [])
    assert told in problem.message
    assert "rows from number 0 on are not checked" in problem.message


def test_a_part_with_other_rows_than_the_header_says_is_damaged(
    check: Check, edit_rows: Callable[..., None]
) -> None:
    edit_rows(lambda rows: rows.pop())
    (problem,) = check(Code.PART_DAMAGED, audio=False)
    assert "it holds 11 rows, 12 are expected" in problem.message


def test_a_value_that_no_reader_understands_is_told(
    check: Check, edit_rows: Callable[..., None]
) -> None:
    edit_rows(lambda rows: rows[3].update(status="fine"))
    (problem,) = check(Code.PART_DAMAGED, audio=False)
    assert "'fine' is not a valid Status" in problem.message


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row["events"][0].update(time=None),
        lambda row: row["words"][0].update(end=float("nan")),
        lambda row: row["anchors"][0].update(frame=None),
        lambda row: row.update(num_samples=None),
        lambda row: row.update(id=None),
        lambda row: row["phones"][0].update(start=float("inf")),
    ],
)
def test_missing_values_are_told_and_the_other_rows_are_checked(
    check: Check, edit_rows: Callable[..., None], change: Callable[[dict[str, Any]], None]
) -> None:
    edit_rows(lambda rows: [change(rows[7]), rows[9].update(split="exam")])
    first, second = check(Code.IMPOSSIBLE_ROW)
    assert "row 7 has a value that is missing" in first.message
    assert "'exam'" in second.message


def test_null_lists_and_null_frames_are_told(check: Check, edit_rows: Callable[..., None]) -> None:
    edit_rows(lambda rows: rows[1]["labels"].__setitem__(5, None))
    (problem,) = check(Code.LABELS_DIFFER, audio=False)
    assert "1 of" in problem.message
    edit_rows(lambda rows: rows[1].update(weights=None))
    assert [problem.id for problem in check(Code.FRAMES_DIFFER, audio=False)] == ["auth-incorrect"]


def test_a_part_that_the_header_does_not_name_is_stray(check: Check, part: Path) -> None:
    shutil.copy(part, part.with_name("part-00001-0123456789ab.parquet"))
    (problem,) = check(*FILES, audio=False)
    assert (problem.code, problem.file) == (Code.STRAY_PART, "part-00001-0123456789ab.parquet")


def test_an_index_that_is_missing_damaged_or_of_other_rows_is_told(
    check: Check, copied: Path, edit_rows: Callable[..., None]
) -> None:
    (index,) = copied.glob("rows-*.index")
    content = index.read_bytes()
    index.write_bytes(content[:200] + b"\0" + content[201:])
    (problem,) = check(Code.INDEX_UNUSABLE, audio=False)
    assert (problem.file, "read wrong" in problem.message) == (index.name, True)
    index.write_bytes(b"")
    assert len(check(Code.INDEX_UNUSABLE, audio=False)) == 1
    index.unlink()
    (problem,) = check(Code.INDEX_UNUSABLE, audio=False)
    assert "No such file" in problem.message
    index.write_bytes(content)
    edit_rows(lambda rows: rows[0].update(transcript="something else"))
    (problem,) = check(Code.INDEX_UNUSABLE, audio=False)
    assert "parts were written anew" in problem.message or "was changed" in problem.message
