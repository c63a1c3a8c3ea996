"""Misses against false accepts over all thresholds that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.crossings import Steps, joined_steps, peaks, steps, timeline
from sal_anchors.evaluate.match import EventConfig, Track
from sal_anchors.timebase import FrameGrid

_DEEPEST = 20.0
_EXTRA_PEAKS = 100
_PEAKS_PER_HOUR = 100


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Counts at falling thresholds; the first lets nothing through.

    The counts at ``thresholds[k]`` are those at every threshold from it up to, and without,
    ``thresholds[k - 1]``.

    Attributes:
        thresholds: (K,), strictly falling.
        hits: int64 (K,), anchors hit.
        false_accepts: int64 (K,).
        positives: anchors there are.
        negative_hours: hours outside every hit window.
        steps: what the counts are the sums of, the highest first.
        anywhere: whether any threshold may be the operating point. Speech goes on after its
            onset, so that a high threshold is crossed late: that is a miss and a false accept,
            and both grow fewer as the threshold falls.
    """

    thresholds: NDArray[np.floating]
    hits: NDArray[np.int64]
    false_accepts: NDArray[np.int64]
    positives: int
    negative_hours: float
    steps: Steps
    anywhere: bool = False

    def at(self, false_accepts_per_hour: float) -> int:
        """Index of the lowest threshold at which, and above which, the false accepts an hour
        stay within the given number.

        Far below, detections run together until one long detection a recording is left; the
        count falls again there, which is no operating point. With ``anywhere`` it is the
        threshold with the most hits among all that stay within, of equals the highest.
        """
        within = self.false_accepts <= false_accepts_per_hour * self.negative_hours + 1e-9
        if self.anywhere:
            return int(np.where(within, self.hits, -1).argmax())
        return int(np.argmin(within)) - 1 if not within.all() else len(within) - 1

    def index_of(self, threshold: float) -> int:
        """Index whose counts are those at a threshold."""
        return int(np.searchsorted(-self.thresholds, -np.float64(threshold)))

    def average_precision(self) -> float:
        """Area under precision against recall of events, as a sum over rising recall:
        ``sum_k (R_k - R_{k-1}) P_k``; 0 without anchors. With ``anywhere``, ``P_k`` is the
        highest precision at this threshold or a lower one, interpolated as is usual (Manning
        et al., "Introduction to Information Retrieval", 2008, section 8.4)."""
        if not self.positives:
            return 0.0
        recall = np.maximum.accumulate(self.hits) / self.positives
        precision = self.hits / np.maximum(self.hits + self.false_accepts, 1)
        if self.anywhere:
            precision = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def sweep(
    tracks: Sequence[Track],
    config: EventConfig,
    grid: FrameGrid,
    *,
    negative_hours: float,
    deepest: float = _DEEPEST,
    anywhere: bool = False,
) -> Curve:
    """Count hits and false accepts of all tracks together at every threshold that matters.

    From the highest local maximum of the scores down, to twice the anchors and 100 maxima an hour,
    and on until there are more than ``deepest`` false accepts an hour. Each count is exactly that
    of :func:`sal_anchors.evaluate.match.match` at its threshold.

    Args:
        tracks: of one class, one a recording.
        config: refractory time and hit window.
        grid: of the scores.
        negative_hours: outside every hit window.
        deepest: false accepts an hour, >= 0.
        anywhere: see :class:`Curve`; the sweep then goes down to the lowest score.
    """
    positives = sum(len(track.anchors) for track in tracks)
    line = timeline(tracks, config, grid)
    highest = peaks(line.scores)
    limit = 2 * positives + _EXTRA_PEAKS + int(_PEAKS_PER_HOUR * negative_hours)
    if anywhere:
        limit = len(highest)
    while True:
        floor = _floor(highest, limit)
        found = steps(line, floor, config, grid)
        curve = _curve(found, floor, positives, negative_hours, anywhere=anywhere)
        deep = curve.false_accepts.max() > deepest * negative_hours
        if deep or limit >= len(highest):
            return curve
        limit *= 2


def pooled(curves: Sequence[Curve], *, negative_hours: float) -> Curve:
    """The curve of several classes at a common threshold, as far down as all of them reach.

    Args:
        curves: of the same recordings.
        negative_hours: outside every hit window of every class.
    """
    floor = max((float(curve.thresholds[-1]) for curve in curves), default=0.0)
    positives = sum(curve.positives for curve in curves)
    together = joined_steps([curve.steps for curve in curves])
    anywhere = bool(curves) and all(curve.anywhere for curve in curves)
    return _curve(together, floor, positives, negative_hours, anywhere=anywhere)


def _floor(highest: NDArray[np.floating], limit: int) -> float:
    """The lowest of the ``limit`` highest values; the least positive number if there are fewer."""
    if limit >= len(highest):
        return float(np.finfo(highest.dtype).tiny)
    return float(np.partition(highest, -limit)[-limit])


def _curve(
    unsorted: Steps, floor: float, positives: int, negative_hours: float, *, anywhere: bool
) -> Curve:
    falling = unsorted.falling(floor)
    values = falling.values
    last = np.append(values[1:] != values[:-1], True)[: len(values)]
    counts = np.cumsum(np.stack([falling.hits, falling.false_accepts]), axis=1)[:, last]
    counts = np.concatenate([np.zeros((2, 1), dtype=np.int64), counts], axis=1)
    changed = (np.diff(counts, axis=1) != 0).any(axis=0)
    tops = values[last][changed]
    lowest = np.asarray([floor], dtype=values.dtype)
    thresholds = np.append(np.nextafter(tops, values.dtype.type(np.inf)), lowest)
    kept = np.append(True, changed)
    return Curve(
        thresholds, counts[0, kept], counts[1, kept], positives, negative_hours, falling, anywhere
    )
