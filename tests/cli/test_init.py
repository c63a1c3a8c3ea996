"""``sal-anchors init``."""

from __future__ import annotations

from pathlib import Path

import pytest
from sal_anchors_cli.main import app
from typer.testing import CliRunner

from sal_anchors.anchors.recipe import Recipe, keyword_recipe, onset_recipe, trigger_recipe
from sal_anchors.anchors.recipe_file import load_recipe
from sal_anchors.errors import RecipeError


@pytest.mark.parametrize(
    ("options", "recipe"),
    [
        ([], onset_recipe()),
        (["--task", "onset"], onset_recipe()),
        (["-k", "please", "-k", "Hey Computer"], keyword_recipe(("please", "hey computer"))),
        (["--task", "trigger", "-k", "please"], trigger_recipe(("please",))),
    ],
)
def test_it_writes_the_preset_of_the_task(
    options: list[str], recipe: Recipe, tmp_path: Path
) -> None:
    path = tmp_path / "my.toml"
    answer = CliRunner().invoke(app, ["init", str(path), *options])
    assert answer.exit_code == 0, answer.output
    assert load_recipe(path) == recipe


def test_it_overwrites_nothing_and_needs_the_keywords_of_its_task(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    for options in (["--task", "keyword"], ["--task", "onset", "-k", "please"]):
        answer = CliRunner().invoke(app, ["init", str(path), *options])
        assert isinstance(answer.exception, RecipeError)
        assert not path.exists()
    path.write_text("mine")
    answer = CliRunner().invoke(app, ["init", str(path)])
    assert isinstance(answer.exception, RecipeError)
    assert path.read_text() == "mine"
