"""``sal-anchors render``: another recipe on stored alignments."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sal_anchors_cli.main import app
from typer.testing import CliRunner

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.anchors.recipe_file import write_recipe
from sal_anchors.errors import ManifestError, RecipeError
from sal_anchors.manifest import Manifest

Rows = Callable[..., object]


@pytest.fixture
def manifest(tmp_path: Path, speech_manifest: Manifest) -> Path:
    return shutil.copytree(speech_manifest.path, tmp_path / "m.anchors")


def test_a_recipe_and_what_is_set_beside_it_become_the_manifest_s(
    manifest: Path, tmp_path: Path
) -> None:
    write_recipe(tmp_path / "r.toml", keyword_recipe(("sorry",)))
    given = ["--recipe", str(tmp_path / "r.toml"), "--set", "events[0].kernel.peak=4"]
    answer = CliRunner().invoke(app, ["render", str(manifest), *given])
    assert answer.exit_code == 0, answer.output
    assert "keyword_end: sorry" in answer.stdout
    opened = Manifest.open(manifest)
    assert opened.classes == ("background", "sorry")
    row = next(row for row in opened.rows(usable=True) if any(a.class_index for a in row.anchors))
    assert row.weights.max() == 4.0


def test_without_a_recipe_it_changes_the_manifest_s_own(manifest: Path) -> None:
    answer = CliRunner().invoke(app, ["render", str(manifest), "-k", "try again"])
    assert answer.exit_code == 0, answer.output
    assert Manifest.open(manifest).recipe == keyword_recipe(("try again",))


def test_a_wrong_recipe_leaves_the_manifest_as_it_was(manifest: Path, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in manifest.iterdir() if p.is_file()}
    answer = CliRunner().invoke(app, ["render", str(manifest), "--set", "weights.flor=1"])
    assert isinstance(answer.exception, RecipeError)
    assert {p.name: p.read_bytes() for p in manifest.iterdir() if p.is_file()} == before
    answer = CliRunner().invoke(app, ["render", str(tmp_path / "none")])
    assert isinstance(answer.exception, ManifestError)
    assert not (tmp_path / "none").exists()
