"""Frame by frame: average precision and the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.evaluate.recorded import Recorded

_BINS = 256


@dataclass(frozen=True, slots=True, eq=False)
class FrameScores:
    """Scores of the frames that are labelled, of one class against all else.

    Attributes:
        positive: float32 (P,), scores of frames that the class labels.
        negative: float32 (N,), scores of the others.
        positive_bins: int64 (R, B), the same of each recording, counted in bins of falling score.
        negative_bins: int64 (R, B), likewise.
    """

    positive: NDArray[np.float32]
    negative: NDArray[np.float32]
    positive_bins: NDArray[np.int64]
    negative_bins: NDArray[np.int64]


def frame_scores(recordings: Sequence[Recorded], class_indices: Iterable[int]) -> FrameScores:
    """Collect the labelled frames; those of several classes are pooled, each against all else.

    Frames labelled -100, and those of recordings without labels and of tails, are left out.
    """
    indices = tuple(class_indices)
    pairs = [[_split(recorded, index) for index in indices] for recorded in recordings]
    positive = [np.concatenate([p for p, _ in pair]) for pair in pairs]
    negative = [np.concatenate([n for _, n in pair]) for pair in pairs]
    empty = [np.zeros(0, dtype=np.float32)]
    together = np.concatenate(empty + positive)
    edges = _edges(together)
    return FrameScores(
        together,
        np.concatenate(empty + negative),
        np.stack([_binned(scores, edges) for scores in positive]),
        np.stack([_binned(scores, edges) for scores in negative]),
    )


def average_precision(positive: NDArray[np.floating], negative: NDArray[np.floating]) -> float:
    """``sum_k (R_k - R_{k-1}) P_k`` over falling thresholds ``k`` at every score.

    It equals scikit-learn's ``average_precision_score``.

    Args:
        positive: (P,), scores of positives, at least one.
        negative: (N,), scores of negatives.
    """
    values, counts = np.unique(positive, return_counts=True)
    found = np.cumsum(counts[::-1])[::-1]
    wrong = _above_or_at(np.sort(negative), values)
    return float(np.sum(counts * (found / (found + wrong))) / len(positive))


def roc_auc(positive: NDArray[np.floating], negative: NDArray[np.floating]) -> float:
    """The chance that a positive scores above a negative; a tie counts half.

    ``sum over positives of (#negatives below + #negatives equal / 2) / (P N)``; it equals
    scikit-learn's ``roc_auc_score``.

    Args:
        positive: (P,), scores of positives, at least one.
        negative: (N,), scores of negatives, at least one.
    """
    ordered = np.sort(negative)
    twice = np.searchsorted(ordered, positive) + np.searchsorted(ordered, positive, side="right")
    return float(np.sum(twice) / (2 * len(positive) * len(negative)))


def binned_average_precision(
    positive: NDArray[np.floating], negative: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Average precision of counts (..., B) in bins of falling score, a bin being one score."""
    found, wrong = np.cumsum(positive, axis=-1), np.cumsum(negative, axis=-1)
    precision = found / np.maximum(found + wrong, 1)
    return np.asarray((positive * precision).sum(axis=-1) / np.maximum(found[..., -1], 1))


def binned_roc_auc(
    positive: NDArray[np.floating], negative: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Area under the ROC curve of counts (..., B) in bins of falling score, likewise."""
    wrong = np.cumsum(negative, axis=-1)
    total = wrong[..., -1:]
    below = total - wrong + negative / 2
    pairs = np.maximum(positive.sum(axis=-1) * total[..., 0], 1)
    return np.asarray((positive * below).sum(axis=-1) / pairs)


def _split(recorded: Recorded, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    scores = recorded.tracks[index - 1].scores
    if recorded.labels is None:
        return scores[:0], scores[:0]
    labels = recorded.labels[: len(scores)]
    scores = scores[: len(labels)]
    return scores[labels == index], scores[(labels != index) & (labels != IGNORE_LABEL)]


def _edges(positive: NDArray[np.float32]) -> NDArray[np.float32]:
    """Edges between bins that hold about as many positives each, ascending."""
    if not len(positive):
        return positive
    places = np.linspace(0, len(positive) - 1, _BINS - 1).astype(np.int64)
    return np.sort(positive)[places]


def _binned(scores: NDArray[np.float32], edges: NDArray[np.float32]) -> NDArray[np.int64]:
    bins = np.searchsorted(edges, scores, side="right")
    return np.bincount(bins, minlength=len(edges) + 1)[::-1].astype(np.int64)


def _above_or_at(ordered: NDArray[np.floating], values: NDArray[np.floating]) -> NDArray[np.int64]:
    return len(ordered) - np.searchsorted(ordered, values).astype(np.int64)
