"""Arms against references, network by network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.bootstrap import Resamples
from sal_anchors.evaluate.report import CurvePoint
from sal_anchors.experiment.comparison import Difference, Measure
from sal_anchors.experiment.delays import Delays, Tracks, rows_with_anchors, threshold_at_misses
from sal_anchors.experiment.draws import RANKS, Draws, resampled_latencies
from sal_anchors.experiment.results import RunResult
from sal_anchors.experiment.work import recording_draws
from sal_anchors.manifest import Manifest

Values = NDArray[np.float64]
Key = tuple[str, int]
"""Arm and seed."""
_AT_TARGET = (Measure.MEDIAN, Measure.P90)
_AT_EQUAL = (Measure.MEDIAN_EQUAL, Measure.P90_EQUAL)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A figure of a run.

    Attributes:
        value: of all recordings; None if there is none.
        resampled: (B,), nan where there is none.
        false_accepts_per_hour: at its threshold; None if that is the target's.
    """

    value: float | None
    resampled: Values
    false_accepts_per_hour: float | None = None


def differences(
    results: Sequence[RunResult], references: Sequence[str], manifest: Manifest
) -> Iterator[Difference]:
    """Every arm less every reference, at every target, in every measure.

    With ``d_s`` the difference of two runs of seed ``s``, the mean is ``1/S sum_s d_s``. In
    resample ``b``, with ``u_bs`` the times that seed ``s`` was drawn and ``d_bs`` the difference
    of both runs counted over the recordings as often as they were drawn, it is
    ``1/S sum_s u_bs d_bs``; the interval is from the 2.5th to the 97.5th percentile over ``b``.
    False reject rates have a threshold of their own in each resample, latencies keep theirs.

    Args:
        results: of one network; all measured on the same recordings.
        references: names of arms; those without a result are left out.
        manifest: with the anchors.
    """
    runs = {(result.job.arm, result.job.seed): result for result in results}
    arms = tuple(dict.fromkeys(arm for arm, _ in runs))
    found = [name for name in references if name in arms]
    if not found:
        return
    recordings = recording_draws(results[0].job, len(results[0].ids))
    latencies = _Latencies(runs, found, manifest, recordings)
    for column, target in enumerate(results[0].job.measures.targets):
        best = best_reference(results, found, column)
        for arm in arms:
            for reference in found:
                if reference == arm:
                    continue
                seeds = [seed for name, seed in runs if name == arm and (reference, seed) in runs]
                if not seeds:
                    continue
                draws = Draws.make(recordings, len(seeds), seed=results[0].job.measures.seed)
                for measure in Measure:
                    ours, theirs = [], []
                    for seed in seeds:
                        pair = latencies.pair(measure, arm, reference, seed, column)
                        ours.append(pair[0])
                        theirs.append(pair[1])
                    yield _difference(
                        draws,
                        ours,
                        theirs,
                        model=results[0].job.model,
                        arm=arm,
                        reference=reference,
                        best=reference == best,
                        target=target,
                        measure=measure,
                        seeds=tuple(seeds),
                    )


def best_reference(results: Sequence[RunResult], references: Sequence[str], column: int) -> str:
    """The reference with the lowest mean false reject rate at a target; the first of equals."""

    def mean(name: str) -> float:
        runs = [result for result in results if result.job.arm == name]
        rates = [result.points[column].false_reject_rate for result in runs]
        return float(np.mean([1.0 if rate is None else rate for rate in rates]))

    return min(references, key=mean)


def _difference(
    draws: Draws, ours: Sequence[Drawn], theirs: Sequence[Drawn], **named: object
) -> Difference:
    pairs = list(zip(ours, theirs, strict=True))
    each = [a.value - b.value for a, b in pairs if a.value is not None and b.value is not None]
    whole = len(each) == len(pairs)
    rates = [a.false_accepts_per_hour for a in ours if a.false_accepts_per_hour is not None]
    return Difference(
        mean=float(np.mean(each)) if whole else None,
        interval=draws.difference([a.resampled for a in ours], [b.resampled for b in theirs])
        if whole
        else None,
        false_accepts_per_hour=float(np.mean(rates)) if len(rates) == len(pairs) else None,
        **named,  # type: ignore[arg-type]
    )


class _Latencies:
    """Figures of the runs of a network, each counted once; posteriors are read a run at a time."""

    def __init__(
        self,
        runs: Mapping[Key, RunResult],
        references: Sequence[str],
        manifest: Manifest,
        recordings: Resamples,
    ):
        self._runs = runs
        self._recordings = recordings
        self._at: dict[tuple[Key, float], tuple[Drawn, Drawn]] = {}
        some = next(iter(runs.values()))
        rows = rows_with_anchors(manifest, some.job.measures.split)
        numbers = {id_: number for number, id_ in enumerate(some.ids)}
        for key, run in runs.items():
            tracks = Tracks(
                run.scores,
                rows,
                classes=len(manifest.classes),
                numbers=numbers,
                config=run.job.measures.events,
            )
            for threshold in self._thresholds(key, references):
                self._at[key, threshold] = self._count(tracks.delays(threshold))

    def pair(
        self, measure: Measure, arm: str, reference: str, seed: int, column: int
    ) -> tuple[Drawn, Drawn]:
        """The figure of an arm's run and that of the reference's run of the same seed."""
        ours, theirs = (arm, seed), (reference, seed)
        if measure is Measure.FRR:
            return self._rate(ours, column), self._rate(theirs, column)
        if measure in _AT_EQUAL:
            rank = _AT_EQUAL.index(measure)
            pair = (self._equal(ours, theirs, column), self._equal(theirs, theirs, column))
            return self._there(ours, pair[0], rank), self._there(theirs, pair[1], rank)
        rank = _AT_TARGET.index(measure)
        at = (self._runs[key].points[column].threshold for key in (ours, theirs))
        first, second = (self._at[k, t][rank] for k, t in zip((ours, theirs), at, strict=True))
        return first, second

    def _there(self, key: Key, point: CurvePoint | None, rank: int) -> Drawn:
        """A latency at a point of a run's curve, and the false accepts there."""
        if point is None:
            return Drawn(None, np.full(len(self._recordings.counts), np.nan))
        found, hours = self._at[key, point.threshold][rank], self._runs[key].negative_hours
        return Drawn(found.value, found.resampled, point.false_accepts / hours if hours else None)

    def _thresholds(self, key: Key, references: Sequence[str]) -> Iterator[float]:
        wanted = [point.threshold for point in self._runs[key].points]
        for reference in references:
            if (theirs := (reference, key[1])) in self._runs:
                points = (self._equal(key, theirs, column) for column in range(len(wanted)))
                yield from (point.threshold for point in points if point is not None)
        yield from wanted

    def _equal(self, ours: Key, theirs: Key, column: int) -> CurvePoint | None:
        """Where a run first misses as few as the other one does at a target."""
        misses = self._runs[theirs].points[column].misses
        return threshold_at_misses(self._runs[ours].curve, misses)

    def _rate(self, key: Key, column: int) -> Drawn:
        run = self._runs[key]
        return Drawn(run.points[column].false_reject_rate, run.rates[:, column])

    def _count(self, delays: Delays) -> tuple[Drawn, Drawn]:
        known = len(delays.seconds) > 0
        values = np.percentile(delays.seconds, RANKS).tolist() if known else [None, None]
        drawn = resampled_latencies(self._recordings, delays)
        return Drawn(values[0], drawn[:, 0]), Drawn(values[1], drawn[:, 1])
