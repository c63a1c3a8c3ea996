"""Stored targets against a fresh rendering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Status
from sal_anchors.anchors.recipe import GridConfig, Recipe, WeightConfig, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.check.code import Code
from sal_anchors.check.targets import check_targets
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row

RECIPE = keyword_recipe(("please",))
MakeRow = Callable[..., Row]


def _codes(row: Row, recipe: Recipe = RECIPE) -> list[Code]:
    return [problem.code for problem in check_targets(row, recipe)]


@pytest.fixture
def row(make_row: MakeRow) -> Row:
    return make_row()


def test_what_the_events_give_is_no_problem(row: Row) -> None:
    assert _codes(row) == []


@given(frame=st.integers(0, 99), value=st.sampled_from([-100, 1, 7]))
def test_one_changed_label_is_found_at_its_frame(frame: int, value: int) -> None:
    row = _rendered()
    labels = row.labels.copy()
    labels[frame] = value
    problems = list(check_targets(replace(row, labels=labels), RECIPE))
    if labels[frame] == row.labels[frame]:
        assert problems == []
    else:
        (problem,) = problems
        assert problem.code is Code.LABELS_DIFFER
        assert problem.message.startswith(f"1 of 100 frames differ, the first is frame {frame}:")


@given(frame=st.integers(0, 99), factor=st.floats(0.5, 2))
def test_a_weight_that_is_off_by_more_than_rounding_is_found(frame: int, factor: float) -> None:
    row = _rendered()
    weights = row.weights.copy()
    weights[frame] *= np.float32(factor)
    found = _codes(replace(row, weights=weights))
    if abs(factor - 1) > 2e-5:
        assert found == [Code.WEIGHTS_DIFFER]
    if abs(factor - 1) < 5e-6:
        assert found == []


def test_a_weight_that_is_no_number_is_found(row: Row) -> None:
    weights = row.weights.copy()
    weights[[3, 4]] = np.nan, np.inf
    (problem,) = check_targets(replace(row, weights=weights), RECIPE)
    assert "2 of 100 frames differ, the first is frame 3: nan, expected 1" in problem.message


def test_an_event_that_moved_changes_anchors_labels_and_weights(row: Row) -> None:
    (event,) = row.events
    moved = replace(row, events=(replace(event, time=0.6),))
    assert _codes(moved) == [Code.ANCHORS_DIFFER, Code.LABELS_DIFFER, Code.WEIGHTS_DIFFER]


def test_a_missing_anchor_is_told_in_words(row: Row) -> None:
    (problem,) = check_targets(replace(row, anchors=()), RECIPE)
    assert problem.code is Code.ANCHORS_DIFFER
    assert "stored is no further anchor, expected keyword_end 'please' at 0.500 s" in (
        problem.message
    )


@pytest.mark.parametrize("name", ["labels", "weights"])
def test_other_numbers_of_frames_are_told_once_and_not_compared(row: Row, name: str) -> None:
    (problem,) = check_targets(replace(row, **{name: getattr(row, name)[:-1]}), RECIPE)
    assert problem.code is Code.FRAMES_DIFFER
    assert "100 are expected of each" in problem.message


def test_audio_of_an_absurd_length_takes_no_memory(row: Row) -> None:
    assert _codes(replace(row, num_samples=10**15)) == [Code.FRAMES_DIFFER]


def test_an_anchor_in_the_tail_that_snip_edges_drops_has_no_frame(row: Row) -> None:
    recipe = RECIPE.model_copy(update={"grid": GridConfig(convention="snip_edges")})
    event = Event(EventKind.KEYWORD_END, "please", 0.999, 0.5, 0.999, 1.0, 0.0, "truth")
    targets = render((event,), recipe, 98)
    tailed = replace(
        row,
        events=(event,),
        anchors=targets.anchors,
        num_frames=98,
        labels=targets.labels,
        weights=targets.weights,
    )
    (problem,) = check_targets(tailed, recipe)
    assert (problem.code, problem.time) == (Code.ANCHOR_WITHOUT_FRAME, 0.999)
    assert "is in frame 98, the last is 97 on the snip_edges grid" in problem.message


def test_without_the_corpus_s_mean_weights_are_not_compared(row: Row) -> None:
    weights = WeightConfig(normalise="corpus")
    assert _codes(row, RECIPE.model_copy(update={"weights": weights})) == []


def _rendered() -> Row:
    event = Event(EventKind.KEYWORD_END, "please", 0.5, 0.25, 0.5, 0.75, 0.03125, "truth")
    targets = render([event], RECIPE, 100)
    return Row(
        id="one",
        status=Status.OK,
        audio="one.wav",
        sample_rate=16_000,
        num_samples=16_000,
        split="train",
        events=(event,),
        anchors=targets.anchors,
        num_frames=100,
        labels=targets.labels,
        weights=targets.weights,
    )
