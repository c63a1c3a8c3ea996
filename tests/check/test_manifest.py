"""The whole check: order, progress, memory, and fixes that work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.check import Code, Problem, Severity, check_manifest
from sal_anchors.manifest import Manifest, Row
from sal_anchors.rerender import rerender

Check = Callable[..., list[Problem]]


def test_a_real_manifest_has_no_errors_and_every_row_is_seen(speech_manifest: Manifest) -> None:
    seen: list[Row] = []
    found = list(check_manifest(speech_manifest, on_row=seen.append))
    assert [row.id for row in seen] == [row.id for row in speech_manifest.rows()]
    assert not [problem for problem in found if problem.code.severity is Severity.ERROR]


def test_a_moved_manifest_with_its_audio_is_still_sound(copied: Path, tmp_path: Path) -> None:
    for name in ("corpus", "corpus.anchors"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    found = check_manifest(Manifest.open(tmp_path / "elsewhere" / copied.name))
    assert not [problem for problem in found if problem.code.severity is Severity.ERROR]


def test_rendering_anew_repairs_what_it_is_told_to_repair(
    check: Check,
    copied: Path,
    edit_rows: Callable[..., None],
    edit_header: Callable[..., None],
) -> None:
    def damage(rows: list[dict[str, Any]]) -> None:
        rows[0]["weights"][3] = 7.0
        rows[1]["labels"] = rows[1]["labels"][:-1]
        rows[2]["anchors"] = []
        rows[3]["labels"][0] = 1

    edit_rows(damage)
    edit_header(lambda header: header["counts"].update(ok=1))
    (copied / "report.json").unlink()
    next(copied.glob("rows-*")).unlink()
    found = check(audio=False)
    repairable = {problem.code for problem in found if "render" in problem.fix}
    assert repairable == {
        Code.INDEX_UNUSABLE,
        Code.FRAMES_DIFFER,
        Code.ANCHORS_DIFFER,
        Code.LABELS_DIFFER,
        Code.WEIGHTS_DIFFER,
        Code.HEADER_DIFFERS,
        Code.REPORT_DIFFERS,
    }
    rerender(copied, Manifest.open(copied).recipe)
    assert not repairable & {problem.code for problem in check(audio=False)}


def test_a_damaged_part_leaves_the_other_parts_checked(
    check: Check, edit_header: Callable[..., None]
) -> None:
    def add(header: dict[str, Any]) -> None:
        header["parts"].insert(0, {"file": "part-00009-0123456789ab.parquet", "rows": 5})

    edit_header(add)
    seen: list[Row] = []
    codes = [problem.code for problem in check(audio=False, on_row=seen.append)]
    assert len(seen) == 12
    assert codes.count(Code.PART_DAMAGED) == 1
    assert Code.HEADER_DIFFERS not in codes


@pytest.mark.parametrize("jobs", [1, 3])
def test_problems_are_found_as_they_are_asked_for(
    tmp_path: Path,
    make_row: Callable[..., Row],
    write_rows: Callable[..., Any],
    jobs: int,
) -> None:
    rows = (replace(make_row(f"{n:04d}"), weights=make_row().weights + 1) for n in range(500))
    write_rows(tmp_path / "m.anchors", rows)
    seen: list[Row] = []
    found = check_manifest(Manifest.open(tmp_path / "m.anchors"), jobs=jobs, on_row=seen.append)
    first = next(problem for problem in found if problem.code is Code.WEIGHTS_DIFFER)
    assert (first.id, len(seen)) == ("0000", 0)
    found.close()  # type: ignore[attr-defined]
