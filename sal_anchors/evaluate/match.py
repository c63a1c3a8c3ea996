"""Detections against anchors, event by event, in integer samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sal_anchors.runtime.trigger import TriggerConfig
from sal_anchors.timebase import FrameGrid

Frames = NDArray[np.int64]


class EventConfig(TriggerConfig):
    """What counts as a detection, and which detection is a hit.

    Attributes:
        early_ms: a detection this long before the anchor still hits it.
        late_ms: a detection this long after the anchor still hits it.
        collar_ms: both, for classes whose anchors are speech onsets.
        pause_ms: for those, ``rearm_ms``; it takes the place of the refractory time.
    """

    early_ms: float = Field(default=200.0, ge=0, le=60_000)
    late_ms: float = Field(default=500.0, ge=0, le=60_000)
    collar_ms: float = Field(default=200.0, ge=0, le=60_000)
    pause_ms: float = Field(default=200.0, ge=0, le=60_000)

    def window(self, grid: FrameGrid) -> tuple[int, int]:
        """Samples before and after the anchor that belong to its hit window."""
        return grid.sample_of(self.early_ms / 1000), grid.sample_of(self.late_ms / 1000)

    def for_onsets(self) -> Self:
        """The collar as the hit window, and a pause in place of the refractory time."""
        window = {"early_ms": self.collar_ms, "late_ms": self.collar_ms}
        return self.model_copy(update={**window, "rearm_ms": self.pause_ms, "refractory_ms": 0.0})


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Scores of one class over one recording, and the anchors of that class in it.

    Attributes:
        scores: float32 (T,), smoothed posteriors.
        anchors: int64 (A,), sample instants of the anchors, ascending.
        starts: int64 (A,), sample instants at which the spans of the anchors' events begin; that
            of the anchor where it is not known.
    """

    scores: NDArray[np.float32]
    anchors: Frames
    starts: Frames


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


def instants(frames: Frames, grid: FrameGrid) -> Frames:
    """The sample instants at which detections of frames are out, look-ahead included."""
    return grid.frame_end(0) + grid.hop * frames


def negative_samples(num_samples: int, anchors: Sequence[int], *, early: int, late: int) -> int:
    """Samples of ``[0, num_samples)`` outside the union of the hit windows."""
    return num_samples - covered_samples(num_samples, [(a - early, a + late) for a in anchors])


def covered_samples(num_samples: int, windows: Iterable[tuple[int, int]]) -> int:
    """Samples of ``[0, num_samples)`` in the union of windows ``[first, stop)``."""
    covered = 0
    reached = 0
    for first, stop in sorted(windows):
        first, stop = max(first, reached), min(stop, num_samples)
        covered += max(0, stop - first)
        reached = max(reached, stop)
    return covered
