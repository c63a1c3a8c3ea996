"""Detections against anchors, event by event, in integer samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sal_anchors.runtime.trigger import Scores, TriggerConfig, fire
from sal_anchors.timebase import FrameGrid


class EventConfig(TriggerConfig):
    """What counts as a detection, and which detection is a hit.

    Attributes:
        early_ms: a detection this long before the anchor still hits it.
        late_ms: a detection this long after the anchor still hits it.
    """

    early_ms: float = Field(default=200.0, ge=0, le=60_000)
    late_ms: float = Field(default=500.0, ge=0, le=60_000)

    def window(self, grid: FrameGrid) -> tuple[int, int]:
        """Samples before and after the anchor that belong to its hit window."""
        return grid.sample_of(self.early_ms / 1000), grid.sample_of(self.late_ms / 1000)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Scores of one class over one recording, and the anchors of that class in it.

    Attributes:
        scores: float64 (T,), smoothed posteriors.
        frame_ends: int64 (T,), sample instants at which a detection of each frame is out,
            look-ahead included.
        anchors: int64 (A,), sample instants of the anchors, ascending.
    """

    scores: Scores
    frame_ends: NDArray[np.int64]
    anchors: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Match:
    """Who hit what; all indices into the ascending sequences given to :func:`match`.

    Attributes:
        hits: pairs (detection, anchor).
        false_accepts: detections that hit nothing.
        misses: anchors that nothing hit.
    """

    hits: tuple[tuple[int, int], ...]
    false_accepts: tuple[int, ...]
    misses: tuple[int, ...]


def match(detections: Sequence[int], anchors: Sequence[int], *, early: int, late: int) -> Match:
    """Give each detection at most one anchor and each anchor at most one detection.

    A detection ``d`` can hit an anchor ``a`` if ``a - early <= d <= a + late``. In time order, a
    detection takes the first anchor still free that it can hit, which makes the number of hits
    the largest possible; every other detection is a false accept.

    Args:
        detections: sample instants, ascending.
        anchors: sample instants, ascending.
        early: samples, >= 0.
        late: samples, >= 0.
    """
    hits: list[tuple[int, int]] = []
    false_accepts: list[int] = []
    misses: list[int] = []
    candidate = 0
    for index, instant in enumerate(detections):
        while candidate < len(anchors) and anchors[candidate] + late < instant:
            misses.append(candidate)
            candidate += 1
        if candidate < len(anchors) and anchors[candidate] - early <= instant:
            hits.append((index, candidate))
            candidate += 1
        else:
            false_accepts.append(index)
    misses.extend(range(candidate, len(anchors)))
    return Match(tuple(hits), tuple(false_accepts), tuple(misses))


def detections(track: Track, threshold: float, config: EventConfig, grid: FrameGrid) -> list[int]:
    """Sample instants of the track's detections at a threshold, ascending."""
    frames = fire(track.scores, threshold, config.refractory_frames(grid))
    instants: list[int] = track.frame_ends[frames].tolist()
    return instants


def latencies(
    tracks: Sequence[Track], threshold: float, config: EventConfig, grid: FrameGrid
) -> list[float]:
    """Seconds from anchor to detection of every hit at a threshold, in track order."""
    early, late = config.window(grid)
    found = []
    for track in tracks:
        instants = detections(track, threshold, config, grid)
        anchors = track.anchors.tolist()
        for detection, anchor in match(instants, anchors, early=early, late=late).hits:
            found.append(grid.time_of(instants[detection] - anchors[anchor]))
    return found


def negative_samples(num_samples: int, anchors: Sequence[int], *, early: int, late: int) -> int:
    """Samples of ``[0, num_samples)`` outside the union of the hit windows."""
    covered = 0
    reached = 0
    for anchor in sorted(anchors):
        first, stop = max(anchor - early, reached), min(anchor + late, num_samples)
        covered += max(0, stop - first)
        reached = max(reached, stop)
    return num_samples - covered
