"""From a curve and what happened at its operating points to the figures of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.bootstrap import (
    Range,
    Resamples,
    false_reject_rates,
    frame_measures,
    percentiles,
)
from sal_anchors.evaluate.curve import Curve
from sal_anchors.evaluate.frames import FrameScores, average_precision, roc_auc
from sal_anchors.evaluate.outcome import Fault, Outcome
from sal_anchors.evaluate.poisson import poisson_interval, poisson_upper_bound
from sal_anchors.evaluate.report import (
    CurvePoint,
    FrameReport,
    Histogram,
    Latency,
    OperatingPoint,
)
from sal_anchors.timebase import FrameGrid

_FEW = 5
_BIN_SECONDS = 0.02
_RANKS = (50.0, 90.0, 95.0)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """What each recording brings; its sums are what the rates are over.

    Attributes:
        positives: float64 (R,), anchors.
        hours: float64 (R,), negative hours.
    """

    positives: NDArray[np.float64]
    hours: NDArray[np.float64]


def operating_points(
    curve: Curve,
    targets: Sequence[float],
    outcomes: Sequence[Sequence[Outcome]],
    exposure: Exposure,
    resamples: Resamples,
    grid: FrameGrid,
) -> tuple[OperatingPoint, ...]:
    """The operating point of each target.

    Args:
        curve: of a class, or of several at a common threshold.
        targets: false accepts an hour.
        outcomes: for each target what happened at its threshold, class by class.
        exposure: of the recordings.
        resamples: of the recordings.
        grid: of the decisions.
    """
    rates = false_reject_rates(resamples, curve, targets, exposure.positives, exposure.hours)
    return tuple(
        _operating_point(curve, target, happened, rates[:, column], resamples, grid)
        for column, (target, happened) in enumerate(zip(targets, outcomes, strict=True))
    )


def _operating_point(
    curve: Curve,
    target: float,
    happened: Sequence[Outcome],
    rates: NDArray[np.float64],
    resamples: Resamples,
    grid: FrameGrid,
) -> OperatingPoint:
    index, hours = curve.at(target), curve.negative_hours
    misses = int(curve.positives - curve.hits[index])
    alarms = int(curve.false_accepts[index])
    low, high = poisson_interval(alarms)
    return OperatingPoint(
        target=target,
        allowed=math.floor(target * hours + 1e-9),
        resolvable=target * hours >= 1,
        threshold=float(curve.thresholds[index]),
        misses=misses,
        false_reject_rate=misses / curve.positives if curve.positives else None,
        false_reject_interval=_false_reject_interval(misses, curve.positives, rates, resamples),
        false_accepts=alarms,
        false_accepts_per_hour=alarms / hours if hours else None,
        false_accepts_interval=(low / hours, high / hours) if hours else None,
        false_accepts_upper=poisson_upper_bound(alarms) / hours if hours else None,
        faults={fault: sum(one.faults()[fault] for one in happened) for fault in Fault},
        latency=_latency(happened, resamples, grid),
    )


def _false_reject_interval(
    misses: int, positives: int, rates: NDArray[np.float64], resamples: Resamples
) -> Range | None:
    if not positives:
        return None
    if misses < _FEW:
        low, high = poisson_interval(misses)
        return low / positives, min(1.0, high / positives)
    if positives - misses < _FEW:
        low, high = poisson_interval(positives - misses)
        return max(0.0, 1 - high / positives), 1 - low / positives
    return resamples.interval(rates)


def _latency(happened: Sequence[Outcome], resamples: Resamples, grid: FrameGrid) -> Latency | None:
    hits = [hit for one in happened for hit in one.hits]
    if not hits:
        return None
    delays = np.array([grid.time_of(hit.detection - hit.anchor) for hit in hits])
    recordings = np.array([hit.recording for hit in hits])
    drawn = percentiles(resamples, delays, recordings, _RANKS)
    median, p90, p95 = np.percentile(delays, _RANKS).tolist()
    around = [resamples.interval(column) for column in drawn.T]
    return Latency(median, p90, p95, around[0], around[1], around[2], _histogram(delays))


def _histogram(delays: NDArray[np.float64]) -> Histogram:
    bins = np.floor(delays / _BIN_SECONDS + 1e-9).astype(np.int64)
    first = int(bins.min())
    counts = np.bincount(bins - first)
    return Histogram(round(first * _BIN_SECONDS, 6), _BIN_SECONDS, tuple(counts.tolist()))


def frame_report(scores: FrameScores, resamples: Resamples) -> FrameReport | None:
    """Average precision and ROC area of frames; None without a positive one."""
    if not len(scores.positive):
        return None
    precision, area = frame_measures(resamples, scores)
    return FrameReport(
        positives=len(scores.positive),
        negatives=len(scores.negative),
        average_precision=average_precision(scores.positive, scores.negative),
        average_precision_interval=resamples.interval(precision),
        roc_auc=roc_auc(scores.positive, scores.negative) if len(scores.negative) else None,
        roc_auc_interval=resamples.interval(area),
    )


def curve_points(curve: Curve) -> Iterable[CurvePoint]:
    """The points of a curve as misses and false accepts."""
    columns = (curve.thresholds, curve.positives - curve.hits, curve.false_accepts)
    for threshold, misses, alarms in zip(*(column.tolist() for column in columns), strict=True):
        yield CurvePoint(threshold, misses, alarms)
