"""Rendering against a slow, obvious one, and its invariants."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.anchors.recipe import (
    EventRule,
    GridConfig,
    KernelConfig,
    LabelConfig,
    Recipe,
    keyword_recipe,
    onset_recipe,
)
from sal_anchors.anchors.render import place, render
from sal_anchors.events.event import Event, EventKind

HOP = 0.01
LABELS = ("please", "hey computer", "other")


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    floor = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    kernels = st.none() | st.builds(
        KernelConfig,
        shape=st.sampled_from(["gaussian", "laplace", "triangular", "cosine", "rectangular"]),
        left_ms=st.floats(1, 500) | st.just(0.0),
        right_ms=st.floats(1, 500) | st.just(0.0),
        peak=st.floats(max(floor, 0.01), 20),
    )
    rules = st.builds(
        EventRule,
        kind=st.sampled_from(EventKind),
        label=st.none() | st.sampled_from(LABELS),
        class_name=st.none() | st.sampled_from(["one", "two"]),
        labelling=st.builds(
            LabelConfig, policy=st.sampled_from(["after", "span"]), hold_ms=st.floats(0, 400)
        ),
        kernel=kernels,
    )
    return Recipe(floor=floor, rules=tuple(draw(st.lists(rules, max_size=3))))


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Events on the sample grid of a second or so; some behind the end."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first, last = sorted(draw(st.tuples(*[st.integers(0, 20_000)] * 2)))
        kind = draw(st.sampled_from(EventKind))
        label = draw(st.sampled_from(LABELS))
        start, end = first / 16_000, last / 16_000
        time = start if kind is EventKind.SPEECH_ONSET else end
        found.append(Event(kind, label, time, start, end, draw(st.floats(0, 1)), 0.03, "test"))
    return found


def _keyword(end: float, label: str = "please", start: float | None = None) -> Event:
    begin = end - 0.2 if start is None else start
    return Event(EventKind.KEYWORD_END, label, end, begin, end, 0.9, 0.03, "test")


def _k(shape: str, x: float) -> float:
    return {
        "gaussian": lambda: math.exp(-(x**2) / 2),
        "laplace": lambda: math.exp(-x),
        "triangular": lambda: max(0.0, 1 - x),
        "cosine": lambda: (1 + math.cos(math.pi * x)) / 2 if x < 1 else 0.0,
        "rectangular": lambda: 1.0 if x <= 1 else 0.0,
    }[shape]()


def _slow_weights(found: list[Event], recipe: Recipe, num_frames: int) -> list[float]:
    weights = []
    for t in range(num_frames):
        raised = 0.0
        for event in found:
            rule = recipe.rule_for(event.kind, event.label)
            if rule is None or rule.kernel is None:
                continue
            distance = t - recipe.grid.grid().frame_of(event.time)
            width = (rule.kernel.left_ms if distance < 0 else rule.kernel.right_ms) / 10
            if distance == 0:
                value = 1.0
            elif width == 0:
                value = 0.0
            else:
                value = _k(rule.kernel.shape, abs(distance) / width)
            raised = max(raised, (rule.kernel.peak - recipe.floor) * value)
        weights.append(recipe.floor + raised)
    return weights


def _slow_labels(found: list[Event], recipe: Recipe, num_frames: int) -> list[int]:
    grid, labels = recipe.grid.grid(), [0] * num_frames
    for event in sorted(found, key=lambda event: (event.time, event.kind, event.label)):
        rule = recipe.rule_for(event.kind, event.label)
        if rule is None or rule.class_name is None:
            continue
        if rule.labelling.policy == "span":
            first, stop = grid.frame_of(event.start), grid.frame_of(event.end)
        else:
            first = grid.frame_of(event.time)
            stop = first + math.floor(rule.labelling.hold_ms / 10 + 0.5)
        for t in range(first, max(stop, first + 1)):
            if t < num_frames:
                labels[t] = recipe.classes.index(rule.class_name)
    return labels


@settings(max_examples=200, deadline=None)
@given(events(), recipes(), st.integers(0, 130))
def test_it_equals_the_slow_obvious_way(
    found: list[Event], recipe: Recipe, num_frames: int
) -> None:
    targets = render(found, recipe, num_frames)
    expected = _slow_weights(found, recipe, num_frames)
    np.testing.assert_allclose(targets.weights, expected, rtol=1e-5, atol=1e-6)
    assert targets.labels.tolist() == _slow_labels(found, recipe, num_frames)
    assert targets.labels.dtype == np.int16
    assert targets.weights.dtype == np.float32


@given(events(), recipes(), st.integers(0, 130))
def test_weights_lie_between_the_floor_and_the_highest_peak(
    found: list[Event], recipe: Recipe, num_frames: int
) -> None:
    targets = render(found, recipe, num_frames)
    peaks = [rule.kernel.peak for rule in recipe.rules if rule.kernel]
    highest = np.float32(max(peaks, default=recipe.floor))
    assert (targets.weights >= np.float32(recipe.floor)).all()
    assert (targets.weights <= np.nextafter(highest, np.float32(np.inf))).all()


@given(events(), recipes(), st.integers(1, 130), st.integers(0, 60))
def test_shifting_the_events_by_whole_hops_shifts_the_targets(
    found: list[Event], recipe: Recipe, num_frames: int, hops: int
) -> None:
    """From the second frame on: frame 0 also sees what is before its own end."""
    found = [event for event in found if min(event.start, event.time) > 0]
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


def test_without_anchors_the_weight_is_the_floor_and_the_label_background() -> None:
    recipe = keyword_recipe(("please",)).model_copy(update={"floor": 0.25})
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
    assert targets.weights[49] == 2.0


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
    onset = Event(EventKind.SPEECH_ONSET, "speech", 0.2, 0.2, 0.6, 0.5, 0.02, "test")
    targets = render([onset], keyword_recipe(("please",)), 100)
    (anchor,) = targets.anchors
    assert (anchor.class_index, anchor.frame, anchor.confidence) == (0, 19, 0.5)
    assert set(targets.weights.tolist()) == {1.0}
    assert set(targets.labels.tolist()) == {0}


@pytest.mark.parametrize("time", [0.0, 0.01, 0.010001, 0.5, 0.999])
def test_an_anchor_lies_where_the_grid_places_its_time(time: float) -> None:
    grid = GridConfig(sample_rate=8_000, hop=120, window=200)
    recipe = keyword_recipe(("please",)).model_copy(update={"grid": grid})
    anchor = place(_keyword(time, start=0.0), recipe)
    assert anchor.frame == grid.grid().frame_of(time)
    assert (anchor.time, anchor.kind, anchor.label) == (time, EventKind.KEYWORD_END, "please")
