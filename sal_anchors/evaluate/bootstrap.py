"""Intervals by resampling recordings, all resamples at once.

Recordings are drawn with replacement, as many as there are; a resample is the number of times
that each was drawn. Intervals are percentiles over the resamples (Efron 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.curve import Curve
from sal_anchors.evaluate.frames import FrameScores, binned_average_precision, binned_roc_auc

Range = tuple[float, float]
Counts = NDArray[np.float64]

_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Resamples:
    """How often each recording is drawn.

    Attributes:
        counts: float64 (B, R), whole numbers.
        confidence: of the intervals, in (0, 1).
    """

    counts: Counts
    confidence: float = 0.95

    @classmethod
    def draw(cls, number: int, recordings: int, *, seed: int, confidence: float = 0.95) -> Self:
        """Draw ``number`` resamples of ``recordings`` recordings, the same ones for a seed."""
        rng = np.random.default_rng(seed)
        chances = np.full(recordings, 1 / max(1, recordings))
        counts = rng.multinomial(recordings, chances, size=number) if recordings else None
        drawn = np.zeros((number, 0)) if counts is None else counts.astype(np.float64)
        return cls(drawn, confidence)

    def interval(self, values: Counts) -> Range | None:
        """The middle ``confidence`` of values (B,), those that are nan left out; None if they
        are more than half."""
        known = values[np.isfinite(values)]
        if 2 * len(known) <= len(values):
            return None
        tail = 50 * (1 - self.confidence)
        low, high = np.percentile(known, [tail, 100 - tail]).tolist()
        return low, high


def false_reject_rates(
    resamples: Resamples,
    curve: Curve,
    targets: Sequence[float],
    positives: Counts,
    hours: Counts,
) -> Counts:
    """The false reject rate of each resample at each target, its threshold found anew: (B, K).

    Args:
        resamples: B of R recordings.
        curve: its steps are of these recordings.
        targets: K false accepts an hour.
        positives: (R,), anchors of each recording.
        hours: (R,), negative hours of each recording.
    """
    steps = curve.steps
    ends = np.append(steps.values[1:] != steps.values[:-1], True)[: len(steps.values)]
    rates = np.full((len(resamples.counts), len(targets)), np.nan)
    rows = max(1, _AT_ONCE // max(1, len(ends)))
    for first in range(0, len(rates), rows):
        counts = resamples.counts[first : first + rows]
        drawn = counts[:, steps.recordings]
        alarms = np.cumsum(drawn * steps.false_accepts, axis=1)[:, ends]
        hits = np.cumsum(drawn * steps.hits, axis=1)[:, ends]
        all_positives, all_hours = counts @ positives, counts @ hours
        for column, target in enumerate(targets):
            allowed = target * all_hours + 1e-9
            found = (
                _most_hits(alarms, hits, allowed)
                if curve.anywhere
                else _hits_at(alarms, hits, allowed)
            )
            with np.errstate(invalid="ignore", divide="ignore"):
                rates[first : first + rows, column] = 1 - found / all_positives
    return rates


def _hits_at(alarms: Counts, hits: Counts, allowed: Counts) -> Counts:
    """Hits before the first place, along axis 1, at which the alarms are more than allowed."""
    beyond = np.pad(alarms > allowed[:, None], ((0, 0), (0, 1)), constant_values=True)
    stop = beyond.argmax(axis=1)
    padded = np.concatenate([np.zeros((len(hits), 1)), hits], axis=1)
    return np.asarray(padded[np.arange(len(hits)), stop])


def _most_hits(alarms: Counts, hits: Counts, allowed: Counts) -> Counts:
    """The most hits, along axis 1, at any place at which the alarms are within the allowed."""
    within = alarms <= allowed[:, None]
    return np.asarray(np.where(within, hits, 0.0).max(axis=1, initial=0.0))


def percentiles(
    resamples: Resamples,
    values: NDArray[np.float64],
    recordings: NDArray[np.int64],
    ranks: Sequence[float],
) -> Counts:
    """Percentiles of the values of each resample, (B, K), linear between neighbours.

    Args:
        resamples: B of R recordings.
        values: (n,), such as latencies.
        recordings: (n,), number of the recording that each belongs to.
        ranks: K, in [0, 100].
    """
    order = np.argsort(values, kind="stable")
    ordered, found = values[order], np.full((len(resamples.counts), len(ranks)), np.nan)
    rows = max(1, _AT_ONCE // max(1, len(order)))
    for first in range(0, len(found), rows):
        reached = np.cumsum(resamples.counts[first : first + rows][:, recordings[order]], axis=1)
        for row, ends in enumerate(reached, start=first):
            if len(ends) and ends[-1] > 0:
                places = np.asarray(ranks) / 100 * (ends[-1] - 1)
                low = ordered[np.searchsorted(ends, np.floor(places), side="right")]
                high = ordered[np.searchsorted(ends, np.ceil(places), side="right")]
                found[row] = low + (high - low) * (places - np.floor(places))
    return found


def frame_measures(resamples: Resamples, scores: FrameScores) -> tuple[Counts, Counts]:
    """Average precision and ROC area of frames in each resample, (B,) each, from binned scores."""
    positive = resamples.counts @ scores.positive_bins
    negative = resamples.counts @ scores.negative_bins
    found, wrong = positive.sum(axis=1), negative.sum(axis=1)
    precision = np.where(found > 0, binned_average_precision(positive, negative), np.nan)
    return precision, np.where(
        (found > 0) & (wrong > 0), binned_roc_auc(positive, negative), np.nan
    )
