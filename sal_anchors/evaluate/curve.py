"""Misses against false accepts over all thresholds that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.match import EventConfig, Track, match
from sal_anchors.runtime.trigger import apart
from sal_anchors.timebase import FrameGrid

_EXTRA_PEAKS = 100
_PEAKS_PER_HOUR = 100


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Counts at falling thresholds; the first lets nothing through.

    Attributes:
        thresholds: float64 (K,), strictly falling.
        hits: int64 (K,), anchors hit.
        false_accepts: int64 (K,).
        positives: anchors there are.
        negative_hours: hours outside every hit window.
    """

    thresholds: NDArray[np.float64]
    hits: NDArray[np.int64]
    false_accepts: NDArray[np.int64]
    positives: int
    negative_hours: float

    def at(self, false_accepts_per_hour: float) -> int:
        """Index of the lowest threshold at which, and above which, the false accepts an hour
        stay within the given number.

        Far below, detections run together until one long detection a recording is left; the
        count falls again there, which is no operating point.
        """
        within = self.false_accepts <= false_accepts_per_hour * self.negative_hours + 1e-9
        return int(np.argmin(within)) - 1 if not within.all() else len(within) - 1

    def average_precision(self) -> float:
        """Area under precision against recall of events, as a sum over rising recall:
        ``sum_k (R_k - R_{k-1}) P_k``; 0 without anchors."""
        if not self.positives:
            return 0.0
        recall = np.maximum.accumulate(self.hits) / self.positives
        precision = self.hits / np.maximum(self.hits + self.false_accepts, 1)
        return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def sweep(
    tracks: Sequence[Track], config: EventConfig, grid: FrameGrid, *, negative_hours: float
) -> Curve:
    """Count hits and false accepts of all tracks together at each candidate threshold.

    Candidates are where counts change: at and just above each local maximum of the scores, and
    the scores at the edges of hit windows. Maxima are taken from the highest down, to twice the
    anchors and 100 false accepts an hour and no further. Each count is exactly that of
    :func:`sal_anchors.evaluate.match.match` at its threshold.
    """
    positives = sum(len(track.anchors) for track in tracks)
    limit = 2 * positives + _EXTRA_PEAKS + int(_PEAKS_PER_HOUR * negative_hours)
    rising = _candidates(tracks, config, grid, limit)
    hits = np.zeros(len(rising), dtype=np.int64)
    false_accepts = np.zeros(len(rising), dtype=np.int64)
    for track in tracks:
        _count(track, rising, config, grid, hits, false_accepts)
    return Curve(rising[::-1], hits[::-1], false_accepts[::-1], positives, negative_hours)


def _candidates(
    tracks: Sequence[Track], config: EventConfig, grid: FrameGrid, limit: int
) -> NDArray[np.float64]:
    """Thresholds in (0, 1], ascending, and one above every score."""
    peaks = np.sort(np.concatenate([np.zeros(0), *(_peaks(track.scores) for track in tracks)]))
    peaks = peaks[-limit:]
    edges = np.concatenate([np.zeros(0), *(_edges(track, config, grid) for track in tracks)])
    lowest = peaks[0] if len(peaks) else 0.0
    found = np.concatenate([peaks, np.nextafter(peaks, np.inf), edges[edges >= lowest]])
    highest = found.max(initial=1.0)
    return np.unique(np.append(found[found > 0], np.nextafter(highest, np.inf)))


def _peaks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.concatenate([[-np.inf], scores, [-np.inf]])
    peaks: NDArray[np.float64] = scores[(scores >= padded[:-2]) & (scores > padded[2:])]
    return peaks


def _edges(track: Track, config: EventConfig, grid: FrameGrid) -> NDArray[np.float64]:
    """Scores at the last frame before each hit window, and at its first, last and next frame."""
    early, late = config.window(grid)
    first = np.searchsorted(track.frame_ends, track.anchors - early)
    after = np.searchsorted(track.frame_ends, track.anchors + late, side="right")
    frames = np.concatenate([first - 1, first, after - 1, after])
    inside = frames[(frames >= 0) & (frames < len(track.scores))]
    edges: NDArray[np.float64] = track.scores[inside]
    return edges


def _count(
    track: Track,
    thresholds: NDArray[np.float64],
    config: EventConfig,
    grid: FrameGrid,
    hits: NDArray[np.int64],
    false_accepts: NDArray[np.int64],
) -> None:
    """Add the track's counts at each of the ascending thresholds.

    Frame ``t`` crosses upwards the thresholds in ``(s_{t-1}, s_t]``: a range of indices.
    """
    early, late = config.window(grid)
    refractory = config.refractory_frames(grid)
    below = np.searchsorted(thresholds, np.concatenate([[0.0], track.scores[:-1]]), side="right")
    upto = np.searchsorted(thresholds, track.scores, side="right")
    counts = np.maximum(upto - below, 0)
    if not counts.any():
        return
    frames = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    indices = np.arange(len(frames)) - np.repeat(starts - below, counts)
    order = np.argsort(indices, kind="stable")
    crossed, groups = np.unique(indices[order], return_index=True)
    anchors = track.anchors.tolist()
    for index, group in zip(crossed, np.split(frames[order], groups[1:]), strict=True):
        kept = np.fromiter(apart(group, refractory), dtype=np.int64)
        matched = match(track.frame_ends[kept].tolist(), anchors, early=early, late=late)
        hits[index] += len(matched.hits)
        false_accepts[index] += len(matched.false_accepts)
