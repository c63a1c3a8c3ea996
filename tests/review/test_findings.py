from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.errors import ReviewError
from sal_anchors.manifest import Manifest
from sal_anchors.review.catalogue import load_catalogue
from sal_anchors.review.choose import choose
from sal_anchors.review.findings import read_findings
from sal_anchors.review.query import parse_query

COMMAND = Path(sys.executable).with_name("sal-anchors")


@pytest.fixture(scope="module")
def checked(
    speech_manifest: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """What a check printed, and the utterance whose audio it missed."""
    root = tmp_path_factory.mktemp("checked")
    rows = list(speech_manifest.rows())
    for row in rows[1:]:
        there = speech_manifest.audio_path(row)
        copied = root / there.relative_to(speech_manifest.audio_root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(there, copied)
    answer = subprocess.run(
        [COMMAND, "check", speech_manifest.path, "--json", "--audio-root", root],
        capture_output=True,
        check=False,
    )
    file = root / "found.json"
    file.write_bytes(answer.stdout)
    return file, rows[0].id


def test_every_code_of_a_check_is_counted_and_filtered_by(
    speech_manifest: Manifest, checked: tuple[Path, str]
) -> None:
    file, missing = checked
    found = read_findings(file, speech_manifest)
    told = json.loads(file.read_text(encoding="utf-8"))["findings"]
    assert "audio_missing" in {one["code"] for one in told}
    assert found.others == sum(one["id"] is None for one in told)
    catalogue = load_catalogue(speech_manifest, {}, findings=found)
    ids = [row.id for row in speech_manifest.rows()]
    stored = {(f.code.value, row.id) for row in speech_manifest.rows() for f in row.findings}
    wanted = stored | {(one["code"], one["id"]) for one in told if one["id"] is not None}
    for code in {code for code, _ in wanted}:
        rows = choose(catalogue, parse_query(f"code:{code}")).rows
        assert {ids[n] for n in rows} == {id_ for name, id_ in wanted if name == code}
        assert ("code", code, len(rows)) in set(catalogue.facets())
    assert [ids[n] for n in choose(catalogue, parse_query("code:audio_missing")).rows] == [missing]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rows": 3}, "another manifest"),
        ({"findings": [{"code": "low_score", "message": "", "id": "x", "time": None}]}, "another"),
        ({"findings": [{"code": "odd", "message": "", "id": None, "time": None}]}, "damaged"),
        ({"findings": 3}, "damaged"),
        ({"format": "letters"}, "no output of sal-anchors check"),
    ],
)
def test_a_file_that_is_about_something_else_is_refused(
    speech_manifest: Manifest,
    checked: tuple[Path, str],
    tmp_path: Path,
    change: dict[str, Any],
    problem: str,
) -> None:
    told = json.loads(checked[0].read_text(encoding="utf-8"))
    file = tmp_path / "found.json"
    file.write_text(json.dumps(told | change), encoding="utf-8")
    with pytest.raises(ReviewError, match=problem):
        read_findings(file, speech_manifest)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": ', b"\xff\xfe"])
def test_a_broken_file_is_refused(
    speech_manifest: Manifest, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "found.json"
    file.write_bytes(content)
    with pytest.raises(ReviewError, match="no JSON object"):
        read_findings(file, speech_manifest)
    with pytest.raises(ReviewError, match="cannot be read"):
        read_findings(tmp_path / "none.json", speech_manifest)
