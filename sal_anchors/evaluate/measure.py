"""From a detector and a manifest to a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.curve import Curve, sweep
from sal_anchors.evaluate.match import EventConfig, Track, latencies, negative_samples
from sal_anchors.evaluate.poisson import poisson_upper_bound
from sal_anchors.evaluate.report import (
    ClassReport,
    CurvePoint,
    EvaluationReport,
    Latency,
    OperatingPoint,
)
from sal_anchors.evaluate.stream import Streamed, stream_split
from sal_anchors.manifest import Manifest
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.runtime.trigger import smooth
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.checkpoint import Checkpoint

DEFAULT_TARGETS = (0.5, 1.0, 5.0)


def evaluate(
    checkpoint: Checkpoint,
    manifest: Manifest,
    *,
    split: str = "test",
    targets: Sequence[float] = DEFAULT_TARGETS,
    config: EventConfig | None = None,
    progress: Callable[[Streamed], None] | None = None,
) -> EvaluationReport:
    """Stream a split's recordings through a detector and measure it.

    Args:
        checkpoint: the detector.
        manifest: recordings with anchors, on the detector's grid and with its classes.
        split: which recordings.
        targets: false accepts an hour of the operating points, >= 0.
        config: smoothing, refractory time and hit window; the defaults if None.
        progress: called after each recording.

    Raises:
        GridMismatchError: if detector and manifest are on different grids.
        EvaluationError: if their classes differ, or the split has no usable recording.
        AudioError: if a recording cannot be decoded.
    """
    config = config or EventConfig()
    checkpoint.grid.require_same(manifest.grid, here="the checkpoint", there=str(manifest.path))
    if checkpoint.classes != manifest.classes:
        raise EvaluationError(
            f"the manifest has the classes {', '.join(manifest.classes)}, "
            f"the checkpoint {', '.join(checkpoint.classes)}",
            where=manifest.path,
            hint="Evaluate on a manifest made with the same keywords",
        )
    streamed = []
    for one in stream_split(StreamingDetector(checkpoint), manifest, split, config):
        streamed.append(one)
        if progress is not None:
            progress(one)
    if not streamed:
        raise EvaluationError(
            f"no usable recording in the split {split!r}",
            where=manifest.path,
            hint="Choose another split with --split, or align with one",
        )
    return measure(
        streamed,
        checkpoint.classes,
        checkpoint.model.reach.decision_grid(checkpoint.grid),
        split=split,
        targets=targets,
        config=config,
    )


def measure(
    streamed: Sequence[Streamed],
    classes: tuple[str, ...],
    grid: FrameGrid,
    *,
    split: str,
    targets: Sequence[float] = DEFAULT_TARGETS,
    config: EventConfig,
) -> EvaluationReport:
    """Measure posteriors against anchors, on the grid of the decisions.

    The hours of negatives are those of the recordings outside every hit window. A false accept
    in the tail after a recording counts; the tail's time does not.
    """
    tracks = [class_tracks(streamed, index, grid, config) for index in range(1, len(classes))]
    reports = tuple(
        _report(
            classes[index],
            of_class,
            _hours(streamed, {index}, grid, config),
            targets,
            config,
            grid,
        )
        for index, of_class in enumerate(tracks, start=1)
    )
    everything = [track for of_class in tracks for track in of_class]
    hours = _hours(streamed, set(range(1, len(classes))), grid, config)
    return EvaluationReport(
        split=split,
        recordings=len(streamed),
        hours=sum(grid.time_of(one.num_samples) for one in streamed) / 3600,
        settings=config.model_dump(),
        classes=reports,
        overall=_report("overall", everything, hours, targets, config, grid),
    )


def class_tracks(
    streamed: Iterable[Streamed],
    class_index: int,
    grid: FrameGrid,
    config: EventConfig,
) -> list[Track]:
    """Smoothed scores and anchors of one class in each recording."""
    return [
        Track(
            scores=smooth(one.posteriors[:, class_index], config.smooth_frames(grid)),
            frame_ends=np.array(
                [grid.frame_end(t) for t in range(len(one.posteriors))],
                dtype=np.int64,
            ),
            anchors=np.array(_anchor_samples(one, {class_index}, grid), dtype=np.int64),
        )
        for one in streamed
    ]


def class_curve(
    streamed: Sequence[Streamed],
    classes: tuple[str, ...],
    grid: FrameGrid,
    config: EventConfig,
) -> Curve:
    """The curve of all classes together at a common threshold."""
    indices = range(1, len(classes))
    tracks = [track for index in indices for track in class_tracks(streamed, index, grid, config)]
    hours = _hours(streamed, set(indices), grid, config)
    return sweep(tracks, config, grid, negative_hours=hours)


def _anchor_samples(one: Streamed, class_indices: set[int], grid: FrameGrid) -> list[int]:
    return sorted(grid.sample_of(a.time) for a in one.anchors if a.class_index in class_indices)


def _hours(
    streamed: Iterable[Streamed], class_indices: set[int], grid: FrameGrid, config: EventConfig
) -> float:
    early, late = config.window(grid)
    samples = sum(
        negative_samples(
            one.num_samples, _anchor_samples(one, class_indices, grid), early=early, late=late
        )
        for one in streamed
    )
    return grid.time_of(samples) / 3600


def _report(
    name: str,
    tracks: Sequence[Track],
    hours: float,
    targets: Sequence[float],
    config: EventConfig,
    grid: FrameGrid,
) -> ClassReport:
    curve = sweep(tracks, config, grid, negative_hours=hours)
    return ClassReport(
        name=name,
        positives=curve.positives,
        negative_hours=hours,
        average_precision=curve.average_precision(),
        operating_points=tuple(
            _operating_point(curve, target, tracks, config, grid) for target in targets
        ),
        curve=tuple(
            CurvePoint(float(threshold), int(curve.positives - hits), int(alarms))
            for threshold, hits, alarms in _corners(curve)
        ),
    )


def _operating_point(
    curve: Curve, target: float, tracks: Sequence[Track], config: EventConfig, grid: FrameGrid
) -> OperatingPoint:
    index = curve.at(target)
    threshold = float(curve.thresholds[index])
    misses = int(curve.positives - curve.hits[index])
    alarms = int(curve.false_accepts[index])
    hours = curve.negative_hours
    delays = latencies(tracks, threshold, config, grid)
    return OperatingPoint(
        target=target,
        allowed=math.floor(target * hours + 1e-9),
        resolvable=target * hours >= 1,
        threshold=threshold,
        misses=misses,
        false_reject_rate=misses / curve.positives if curve.positives else None,
        false_accepts=alarms,
        false_accepts_per_hour=alarms / hours if hours else None,
        false_accepts_upper=poisson_upper_bound(alarms) / hours if hours else None,
        latency=_latency(delays) if delays else None,
    )


def _latency(delays: list[float]) -> Latency:
    median, p90, p95 = np.percentile(delays, [50, 90, 95]).tolist()
    return Latency(median, p90, p95)


def _corners(curve: Curve) -> Iterable[tuple[float, int, int]]:
    """The points of a curve at which a count differs from the point before."""
    counts = np.stack([curve.hits, curve.false_accepts])
    changed = np.flatnonzero((np.diff(counts, axis=1) != 0).any(axis=0)) + 1
    for index in [0, *changed.tolist()]:
        yield curve.thresholds[index], curve.hits[index], curve.false_accepts[index]
