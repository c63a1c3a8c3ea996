"""From the runs of an arm to its figures over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.report import CurvePoint
from sal_anchors.experiment.comparison import ArmPoint, ArmResult, DetCurve, Spread
from sal_anchors.experiment.results import RunResult

_MOST_POINTS = 200


def arm_result(runs: Sequence[RunResult]) -> ArmResult:
    """The figures of an arm with a network.

    Args:
        runs: of different seeds, at least one.
    """
    job = runs[0].job
    return ArmResult(
        model=job.model,
        arm=job.arm,
        parameters=runs[0].parameters,
        seeds=tuple(run.job.seed for run in runs),
        average_precision=Spread.of(run.average_precision for run in runs),
        points=tuple(_point(runs, column) for column in range(len(job.measures.targets))),
        det=_det(runs),
    )


def _point(runs: Sequence[RunResult], column: int) -> ArmPoint:
    points = [run.points[column] for run in runs]
    return ArmPoint(
        target=points[0].target,
        false_reject_rate=Spread.of(point.false_reject_rate for point in points),
        false_accepts_per_hour=Spread.of(point.false_accepts_per_hour for point in points),
        latency_median=Spread.of(p.latency.median if p.latency else None for p in points),
        latency_p90=Spread.of(p.latency.p90 if p.latency else None for p in points),
    )


def _det(runs: Sequence[RunResult]) -> DetCurve:
    """As far as the curves of all runs reach, at 200 numbers of false accepts at most."""
    if not runs[0].positives:
        return DetCurve((), ())
    reach = min(max(point.false_accepts for point in run.curve) for run in runs)
    spaced = np.geomspace(1, max(1, reach), _MOST_POINTS)
    counts = np.unique(np.append(0, np.round(spaced)).astype(np.int64))
    counts = counts[counts <= reach]
    rates = np.mean([_rates(run.curve, counts) / run.positives for run in runs], axis=0)
    return DetCurve(tuple(counts.tolist()), tuple(rates.tolist()))


def _rates(curve: Sequence[CurvePoint], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Misses at the lowest threshold at which, and above which, there are at most so many false
    accepts."""
    highest = np.maximum.accumulate([point.false_accepts for point in curve])
    misses = np.array([point.misses for point in curve], dtype=np.float64)
    return np.asarray(misses[np.searchsorted(highest, counts, side="right") - 1])
