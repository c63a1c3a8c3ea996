"""Targets belong to the example as it is: they go where its sound goes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sal_anchors.anchors.recipe import Recipe, WeightConfig, keyword_recipe, onset_recipe
from sal_anchors.anchors.render import render
from sal_anchors.augment import Example, crop, gain, shift, targets
from sal_anchors.errors import GridMismatchError
from sal_anchors.events.event import Event, EventKind

from ..anchors.strategies import rendering_recipes
from .strategies import examples
from .transforms import LENGTH, RATE, TRANSFORMS, rng

RECIPE = keyword_recipe(("please",))
HOP = 160


def event(time: float, kind: EventKind = EventKind.KEYWORD_END, end: float | None = None) -> Event:
    label = "please" if kind is EventKind.KEYWORD_END else "speech"
    start = time - 0.3 if end is None else time
    return Event(kind, label, time, start, end or time, 0.75, 0.02, "by hand")


@settings(max_examples=60)
@given(examples(earliest=1), rendering_recipes(), st.integers(0, 40))
def test_rendering_commutes_with_shifting_by_whole_hops(
    example: Example, recipe: Recipe, hops: int
) -> None:
    recipe = recipe.unnormalised()
    assume(all(event.time >= 1 / example.sample_rate for event in example.events))
    before = targets(example, recipe)
    after = targets(shift(example, hops * HOP, rng=rng()), recipe)
    assert np.array_equal(after.labels[hops:], before.labels)
    assert np.array_equal(after.weights[hops:], before.weights)
    assert [a.frame - hops for a in after.anchors] == [a.frame for a in before.anchors]
    back = targets(shift(shift(example, hops * HOP, rng=rng()), -hops * HOP, rng=rng()), recipe)
    assert np.array_equal(back.labels, before.labels)
    assert np.array_equal(back.weights, before.weights)


@pytest.mark.parametrize("name", sorted(set(TRANSFORMS) - {"resample", "resample down"}))
@settings(max_examples=12)
@given(examples(least=18_000, most=LENGTH), rendering_recipes())
def test_after_every_transform_there_is_a_target_a_frame_and_weights_are_in_range(
    name: str, example: Example, recipe: Recipe
) -> None:
    changed = TRANSFORMS[name].apply(example)
    found = targets(changed, recipe.unnormalised())
    frames = recipe.grid.grid().num_frames(len(changed.samples))
    assert found.labels.shape == found.weights.shape == (frames,)
    floor = np.float32(recipe.weights.floor)
    peaks = [rule.kernel.peak for rule in recipe.events if rule.kernel]
    assert (found.weights >= floor).all()
    assert (found.weights <= np.float32(max(peaks, default=floor))).all()
    assert set(np.unique(found.labels)) <= {*range(len(recipe.classes)), -100}
    assert all(0 <= anchor.frame < frames for anchor in found.anchors)


@given(st.integers(0, 60), st.floats(0.65, 0.99))
def test_targets_of_a_crop_at_a_frame_are_the_slice_of_the_whole(first: int, time: float) -> None:
    whole = Example(np.zeros(3 * RATE, np.float32), RATE, (event(time), event(1.3)))
    expected = render(whole.events, RECIPE, 300)
    found = targets(crop(whole, first=first * HOP, length=2 * RATE), RECIPE)
    assert np.array_equal(found.labels, expected.labels[first : first + 200])
    assert np.array_equal(found.weights, expected.weights[first : first + 200])
    assert [a.frame + first for a in found.anchors] == [a.frame for a in expected.anchors]


def test_a_keyword_that_ended_before_the_crop_leaves_neither_label_nor_weight() -> None:
    whole = Example(np.zeros(2 * RATE, np.float32), RATE, (event(0.5),))
    found = targets(crop(whole, first=8_160, length=RATE), RECIPE)
    assert not found.labels.any()
    assert (found.weights == 1.0).all()
    assert found.anchors == ()


def test_a_keyword_cut_before_its_end_is_background() -> None:
    whole = Example(np.zeros(2 * RATE, np.float32), RATE, (event(0.5),))
    found = targets(crop(whole, first=0, length=7_840), RECIPE)
    assert not found.labels.any()
    assert found.anchors == ()


def test_a_label_that_spans_the_crop_begins_at_its_first_frame() -> None:
    speech = Example(np.zeros(RATE, np.float32), RATE, (event(0.2, EventKind.SPEECH_ONSET, 0.8),))
    cropped = crop(speech, first=8_000, length=8_000)
    assert targets(cropped, onset_recipe()).labels.tolist() == [1] * 29 + [0] * 21
    padded = shift(cropped, 1_600, rng=rng())
    found = targets(padded, onset_recipe())
    assert found.labels.tolist() == [0] * 9 + [1] * 30 + [0] * 21
    assert [anchor.frame for anchor in found.anchors] == [9]


@given(st.integers(0, 20_000), st.integers(200, 20_000))
def test_the_mean_weight_of_a_recording_is_that_of_the_crop_alone(first: int, length: int) -> None:
    recipe = Recipe(**{**dict(RECIPE), "weights": WeightConfig(normalise="recording")})
    events = (event(0.4), event(0.9), event(1.4))
    whole = Example(np.zeros(2 * RATE, np.float32), RATE, events)
    cropped = crop(whole, first=first, length=length)
    weights = targets(cropped, recipe).weights
    assert weights.mean(dtype=float) == pytest.approx(1.0, abs=1e-6)
    plain = targets(cropped, RECIPE).weights
    assert weights == pytest.approx(plain / plain.mean(dtype=float), rel=1e-6)


def test_sound_without_change_of_time_keeps_its_targets() -> None:
    example = Example(np.zeros(RATE, np.float32), RATE, (event(0.5),))
    before, after = targets(example, RECIPE), targets(gain(example, 3.0), RECIPE)
    assert np.array_equal(before.weights, after.weights)
    assert before.anchors == after.anchors


def test_an_example_at_another_rate_than_the_grid_is_an_error() -> None:
    example = Example(np.zeros(RATE, np.float32), RATE, (event(0.5),))
    with pytest.raises(GridMismatchError, match=r"is at 8000 Hz.*Resample the example to 16000"):
        targets(dataclasses.replace(example, sample_rate=8_000), RECIPE)
