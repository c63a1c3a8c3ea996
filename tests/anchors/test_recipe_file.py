"""Recipe files: round trips, and errors that name the place and the nearest key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from sal_anchors.anchors.label import LABEL_TABLES
from sal_anchors.anchors.mistake import keys_of
from sal_anchors.anchors.recipe import (
    ConfidenceConfig,
    GridConfig,
    Recipe,
    WeightConfig,
    keyword_recipe,
    onset_recipe,
    trigger_recipe,
)
from sal_anchors.anchors.recipe_file import (
    choose_recipe,
    load_recipe,
    overridden,
    recipe_of,
    write_recipe,
)
from sal_anchors.anchors.recipe_text import recipe_text
from sal_anchors.anchors.rules import RULE_TABLES, KernelConfig
from sal_anchors.errors import RecipeError

from .strategies import recipes

PLEASE = "[[events]]\nkind = 'keyword_end'\npattern = 'please'\n"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recipes())
def test_a_written_recipe_reads_as_the_same_recipe(recipe: Recipe) -> None:
    assert recipe_of(tomllib.loads(recipe_text(recipe))) == recipe


@pytest.mark.parametrize(
    "recipe",
    [keyword_recipe(("please", "hey computer")), onset_recipe(), trigger_recipe(("stop",))],
)
def test_a_preset_survives_its_file(recipe: Recipe, tmp_path: Path) -> None:
    write_recipe(tmp_path / "r.toml", recipe)
    assert load_recipe(tmp_path / "r.toml") == recipe


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("mine")
    with pytest.raises(RecipeError, match="is there already"):
        write_recipe(path, onset_recipe())
    assert [p.read_text() for p in tmp_path.iterdir()] == ["mine"]


def test_every_key_of_a_rule_has_a_comment_in_a_written_recipe() -> None:
    text = recipe_text(trigger_recipe(("hey computer",)))
    for key in keys_of(RULE_TABLES[":phrase"]):
        if key not in ("kernel", "labels"):
            assert any(key in line and "#" in line for line in text.splitlines()), key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[grid]\nhp = 160", "grid.hp: unknown key, the nearest is hop"),
        (
            PLEASE + "[events.kernel]\nlft_ms = 3",
            "events[0].kernel.lft_ms: unknown key, the nearest is left_ms",
        ),
        (
            PLEASE + "class = 'x'\n[events.labels]\nhold = 3",
            "events[0].labels.hold: unknown key, the nearest is hold_ms",
        ),
        (PLEASE + "left_ms = 3", "events[0].left_ms: unknown key here; it belongs to [events.ker"),
        (PLEASE + "class_name = 'x'", "events[0].class_name: unknown key, the nearest is class"),
        ("[[events]]\nkind = 'keyword_edn'", "kind: unknown 'keyword_edn', the nearest is keywor"),
        ("[[events]]\npattern = 'x'", "events[0]: kind is missing"),
        (PLEASE + "match = 'regx'", "events[0]: match: unknown 'regx', the nearest is regex"),
        ("[[events]]\nkind = 'keyword_end'", "events[0].pattern: missing"),
        (PLEASE + "kernel = {shape = 'box'}", "events[0].kernel.shape: unknown 'box'"),
        (PLEASE + "kernel = {peak = -1}", "kernel.peak: -1 is out of range, above 0 is expected"),
        (PLEASE + "kernel = {peak = '3'}", "kernel.peak: a number is expected, not '3'"),
        (PLEASE + "kernel = {peak = true}", "kernel.peak: a number is expected, not true"),
        (PLEASE + "kernel = {left_ms = inf}", "left_ms: a finite number is expected"),
        (PLEASE + "kernel = 3", "events[0].kernel: a table is expected, not 3"),
        (PLEASE + "[events.labels]\nhold_ms = 3", "events[0].labels: labels without a class"),
        (
            PLEASE + "class = 'x'\n[events.labels]\npolicy = 'before'",
            "events[0].labels: its policy must be after, span or since",
        ),
        ("[[events]]\nkind = 'keyword_end'\npattern = '?!'", "a keyword without words: '?!'"),
        ("[[events]]\nkind = 'keyword_end'\nmatch = 'regex'\npattern = '('", "no regular express"),
        ("[grid]\nhop = 0", "grid: frame grid: hop must be a positive"),
        ("[grid]\nhop = 1.5", "grid.hop: a whole number is expected, not 1.5"),
        ("longest = 'yes'", "longest: true or false is expected, not 'yes'"),
        ("events = 3", "events: a list in square brackets is expected, not 3"),
        ("day = 2020-01-01", "day: unknown key; there are longest, grid"),
        ("[grid", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_file_place_and_what_is_expected(
    text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    told = str(caught.value)
    assert message in told
    assert told.startswith(f"{path}: ")
    assert "pydantic" not in told


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("lngest = 1\n[grid]\nhp = 1\n[weights]\nflor = 2")
    with pytest.raises(RecipeError, match=r"grid\.hp.*weights\.flor.*lngest"):
        load_recipe(path)


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(RecipeError, match=str(path)):
            load_recipe(path)
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not text in UTF-8"):
        load_recipe(binary)


def test_values_are_overridden_at_the_places_that_messages_name() -> None:
    given = ["events[0].kernel.peak=3", "weights.normalise=recording", "grid.hop = 320"]
    recipe = overridden(keyword_recipe(("please",)), given)
    kernel = recipe.events[0].kernel
    assert kernel is not None
    assert (kernel.peak, recipe.weights.normalise, recipe.grid.hop) == (3.0, "recording", 320)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("weights.flor=3", "weights.flor: unknown key, the nearest is floor"),
        ("weights.floor", "does not set anything"),
        ("weights..floor=1", "does not set anything"),
        ("events[7].kernel.peak=3", "there is no events[7].kernel.peak"),
        ("grid[0]=2", "there is no grid[0]"),
        ("weights.floor=a lot", "weights.floor: a number is expected, not 'a lot'"),
        ("weights.floor=1\nlongest=true", "weights.floor: a number is expected"),
    ],
)
def test_an_override_that_is_none_is_an_error(override: str, message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        overridden(keyword_recipe(("please",)), [override])
    assert message in str(caught.value)


def test_keywords_stand_before_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    write_recipe(path, trigger_recipe(("hey computer",)))
    assert choose_recipe(path, onset_recipe(), keywords=["stop"]) == trigger_recipe(("stop",))
    assert choose_recipe(None, onset_recipe()) == onset_recipe()


def test_the_documentation_has_every_key() -> None:
    text = (Path(__file__).parents[2] / "docs" / "recipe.md").read_text(encoding="utf-8")
    tables = (*RULE_TABLES.values(), *LABEL_TABLES.values(), Recipe, GridConfig, WeightConfig)
    tables = (*tables, ConfidenceConfig, KernelConfig)
    for key in {key for table in tables for key in keys_of(table)}:
        assert f"`{key}`" in text or f"{key}]" in text, key
