"""``sal-anchors check``: tables, JSON, filters and exit statuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from sal_anchors_cli.main import app
from typer.testing import CliRunner

from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest

DOC = Path(__file__).parents[2] / "docs" / "check.md"


@pytest.fixture
def manifest(tmp_path: Path, speech_manifest: Manifest) -> Path:
    shutil.copytree(speech_manifest.audio_root, tmp_path / "corpus")
    return shutil.copytree(speech_manifest.path, tmp_path / "corpus.anchors")


def _check(*given: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, given)])


def test_a_sound_manifest_passes(manifest: Path) -> None:
    answer = _check(manifest)
    assert answer.exit_code == 0, answer.output
    assert "12 rows: 0 errors, " in answer.stdout


def test_errors_fail_and_tell_place_message_and_fix(manifest: Path) -> None:
    for name in ("sorry", "vm-press", "im-sorry"):
        (manifest.with_name("corpus") / f"{name}.flac").unlink()
    answer = _check(manifest, "--examples", 2)
    assert answer.exit_code == 1
    assert "audio_missing" in answer.stdout
    assert "im-sorry: " in answer.stdout
    assert "  1 more" in answer.stdout
    assert "-> put the file back" in answer.stdout
    assert _check(manifest, "--no-audio").exit_code == 0


def test_warnings_fail_only_if_strict(manifest: Path) -> None:
    (next(manifest.glob("rows-*"))).unlink()
    assert _check(manifest, "--code", "index_unusable").exit_code == 0
    assert _check(manifest, "--code", "index_unusable", "--strict").exit_code == 1


def test_filters_leave_the_rest_out_of_output_and_exit_status(manifest: Path) -> None:
    (manifest.with_name("corpus") / "sorry.flac").unlink()
    answer = _check(manifest, "--code", "low_score", "--code", "stray_part")
    assert (answer.exit_code, "audio_missing" in answer.stdout) == (0, False)
    answer = _check(manifest, "--severity", "error", "--json")
    assert set(json.loads(answer.stdout)["codes"]) == {"audio_missing"}


def test_json_holds_every_finding_in_a_fixed_form(manifest: Path) -> None:
    for path in manifest.with_name("corpus").glob("*.flac"):
        path.unlink()
    answer = _check(manifest, "--json", "--examples", 1)
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    documented = json.loads(DOC.read_text().partition("```json\n")[2].partition("```")[0])
    assert list(told) == list(documented)
    assert list(told["findings"][0]) == list(documented["findings"][0])
    assert (told["format"], told["schema_version"], told["rows"]) == ("sal-anchors check", 1, 12)
    assert told["codes"]["audio_missing"] == 12
    assert sum(told["codes"].values()) == len(told["findings"])
    first = next(one for one in told["findings"] if one["code"] == "audio_missing")
    assert first["severity"] == "error"
    assert first["file"] == f"{first['id']}.flac"


def test_without_findings_json_is_whole_too(manifest: Path) -> None:
    answer = _check(manifest, "--json", "--code", "duplicate_id")
    assert json.loads(answer.stdout)["findings"] == []


def test_wrong_names_are_answered_with_the_nearest(manifest: Path) -> None:
    answer = _check(manifest, "--code", "audio_mising")
    assert (answer.exit_code, "audio_missing" in answer.output) == (2, True)
    answer = _check(manifest, "--severity", "bad")
    assert (answer.exit_code, "note, warning, error" in answer.output) == (2, True)


def test_no_manifest_is_an_error(tmp_path: Path) -> None:
    assert isinstance(_check(tmp_path / "none").exception, ManifestError)
