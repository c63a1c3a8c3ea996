"""The recipe: what it refuses, and that it survives JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sal_anchors.align import words_of
from sal_anchors.anchors.recipe import (
    EventRule,
    GridConfig,
    KernelConfig,
    LabelConfig,
    Recipe,
    keyword_recipe,
    onset_recipe,
)
from sal_anchors.errors import GridMismatchError, RecipeError
from sal_anchors.events.event import EventKind
from sal_anchors.timebase import FrameGrid

milliseconds = st.floats(0, 60_000)
recipes = st.builds(
    Recipe,
    grid=st.builds(GridConfig, hop=st.integers(1, 160), window=st.integers(160, 800)),
    keywords=st.lists(st.text().filter(words_of)).map(tuple),
    max_pause_ms=milliseconds,
    min_silence_ms=milliseconds,
    min_speech_ms=milliseconds,
    floor=st.floats(0, 1),
    rules=st.lists(
        st.builds(
            EventRule,
            kind=st.sampled_from(EventKind),
            label=st.none() | st.text(),
            class_name=st.none() | st.text(),
            labelling=st.builds(LabelConfig, hold_ms=milliseconds),
            kernel=st.none()
            | st.builds(KernelConfig, peak=st.floats(1, 100), left_ms=milliseconds),
        )
    ).map(tuple),
)


@given(recipes)
def test_it_survives_json(recipe: Recipe) -> None:
    text = json.dumps(recipe.model_dump(mode="json"))
    assert Recipe.model_validate(json.loads(text)) == recipe


@pytest.mark.parametrize(
    "values",
    [
        {"keyword": ["please"]},
        {"grid": {"hop_ms": 10}},
        {"rules": [{"kind": "keyword_end", "peak": 3}]},
        {"rules": [{"kind": "keyword_end", "kernel": {"width_ms": 3}}]},
        {"rules": [{"kind": "keyword_end", "labelling": {"hold": 3}}]},
    ],
)
def test_an_unknown_key_is_an_error_at_any_depth(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Recipe.model_validate(values)


@pytest.mark.parametrize(
    "values",
    [
        {"floor": -0.1},
        {"floor": float("nan")},
        {"max_pause_ms": -1},
        {"max_pause_ms": float("inf")},
        {"rules": [{"kind": "sneeze"}]},
        {"rules": [{"kind": "keyword_end", "kernel": {"shape": "box"}}]},
        {"rules": [{"kind": "keyword_end", "kernel": {"peak": 0}}]},
        {"rules": [{"kind": "keyword_end", "kernel": {"left_ms": -5}}]},
        {"rules": [{"kind": "keyword_end", "labelling": {"policy": "before"}}]},
    ],
)
def test_a_value_out_of_range_is_an_error(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Recipe.model_validate(values)


def test_a_peak_below_the_floor_is_an_error_with_both_values() -> None:
    rule = EventRule(kind=EventKind.KEYWORD_END, kernel=KernelConfig(peak=0.5))
    with pytest.raises(RecipeError, match=r"keyword_end is 0\.5, below the floor 0\.75"):
        Recipe(floor=0.75, rules=(rule,))
    assert Recipe(floor=0.5, rules=(rule,)).rules == (rule,)


def test_keywords_are_words_in_lower_case_each_once_in_the_given_order() -> None:
    recipe = keyword_recipe(("Hey, Computer!", "PLEASE", "hey  computer", "don\u2019t"))
    assert recipe.keywords == ("hey computer", "please", "don't")
    assert recipe.classes == ("background", *recipe.keywords)


@pytest.mark.parametrize("keyword", ["", "  ", "?!", "-"])
def test_a_keyword_without_words_is_an_error_that_shows_it(keyword: str) -> None:
    with pytest.raises(RecipeError) as caught:
        keyword_recipe(("please", "Please", keyword))
    assert repr(keyword) in str(caught.value)


def test_the_first_rule_that_covers_an_event_applies() -> None:
    special = EventRule(kind=EventKind.KEYWORD_END, label="please", class_name="a")
    general = EventRule(kind=EventKind.KEYWORD_END, class_name="b")
    recipe = Recipe(rules=(special, general))
    assert recipe.rule_for(EventKind.KEYWORD_END, "please") is special
    assert recipe.rule_for(EventKind.KEYWORD_END, "press") is general
    assert recipe.rule_for(EventKind.SPEECH_ONSET, "speech") is None


def test_rules_may_share_a_class() -> None:
    rules = tuple(
        EventRule(kind=EventKind.KEYWORD_END, label=label, class_name="wake")
        for label in ("hey computer", "okay computer")
    )
    assert Recipe(rules=rules).classes == ("background", "wake")


def test_the_onset_recipe_has_the_class_speech_over_its_span() -> None:
    recipe = onset_recipe()
    rule = recipe.rule_for(EventKind.SPEECH_ONSET, "speech")
    assert recipe.classes == ("background", "speech")
    assert rule is not None
    assert rule.labelling.policy == "span"


def test_the_grid_is_the_frame_grid_of_its_values() -> None:
    values = {"sample_rate": 8_000, "hop": 80, "window": 200}
    assert GridConfig(**values).grid() == FrameGrid(**values)
    with pytest.raises(GridMismatchError, match="hop"):
        GridConfig(hop=0).grid()
