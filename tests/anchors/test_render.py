"""Rendering against a slow, obvious one, and its invariants."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Status
from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.anchors.label import AfterLabels, LabelConfig, SinceLabels, SpanLabels
from sal_anchors.anchors.recipe import (
    ConfidenceConfig,
    GridConfig,
    Recipe,
    WeightConfig,
    keyword_recipe,
    onset_recipe,
)
from sal_anchors.anchors.render import Renderer, render
from sal_anchors.anchors.rules import KernelConfig, PhraseRule, SpeechRule
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row
from sal_anchors.manifest.columns import from_batch, to_batch

from .strategies import PHRASES, rendering_recipes

HOP = 0.01
sure = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])
KINDS = (EventKind.KEYWORD_END, EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Events on the sample grid of a second or so; some behind the end."""
    found = []
    for _ in range(draw(st.integers(0, 5))):
        first, last = sorted(draw(st.tuples(*[st.integers(0, 20_000)] * 2)))
        kind = draw(st.sampled_from(KINDS))
        label = draw(st.sampled_from(PHRASES)) if kind is EventKind.KEYWORD_END else "speech"
        start, end = first / 16_000, last / 16_000
        time = start if kind is EventKind.SPEECH_ONSET else end
        uncertainty = draw(st.sampled_from([0.0, 0.01, 0.03, 0.2]))
        found.append(Event(kind, label, time, start, end, draw(sure), uncertainty, "test"))
    return found


def _keyword(
    end: float,
    label: str = "please",
    start: float | None = None,
    *,
    confidence: float = 0.9,
    uncertainty: float = 0.03,
) -> Event:
    begin = end - 0.2 if start is None else start
    kind = EventKind.KEYWORD_END
    return Event(kind, label, end, begin, end, confidence, uncertainty, "test")


def _speech(start: float, end: float) -> tuple[Event, Event]:
    onset = Event(EventKind.SPEECH_ONSET, "speech", start, start, end, 1.0, 0.02, "test")
    return onset, replace(onset, kind=EventKind.SPEECH_OFFSET, time=end)


def _k(shape: str, x: float) -> float:
    return {
        "gaussian": lambda: math.exp(-(x**2) / 2),
        "laplace": lambda: math.exp(-x),
        "triangular": lambda: max(0.0, 1 - x),
        "cosine": lambda: (1 + math.cos(math.pi * x)) / 2 if x < 1 else 0.0,
        "rectangular": lambda: 1.0 if x <= 1 else 0.0,
    }[shape]()


def _slow_weight(t: int, found: list[Event], recipe: Recipe) -> float:
    floor, raised = recipe.weights.floor, 0.0
    for event in found:
        rule = recipe.rule_for(event.kind, event.label)
        if rule is None or rule.kernel is None or event.confidence < recipe.confidence.drop_below:
            continue
        distance = t - recipe.grid.grid().frame_of(event.time)
        width_ms = rule.kernel.left_ms if distance < 0 else rule.kernel.right_ms
        width = (width_ms + 1000 * rule.kernel.widen * event.uncertainty) / 10 if width_ms else 0
        if distance == 0:
            value = 1.0
        elif width == 0:
            value = 0.0
        else:
            value = _k(rule.kernel.shape, abs(distance) / width)
        scale = event.confidence if recipe.confidence.scale_peak else 1.0
        raised = max(raised, (rule.kernel.peak - floor) * scale * value)
    return floor + raised


def _slow_weights(found: list[Event], recipe: Recipe, num_frames: int) -> list[float]:
    weights = [_slow_weight(t, found, recipe) for t in range(num_frames)]
    if recipe.weights.normalise == "recording" and sum(weights) > 0:
        mean = sum(weights) / len(weights)
        return [weight / mean for weight in weights]
    return weights


def _covers(t: int, event: Event, labels: LabelConfig, recipe: Recipe, end: float | None) -> bool:
    """Whether a policy labels frame ``t``; ``end`` is when the event that ends it is."""
    grid = recipe.grid.grid()
    first = grid.frame_of(event.start if isinstance(labels, SpanLabels) else event.time)
    if isinstance(labels, SpanLabels):
        return first <= t < max(first + 1, grid.frame_of(event.end))
    if isinstance(labels, AfterLabels):
        return first <= t < max(first + 1, first + math.floor(labels.hold_ms / 10 + 0.5))
    return first <= t and (end is None or t < max(first + 1, grid.frame_of(end)))


def _slow_label(t: int, ordered: list[Event], recipe: Recipe) -> int:
    grid, label, doubtful, own = recipe.grid.grid(), 0, False, False
    for event in ordered:
        rule = recipe.rule_for(event.kind, event.label)
        if rule is None or rule.class_name is None or rule.labels is None:
            continue
        bounds = [(event.time, event.uncertainty)]
        end = None
        if isinstance(rule.labels, SpanLabels):
            bounds = [(event.start, event.uncertainty), (event.end, event.uncertainty)]
        if isinstance(rule.labels, SinceLabels):
            kind = rule.labels.until
            later = [e for e in ordered if e.kind is kind and e.time > event.time]
            if later:
                end = later[0].time
                bounds.append((end, later[0].uncertainty))
        covered = _covers(t, event, rule.labels, recipe, end)
        if event.confidence < recipe.confidence.drop_below:
            doubtful |= covered
            continue
        if covered:
            label = recipe.classes.index(rule.class_name)
        own |= t == grid.frame_of(event.time)
        for time, uncertainty in bounds:
            reach = min(rule.labels.ignore * uncertainty, rule.labels.ignore_cap_ms / 1000)
            first, last = grid.frame_of(max(0.0, time - reach)), grid.frame_of(time + reach)
            doubtful |= rule.labels.ignore > 0 and first <= t < last
    return IGNORE_LABEL if doubtful and not own else label


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(events(), rendering_recipes(), st.integers(0, 130))
def test_it_equals_the_slow_obvious_way(
    found: list[Event], recipe: Recipe, num_frames: int
) -> None:
    raw = render(found, recipe.unnormalised(), num_frames).weights
    assume(num_frames == 0 or raw.max() > 1e-3)
    targets = render(found, recipe, num_frames)
    expected = _slow_weights(found, recipe, num_frames)
    np.testing.assert_allclose(targets.weights, expected, rtol=1e-5, atol=1e-6)
    ordered = sorted(found, key=lambda event: (event.time, event.kind, event.label))
    assert targets.labels.tolist() == [_slow_label(t, ordered, recipe) for t in range(num_frames)]
    assert targets.labels.dtype == np.int16
    assert targets.weights.dtype == np.float32


@settings(max_examples=50, deadline=None)
@given(events(), rendering_recipes(), st.integers(0, 130))
def test_weights_lie_between_the_floor_and_the_highest_peak(
    found: list[Event], recipe: Recipe, num_frames: int
) -> None:
    recipe = recipe.unnormalised()
    targets = render(found, recipe, num_frames)
    peaks = [rule.kernel.peak for rule in recipe.events if rule.kernel]
    highest = max(peaks, default=recipe.weights.floor)
    assert (targets.weights >= np.float32(recipe.weights.floor)).all()
    assert (targets.weights <= np.float32(highest)).all()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(rendering_recipes(), st.sampled_from(PHRASES), st.integers(0, 16_000))
def test_an_anchor_s_own_frame_has_the_peak(recipe: Recipe, phrase: str, sample: int) -> None:
    rule = recipe.rule_for(EventKind.KEYWORD_END, phrase)
    assume(rule is not None and rule.kernel is not None)
    assert rule is not None and rule.kernel is not None
    event = _keyword(sample / 16_000, phrase, 0.0, confidence=1.0)
    targets = render([event], recipe.unnormalised(), 101)
    (anchor,) = targets.anchors
    assert targets.weights[anchor.frame] == pytest.approx(rule.kernel.peak, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(events(), rendering_recipes(), st.integers(1, 130), st.integers(0, 60))
def test_shifting_the_events_by_whole_hops_shifts_the_targets(
    found: list[Event], recipe: Recipe, num_frames: int, hops: int
) -> None:
    """From the second frame on: frame 0 also sees what is before its own end."""
    recipe = recipe.unnormalised()
    found = [event for event in found if min(event.start, event.time) > 0.25]
    later = [
        replace(
            event,
            time=event.time + hops * HOP,
            start=event.start + hops * HOP,
            end=event.end + hops * HOP,
        )
        for event in found
    ]
    here = render(found, recipe, num_frames)
    there = render(later, recipe, num_frames + hops)
    assert there.labels[hops:].tolist() == here.labels.tolist()
    np.testing.assert_array_equal(there.weights[hops:], here.weights)
    assert [anchor.frame - hops for anchor in there.anchors] == [a.frame for a in here.anchors]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(rendering_recipes(), st.data())
def test_events_read_from_a_manifest_give_the_same_targets_to_the_bit(
    recipe: Recipe, data: st.DataObject
) -> None:
    """A manifest holds confidence and uncertainty in float32."""
    share = st.floats(0, 1)
    found = [
        _keyword(end, phrase, confidence=data.draw(share), uncertainty=data.draw(share) / 5)
        for end, phrase in zip((0.3, 0.5, 0.8), PHRASES, strict=True)
    ]
    row = Row(id="a", status=Status.OK, audio="a.wav", split="train", events=tuple(found))
    (stored,) = from_batch(to_batch([row]))
    made, again = (render(events, recipe, 100) for events in (found, stored.events))
    np.testing.assert_array_equal(made.weights, again.weights)
    np.testing.assert_array_equal(made.labels, again.labels)
    assert made.anchors == again.anchors


@settings(max_examples=20, deadline=None)
@given(rendering_recipes(), st.integers(0, 10 * 3600 * 16_000) | st.integers(0, 1_000))
def test_there_are_as_many_targets_as_frames_for_any_length_up_to_ten_hours(
    recipe: Recipe, num_samples: int
) -> None:
    num_frames = recipe.grid.grid().num_frames(num_samples)
    ends = [num_samples * share / 16_000 for share in (0.0, 0.3, 0.9, 1.0)]
    targets = render([_keyword(end, start=0.0) for end in ends], recipe, num_frames)
    assert targets.labels.shape == targets.weights.shape == (num_frames,)


@settings(max_examples=50, deadline=None)
@given(events(), rendering_recipes(), st.integers(1, 130))
def test_normalised_by_recording_the_mean_weight_is_one(
    found: list[Event], recipe: Recipe, num_frames: int
) -> None:
    weights = WeightConfig(floor=recipe.weights.floor or 0.1, normalise="recording")
    rules = tuple(
        rule.model_copy(update={"kernel": KernelConfig()} if rule.kernel else {})
        for rule in recipe.events
    )
    recipe = Recipe(weights=weights, events=rules)
    assert render(found, recipe, num_frames).weights.mean() == pytest.approx(1, rel=1e-5)


def test_normalised_by_the_corpus_weights_are_divided_by_its_mean() -> None:
    recipe = keyword_recipe(("please",))
    whole = Recipe(weights=WeightConfig(normalise="corpus"), events=recipe.events)
    with pytest.raises(RecipeError, match="not known yet"):
        render([], whole, 10)
    found = [_keyword(0.5)]
    np.testing.assert_allclose(
        render(found, whole.with_mean(1.25), 100).weights,
        render(found, recipe, 100).weights / 1.25,
    )


def test_weights_far_from_an_anchor_are_the_floor_to_the_bit() -> None:
    kernel = KernelConfig(left_ms=100, right_ms=200)
    rule = PhraseRule(pattern="please", class_name="please", kernel=kernel)
    weights = render([_keyword(50.0)], Recipe(events=(rule,)), 10_000).weights
    raised = np.flatnonzero(weights != 1.0)
    assert 4999 - 61 <= raised.min() < 4999 - 40
    assert 4999 + 80 < raised.max() <= 4999 + 121


def test_an_unsure_event_is_no_anchor_and_its_frames_are_ignored() -> None:
    recipe = Recipe(
        confidence=ConfidenceConfig(drop_below=0.5), events=keyword_recipe(("please",)).events
    )
    targets = render([_keyword(0.5, confidence=0.4)], recipe, 100)
    assert targets.anchors == ()
    assert set(targets.weights.tolist()) == {1.0}
    assert np.flatnonzero(targets.labels == IGNORE_LABEL).tolist() == list(range(49, 79))


def test_a_doubtful_boundary_is_ignored_but_for_the_anchor_s_own_frame() -> None:
    labels = AfterLabels(ignore=1.0)
    rule = PhraseRule(pattern="please", class_name="please", labels=labels)
    targets = render([_keyword(0.5, uncertainty=0.03)], Recipe(events=(rule,)), 100)
    ignored = np.flatnonzero(targets.labels == IGNORE_LABEL).tolist()
    assert ignored == [46, 47, 48, 50, 51]
    assert targets.labels[49] == 1
    assert targets.labels[52:79].tolist() == [1] * 27


def test_since_labels_until_the_next_event_of_that_kind_else_to_the_end() -> None:
    labels = SinceLabels(until=EventKind.SPEECH_OFFSET)
    onset = SpeechRule(class_name="speech", labels=labels)
    recipe = Recipe(events=(onset, SpeechRule(kind=EventKind.SPEECH_OFFSET)))
    found = [*_speech(0.2, 0.4), _speech(0.7, 0.9)[0]]
    labelled = np.flatnonzero(render(found, recipe, 100).labels).tolist()
    assert labelled == [*range(19, 39), *range(69, 100)]


def test_without_anchors_the_weight_is_the_floor_and_the_label_background() -> None:
    recipe = Recipe(weights=WeightConfig(floor=0.25), events=keyword_recipe(("please",)).events)
    targets = render([], recipe, 20)
    assert targets.weights.tolist() == [0.25] * 20
    assert targets.labels.tolist() == [0] * 20
    assert targets.anchors == ()


def test_a_recording_of_no_frames_has_no_targets() -> None:
    targets = render([_keyword(0.2)], keyword_recipe(("please",)), 0)
    assert len(targets.labels) == len(targets.weights) == 0


def test_after_labels_the_frames_from_the_keyword_s_end_on() -> None:
    targets = render([_keyword(0.5)], keyword_recipe(("please",)), 100)
    assert np.flatnonzero(targets.labels).tolist() == list(range(49, 79))
    assert int(targets.weights.argmax()) == 49
    assert targets.weights[49] == 5.0
    assert set(targets.weights[:49].tolist()) == {1.0}


def test_span_labels_the_frames_of_the_stretch_of_speech() -> None:
    event = Event(EventKind.SPEECH_ONSET, "speech", 0.2, 0.2, 0.6, 1.0, 0.02, "test")
    targets = render([event], onset_recipe(), 100)
    assert np.flatnonzero(targets.labels).tolist() == list(range(19, 59))
    assert int(targets.weights.argmax()) == 19


def test_each_keyword_has_its_own_class_and_the_later_one_wins_where_they_meet() -> None:
    recipe = keyword_recipe(("please", "hey computer"))
    targets = render([_keyword(0.45, "hey computer"), _keyword(0.3)], recipe, 100)
    assert targets.labels[29:44].tolist() == [1] * 15
    assert targets.labels[44:74].tolist() == [2] * 30
    assert [anchor.class_index for anchor in targets.anchors] == [1, 2]


def test_two_events_at_one_time_are_two_anchors() -> None:
    recipe = keyword_recipe(("please", "yes please"))
    found = [_keyword(0.5, "yes please"), _keyword(0.5, "please")]
    assert [a.label for a in render(found, recipe, 100).anchors] == ["please", "yes please"]


def test_an_event_without_a_rule_is_an_anchor_of_the_background() -> None:
    word = Event(EventKind.WORD_START, "hello", 0.2, 0.2, 0.6, 0.5, 0.02, "test")
    targets = render([word], keyword_recipe(("please",)), 100)
    (anchor,) = targets.anchors
    assert (anchor.class_index, anchor.frame, anchor.confidence) == (0, 19, 0.5)
    assert set(targets.weights.tolist()) == {1.0}
    assert set(targets.labels.tolist()) == {0}


@pytest.mark.parametrize("time", [0.0, 0.01, 0.010001, 0.5, 0.999])
def test_an_anchor_lies_where_the_grid_places_its_time(time: float) -> None:
    grid = GridConfig(sample_rate=8_000, hop=120, window=200)
    recipe = keyword_recipe(("please",)).model_copy(update={"grid": grid})
    anchor = Renderer(recipe).place(_keyword(time, start=0.0))
    assert anchor.frame == grid.grid().frame_of(time)
    assert (anchor.time, anchor.kind, anchor.label) == (time, EventKind.KEYWORD_END, "please")
