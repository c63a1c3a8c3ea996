"""The recipe: what it refuses, and that it survives JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from sal_anchors.align.alignment import Interval
from sal_anchors.anchors.label import AfterLabels, SinceLabels, SpanLabels
from sal_anchors.anchors.recipe import (
    GridConfig,
    Recipe,
    WeightConfig,
    keyword_recipe,
    onset_recipe,
    task_recipe,
    trigger_recipe,
)
from sal_anchors.anchors.rules import BoundaryRule, KernelConfig, PhraseRule, SpeechRule
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import EventKind
from sal_anchors.timebase import FrameGrid

from .strategies import recipes


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recipes())
def test_it_survives_json(recipe: Recipe) -> None:
    text = json.dumps(recipe.model_dump(mode="json"))
    assert Recipe.model_validate(json.loads(text)) == recipe


def test_a_peak_below_the_floor_is_an_error_with_both_values() -> None:
    rule = PhraseRule(pattern="please", kernel=KernelConfig(peak=0.5))
    with pytest.raises(ValidationError, match=r"kernel\.peak is 0\.5, below weights\.floor 0\.75"):
        Recipe(weights=WeightConfig(floor=0.75), events=(rule,))
    assert Recipe(weights=WeightConfig(floor=0.5), events=(rule,)).events == (rule,)


def test_two_rules_for_the_same_events_are_an_error_unless_their_labels_differ() -> None:
    rule = PhraseRule(pattern="please", class_name="wake")
    with pytest.raises(ValidationError, match=r"events\[1\]: events\[0\] is for keyword_end"):
        Recipe(events=(rule, PhraseRule(pattern="PLEASE")))
    other = PhraseRule(pattern="please", label="again", class_name="wake")
    assert Recipe(events=(rule, other)).classes == ("background", "wake")


def test_since_needs_the_event_that_ends_it() -> None:
    labels = SinceLabels(until=EventKind.SPEECH_OFFSET)
    onset = SpeechRule(class_name="speech", labels=labels)
    with pytest.raises(ValidationError, match=r"labels\.until is speech_offset, which no event"):
        Recipe(events=(onset,))
    Recipe(events=(onset, SpeechRule(kind=EventKind.SPEECH_OFFSET)))


def test_a_class_has_labels_and_labels_have_a_class() -> None:
    assert PhraseRule(pattern="please", class_name="wake").labels == AfterLabels()
    assert PhraseRule(pattern="please").labels is None
    with pytest.raises(ValidationError, match="labels without a class"):
        PhraseRule(pattern="please", labels=SpanLabels())


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
    special = BoundaryRule(kind=EventKind.WORD_END, label="please", class_name="a")
    general = BoundaryRule(kind=EventKind.WORD_END, class_name="b")
    recipe = Recipe(events=(special, general))
    assert recipe.rule_for(EventKind.WORD_END, "please") is special
    assert recipe.rule_for(EventKind.WORD_END, "press") is general
    assert recipe.rule_for(EventKind.SPEECH_ONSET, "speech") is None


def test_only_events_that_a_rule_is_for_are_found() -> None:
    words = (Interval("hey", 0.1, 0.3), Interval("computer", 0.4, 0.9))
    recipe = Recipe(events=(BoundaryRule(kind=EventKind.WORD_END, label="hey"),))
    (event,) = recipe.find(words, (), source="test")
    assert (event.label, event.time, event.source) == ("hey", 0.3, "test")


def test_every_rule_finds_its_events() -> None:
    words = (Interval("hey", 0.1, 0.3), Interval("you", 0.4, 0.6), Interval("hey", 1.0, 1.2))
    recipe = Recipe.model_validate(
        {
            "events": [
                {"kind": "keyword_end", "pattern": "Hey You"},
                {"kind": "keyword_start", "match": "regex", "pattern": "y.u", "label": "x"},
                {"kind": "partial_keyword", "pattern": "hey you"},
                {"kind": "speech_offset"},
                {"kind": "endpoint"},
                {"kind": "word_start", "label": "you"},
            ]
        }
    )
    found = recipe.find(words, (), source="test")
    assert sorted((event.kind.value, event.label, event.time) for event in found) == [
        ("endpoint", found[-1].label, 1.2),
        ("keyword_end", "hey you", 0.6),
        ("keyword_start", "x", 0.4),
        ("partial_keyword", "hey you", 1.2),
        ("speech_offset", "speech", 0.6),
        ("speech_offset", "speech", 1.2),
        ("word_start", "you", 0.4),
    ]


def test_the_onset_recipe_has_the_class_speech_over_its_span() -> None:
    recipe = onset_recipe()
    rule = recipe.rule_for(EventKind.SPEECH_ONSET, "speech")
    assert recipe.classes == ("background", "speech")
    assert rule is not None
    assert rule.labels == SpanLabels()


def test_a_trigger_is_one_class_with_beginnings_as_hard_negatives() -> None:
    recipe = trigger_recipe(("hey computer", "okay computer"))
    assert recipe.classes == ("background", "trigger")
    partial = recipe.rule_for(EventKind.PARTIAL_KEYWORD, "hey computer")
    assert partial is not None
    assert partial.class_name is None
    assert partial.kernel == KernelConfig()


def test_other_keywords_are_treated_as_the_ones_before() -> None:
    kernel = KernelConfig(peak=7.0)
    rule = PhraseRule(pattern="please", class_name="please", kernel=kernel)
    recipe = Recipe(events=(SpeechRule(), rule)).with_keywords(("Stop", "go on"))
    assert recipe.classes == ("background", "stop", "go on")
    assert recipe.events[0] == PhraseRule(pattern="stop", class_name="stop", kernel=kernel)
    assert recipe.events[-1] == SpeechRule()
    trigger = trigger_recipe(("hey computer",)).with_keywords(("stop now",))
    assert trigger == trigger_recipe(("stop now",))


@pytest.mark.parametrize("task", ["keyword", "trigger"])
def test_a_task_that_needs_keywords_says_so(task: str) -> None:
    with pytest.raises(RecipeError, match="no keyword"):
        task_recipe(task)  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="onset looks for no keyword, got 'please'"):
        task_recipe("onset", ("please",))


def test_the_grid_is_the_frame_grid_of_its_values() -> None:
    values = {"sample_rate": 8_000, "hop": 80, "window": 200}
    assert GridConfig(**values).grid() == FrameGrid(**values)
    with pytest.raises(ValidationError, match="hop must be a positive"):
        GridConfig(hop=0)


def test_a_mean_of_the_corpus_is_for_corpus_normalisation_only() -> None:
    with pytest.raises(ValidationError, match="corpus_mean is for normalise = 'corpus' only"):
        WeightConfig(corpus_mean=2.0)
    recipe = Recipe(weights=WeightConfig(normalise="corpus"))
    assert recipe.lacks_mean
    assert not recipe.with_mean(1.5).lacks_mean
    assert recipe.with_mean(1.5).unnormalised() == Recipe()
