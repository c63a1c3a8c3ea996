"""From posteriors and anchors to a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sal_anchors.evaluate.bootstrap import Resamples
from sal_anchors.evaluate.curve import Curve, pooled, sweep
from sal_anchors.evaluate.frames import frame_scores
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.outcome import Fault, Outcome, outcome
from sal_anchors.evaluate.recorded import Recorded, by_task, negative_hours, onset_classes, record
from sal_anchors.evaluate.report import ClassReport, Confusion, EvaluationReport, UnreadFile
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.evaluate.summarise import Exposure, curve_points, frame_report, operating_points
from sal_anchors.timebase import FrameGrid

DEFAULT_TARGETS = (0.5, 1.0, 5.0)
DEFAULT_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A report, and what it was made from.

    Attributes:
        report: the figures.
        recordings: in the order they were streamed.
        outcomes: what happened, for each class and each target.
        configs: of each class.
        grid: of the decisions.
        curve: of all classes together.
        exposure: of all classes together.
    """

    report: EvaluationReport
    recordings: tuple[Recorded, ...]
    outcomes: tuple[tuple[Outcome, ...], ...]
    configs: tuple[EventConfig, ...]
    grid: FrameGrid
    curve: Curve
    exposure: Exposure


def measure(
    streamed: Iterable[Streamed],
    classes: tuple[str, ...],
    grid: FrameGrid,
    *,
    split: str,
    targets: Sequence[float] = DEFAULT_TARGETS,
    config: EventConfig,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> EvaluationReport:
    """Measure posteriors against anchors, on the grid of the decisions.

    The hours of negatives are those of the recordings outside every hit window. A false accept
    in the tail after a recording counts; the tail's time does not.

    Args:
        streamed: recordings; of each only scores, instants and labels are kept.
        classes: names; index 0 is the background.
        grid: of the decisions.
        split: named in the report.
        targets: false accepts an hour of the operating points, >= 0.
        config: smoothing, refractory time and hit window.
        resamples: number of bootstrap resamples, >= 0.
        seed: of the resamples.
    """
    recordings = tuple(record(one, len(classes), grid, config) for one in streamed)
    return measure_recorded(
        recordings,
        classes,
        grid,
        split=split,
        targets=targets,
        config=config,
        resamples=resamples,
        seed=seed,
    ).report


def measure_recorded(
    recordings: Sequence[Recorded],
    classes: tuple[str, ...],
    grid: FrameGrid,
    *,
    split: str,
    targets: Sequence[float],
    config: EventConfig,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
    unread: Sequence[UnreadFile] = (),
) -> Measured:
    """As :func:`measure`, of recordings that are smoothed already; all that was found."""
    drawn = Resamples.draw(resamples, len(recordings), seed=seed)
    task = _task(recordings, classes, grid, config, targets, drawn)
    indices = range(1, len(classes))
    curves = [task.curve(index) for index in indices]
    outcomes = [task.outcomes(index, curve) for index, curve in zip(indices, curves, strict=True)]
    together = pooled(curves, negative_hours=task.hours(indices))
    overall = [task.outcomes(index, together) for index in indices]
    reports = (
        task.report(classes[index], [index], curve, [happened])
        for index, curve, happened in zip(indices, curves, outcomes, strict=True)
    )
    report = EvaluationReport(
        split=split,
        recordings=len(recordings),
        hours=sum(grid.time_of(one.num_samples) for one in recordings) / 3600,
        settings=config.model_dump(),
        bootstrap=resamples,
        seed=seed,
        classes=tuple(reports),
        overall=task.report("overall", indices, together, overall),
        confusions=tuple(task.confusions(outcomes)),
        unread=tuple(unread),
    )
    return Measured(
        report,
        task.recordings,
        tuple(outcomes),
        task.configs,
        grid,
        together,
        task.exposure(indices),
    )


def class_curve(
    streamed: Iterable[Streamed],
    classes: tuple[str, ...],
    grid: FrameGrid,
    config: EventConfig,
) -> Curve:
    """The curve of all classes together at a common threshold."""
    recordings = tuple(record(one, len(classes), grid, config) for one in streamed)
    task = _task(recordings, classes, grid, config, (), Resamples.draw(0, 0, seed=0))
    indices = range(1, len(classes))
    return pooled([task.curve(index) for index in indices], negative_hours=task.hours(indices))


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """What the measures of all classes have in common."""

    recordings: tuple[Recorded, ...]
    classes: tuple[str, ...]
    grid: FrameGrid
    targets: tuple[float, ...]
    onsets: tuple[bool, ...]
    configs: tuple[EventConfig, ...]
    resamples: Resamples

    def curve(self, index: int) -> Curve:
        tracks = [recorded.tracks[index - 1] for recorded in self.recordings]
        hours = self.hours([index])
        deepest = 2 * max((20.0, *self.targets))
        return sweep(
            tracks,
            self.configs[index - 1],
            self.grid,
            negative_hours=hours,
            deepest=deepest,
            anywhere=self.onsets[index - 1],
        )

    def hours(self, indices: Sequence[int]) -> float:
        return negative_hours(self.recordings, indices, self.configs, self.grid)

    def outcomes(self, index: int, curve: Curve) -> tuple[Outcome, ...]:
        thresholds = [float(curve.thresholds[curve.at(target)]) for target in self.targets]
        found = {
            threshold: outcome(self.recordings, index, threshold, self.configs, self.grid)
            for threshold in dict.fromkeys(thresholds)
        }
        return tuple(found[threshold] for threshold in thresholds)

    def report(
        self,
        name: str,
        indices: Sequence[int],
        curve: Curve,
        outcomes: Sequence[tuple[Outcome, ...]],
    ) -> ClassReport:
        return ClassReport(
            name=name,
            task="onset" if all(self.onsets[i - 1] for i in indices) else "keyword",
            positives=curve.positives,
            negative_hours=curve.negative_hours,
            average_precision=curve.average_precision(),
            frames=frame_report(frame_scores(self.recordings, indices), self.resamples),
            operating_points=operating_points(
                curve,
                self.targets,
                list(zip(*outcomes, strict=True)),
                self.exposure(indices),
                self.resamples,
                self.grid,
            ),
            curve=tuple(curve_points(curve)),
        )

    def confusions(self, outcomes: Sequence[tuple[Outcome, ...]]) -> Iterable[Confusion]:
        for column, target in enumerate(self.targets):
            for detected, of_class in zip(self.classes[1:], outcomes, strict=True):
                wrong = [f for f in of_class[column].false_accepts if f.fault is Fault.CONFUSED]
                for index in sorted({one.other for one in wrong}):
                    count = sum(one.other == index for one in wrong)
                    yield Confusion(target, detected, self.classes[index], count)

    def exposure(self, indices: Sequence[int]) -> Exposure:
        positives = [sum(len(r.tracks[i - 1].anchors) for i in indices) for r in self.recordings]
        hours = [negative_hours([r], indices, self.configs, self.grid) for r in self.recordings]
        return Exposure(np.array(positives, dtype=float), np.array(hours, dtype=float))


def _task(
    recordings: Sequence[Recorded],
    classes: tuple[str, ...],
    grid: FrameGrid,
    config: EventConfig,
    targets: Sequence[float],
    resamples: Resamples,
) -> _Task:
    onsets = onset_classes(recordings, len(classes))
    armed, configs = by_task(recordings, onsets, config, grid)
    return _Task(armed, classes, grid, tuple(targets), onsets, configs, resamples)
