"""``sal-anchors diff``: tables, JSON and exit statuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from sal_anchors_cli.main import app
from typer.testing import CliRunner

from sal_anchors.anchors.recipe import GridConfig, keyword_recipe
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest
from sal_anchors.rerender import rerender


@pytest.fixture
def other(tmp_path: Path, speech_manifest: Manifest) -> Path:
    return shutil.copytree(speech_manifest.path, tmp_path / "other.anchors")


def _diff(*given: object) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, given)])


def test_the_same_manifest_gives_exit_status_0(speech_manifest: Manifest, other: Path) -> None:
    answer = _diff(speech_manifest.path, other)
    assert answer.exit_code == 0, answer.output
    assert "12 rows in both, 0 only in A, 0 only in B" in answer.stdout
    assert answer.stdout.rstrip().endswith("Nothing differs.")


def test_other_keywords_are_told_by_key_event_and_frames(
    speech_manifest: Manifest, other: Path
) -> None:
    rerender(other, keyword_recipe(("sorry",)))
    answer = _diff(speech_manifest.path, other)
    assert answer.exit_code == 1
    assert "recipe.events[keyword_end please]: {" in answer.stdout
    assert "keyword_end sorry" in answer.stdout
    assert "have another label" in answer.stdout


def test_other_grids_are_told(speech_manifest: Manifest, other: Path) -> None:
    rerender(other, keyword_recipe(("please",)).model_copy(update={"grid": GridConfig(hop=320)}))
    answer = _diff(speech_manifest.path, other)
    assert answer.exit_code == 1
    assert "grid.hop: 160 -> 320" in answer.stdout
    assert "Labels and weights are not compared: the grids differ." in answer.stdout


def test_json_is_one_object(speech_manifest: Manifest, other: Path) -> None:
    told = json.loads(_diff(speech_manifest.path, other, "--json").stdout)
    assert (told["format"], told["schema_version"], told["same"]) == ("sal-anchors diff", 1, True)
    assert {event["kind"] for event in told["events"]} == {"keyword_end", "speech_onset"}
    assert told["targets"]["labels_changed_share"] == 0.0


def test_no_manifest_is_an_error(speech_manifest: Manifest, tmp_path: Path) -> None:
    assert isinstance(_diff(speech_manifest.path, tmp_path / "none").exception, ManifestError)
