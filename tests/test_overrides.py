from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.errors import RecipeError
from sal_anchors.overrides import Overrides

OVERRIDES = Overrides("recipe", "a.b=3", RecipeError)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("a=3", {"a": 3, "list": [{"x": 1}]}),
        ("a.b.c = [1, 2]", {"a": {"b": {"c": [1, 2]}}, "list": [{"x": 1}]}),
        ("list[0].x=hey computer", {"list": [{"x": "hey computer"}]}),
        ('list[0].y="1"', {"list": [{"x": 1, "y": "1"}]}),
        ("list[0]=1\nb=2", {"list": ["1\nb=2"]}),
        ("list[0:1].x=2", {"list": [{"x": 2}]}),
    ],
)
def test_a_value_is_set_at_its_place(override: str, expected: dict[str, Any]) -> None:
    document: dict[str, Any] = {"list": [{"x": 1}]}
    OVERRIDES.apply(document, override)
    assert document == expected


@pytest.mark.parametrize(
    "override",
    [
        *("", "a", "=3", "a..b=1", "list[1]=2", "list.x=1", "list[0].x.y=1"),
        *("list[0:0].x=1", "list[1:0].x=1", "list[0:2].x=1", "list[0:999999999999].x=1"),
    ],
)
def test_what_has_no_place_is_an_error_with_an_example(override: str) -> None:
    with pytest.raises(RecipeError, match=r"a\.b=3"):
        OVERRIDES.apply({"list": [{"x": 1}]}, override)


def test_one_value_is_set_at_each_of_several_places() -> None:
    document = {"list": [{"x": [1, 2]}, {"x": [3, 4]}, {"x": [5, 6]}]}
    OVERRIDES.apply(document, "list[1:3].x[0:2]=0")
    assert document == {"list": [{"x": [1, 2]}, {"x": [0, 0]}, {"x": [0, 0]}]}


def test_places_that_were_set_together_are_changed_apart_afterwards() -> None:
    document = {"list": [{"x": 1}, {"x": 2}]}
    OVERRIDES.apply(document, "list[0:2].x={y = 3}")
    OVERRIDES.apply(document, "list[0].x.y=4")
    assert document == {"list": [{"x": {"y": 4}}, {"x": {"y": 3}}]}
