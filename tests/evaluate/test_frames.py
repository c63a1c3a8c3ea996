from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.evaluate.frames import (
    average_precision,
    binned_average_precision,
    binned_roc_auc,
    frame_scores,
    roc_auc,
)
from sal_anchors.evaluate.match import Track
from sal_anchors.evaluate.recorded import Recorded

values = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=40)
NONE = np.zeros(0, dtype=np.int64)


@settings(max_examples=30)
@given(values, values)
def test_average_precision_and_roc_area_are_those_of_scikit_learn(
    positive: list[float], negative: list[float]
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth = [1] * len(positive) + [0] * len(negative)
    scores = positive + negative
    found = np.array(positive), np.array(negative)
    assert average_precision(*found) == pytest.approx(
        metrics.average_precision_score(truth, scores)
    )
    assert roc_auc(*found) == pytest.approx(metrics.roc_auc_score(truth, scores))


@given(values, values)
def test_binned_measures_are_exact_where_each_score_has_a_bin(
    positive: list[float], negative: list[float]
) -> None:
    bins = sorted({*positive, *negative}, reverse=True)
    counts = [np.array([side.count(b) for b in bins]) for side in (positive, negative)]
    found = np.array(positive), np.array(negative)
    assert binned_average_precision(*counts) == pytest.approx(average_precision(*found))
    assert binned_roc_auc(*counts) == pytest.approx(roc_auc(*found))


def recorded(scores: list[float], labels: list[int] | None) -> Recorded:
    track = Track(np.array(scores, dtype=np.float32), NONE, NONE)
    held = None if labels is None else np.array(labels, dtype=np.int16)
    return Recorded("x", 0, (track, track), (frozenset(), frozenset()), held)


def test_ignored_frames_tails_and_recordings_without_labels_are_left_out() -> None:
    scores = frame_scores(
        [recorded([0.1, 0.2, 0.3, 0.4, 0.5], [0, 1, -100, 2]), recorded([0.9], None)], [1]
    )
    assert scores.positive.tolist() == [np.float32(0.2)]
    assert scores.negative.tolist() == [np.float32(0.1), np.float32(0.4)]
    assert scores.positive_bins.sum(axis=1).tolist() == [1, 0]
    assert scores.negative_bins.sum(axis=1).tolist() == [2, 0]


def test_classes_are_pooled_each_against_all_else() -> None:
    scores = frame_scores([recorded([0.1, 0.2, 0.3], [0, 1, 2])], [1, 2])
    assert sorted(scores.positive.tolist()) == [np.float32(0.2), np.float32(0.3)]
    assert len(scores.negative) == 4
