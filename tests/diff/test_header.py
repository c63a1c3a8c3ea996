"""Recipes and grids key by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.diff.header import grid_differences, header_differences
from sal_anchors.manifest import Header, Manifest
from sal_anchors.timebase import FrameGrid


@pytest.fixture
def header(tmp_path: Path, write_rows: Callable[..., Any]) -> Header:
    write_rows(tmp_path / "m.anchors", [], keywords=("please", "stop"))
    return Manifest.open(tmp_path / "m.anchors").header


def _keys(before: Header, recipe: Recipe) -> list[str]:
    return [found.key for found in header_differences(before, replace(before, recipe=recipe))]


def test_a_rule_in_front_is_one_key_and_the_rest_keeps_its_names(header: Header) -> None:
    recipe = keyword_recipe(("go", "please", "stop"))
    assert _keys(header, recipe) == ["recipe.events[keyword_end go]"]
    assert _keys(header, keyword_recipe(("stop",))) == ["recipe.events[keyword_end please]"]


def test_another_order_of_the_same_rules_is_told(header: Header) -> None:
    assert _keys(header, keyword_recipe(("stop", "please"))) == ["recipe.events, order"]


def test_engine_and_settings_are_named_by_key(header: Header) -> None:
    other = replace(header.provenance, version="2", settings=(("a", "1"), ("b", "9")))
    found = header_differences(header, replace(header, provenance=other))
    assert [(d.key, d.before, d.after) for d in found] == [
        ("provenance.version", "0", "2"),
        ("provenance.settings.b", "2", "9"),
    ]


def test_grids_with_the_same_frames_are_the_same_whatever_their_names() -> None:
    causal = FrameGrid(16_000, 160, 400)
    explicit = FrameGrid(16_000, 160, 400, "explicit", origin=causal.origin, after=causal.after)
    assert grid_differences(causal, explicit) == ()
    keys = [found.key for found in grid_differences(causal, FrameGrid(8_000, 80, 400))]
    assert keys == ["grid.sample_rate", "grid.hop", "grid.origin", "grid.after"]
