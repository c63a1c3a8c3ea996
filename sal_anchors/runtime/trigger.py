"""From posteriors to detections: causal smoothing, upward threshold crossing, refractory time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.timebase import FrameGrid

Scores = NDArray[np.float64]
Posteriors = NDArray[np.float32]


class TriggerConfig(BaseModel):
    """When a posterior becomes a detection.

    Attributes:
        smooth_ms: length of the causal moving average; at least one frame is taken.
        refractory_ms: after a detection, upward crossings of its class are passed over for this
            long.
        rearm_ms: an upward crossing counts only if the score stayed below the threshold for this
            long before; at least one frame.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    smooth_ms: float = Field(default=50.0, ge=0, le=5_000)
    refractory_ms: float = Field(default=1_000.0, ge=0, le=60_000)
    rearm_ms: float = Field(default=0.0, ge=0, le=60_000)

    def smooth_frames(self, grid: FrameGrid) -> int:
        """Frames of the moving average, >= 1."""
        return max(1, grid.frames_in(self.smooth_ms / 1000))

    def refractory_frames(self, grid: FrameGrid) -> int:
        """Least distance in frames between two detections, >= 1."""
        return max(1, grid.frames_in(self.refractory_ms / 1000))

    def rearm_frames(self, grid: FrameGrid) -> int:
        """Frames below the threshold before an upward crossing, >= 1."""
        return max(1, grid.frames_in(self.rearm_ms / 1000))


@dataclass(frozen=True, slots=True)
class Detection:
    """A moment at which the detector speaks up.

    Attributes:
        frame: whose arrival caused it.
        time: seconds from the stream's start at which everything needed for it had arrived.
        class_name: what was detected.
        score: smoothed posterior in [0, 1].
    """

    frame: int
    time: float
    class_name: str
    score: float


def smooth(posteriors: NDArray[np.float32], frames: int) -> Scores:
    """Causal moving average over the last ``frames`` along axis 0, zeros before the start:
    ``s_t = (p_{t-frames+1} + ... + p_t) / frames``.
    """
    past = np.zeros((frames - 1, *posteriors.shape[1:]))
    return _average(np.concatenate([past, posteriors.astype(np.float64)]), frames)


def held(scores: NDArray[Any], frames: int) -> NDArray[Any]:
    """The highest of the last ``frames`` scores (T, ...), a frame each, zeros before the start.

    It rises above a threshold where the scores do after ``frames`` frames below it, and nowhere
    else: ``h_t = max(s_{t-frames+1}, ..., s_t)``.
    """
    if frames == 1 or not len(scores):
        return scores
    past = np.zeros((frames - 1, *scores.shape[1:]), dtype=scores.dtype)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([past, scores]), frames, 0)
    highest: NDArray[Any] = windows.max(axis=-1)
    return highest


def fire(scores: Scores, threshold: float, refractory: int) -> NDArray[np.int64]:
    """Frames of ``scores`` (T,) at which a detection fires.

    That is each ``t`` with ``s_{t-1} < threshold <= s_t`` (``s_{-1}`` is 0) at least
    ``refractory`` frames after the detection before it.
    """
    above = scores >= threshold
    rising = np.flatnonzero(above & ~np.concatenate([[threshold <= 0], above[:-1]]))
    return np.array(list(apart(rising, refractory)), dtype=np.int64)


def apart(frames: NDArray[np.int64], refractory: int) -> Iterator[int]:
    """Those of the ascending ``frames`` that are ``refractory`` after the one kept before."""
    last = None
    for frame in frames.tolist():
        if last is None or frame - last >= refractory:
            last = frame
            yield frame


class Trigger:
    """:func:`smooth`, :func:`held` and :func:`fire` for a stream of posteriors, each class apart.

    Args:
        grid: of the posteriors: its frames end when they are out.
        classes: names; index 0 is the background and never detected.
        threshold: smoothed posterior in (0, 1] at which a detection fires.
        config: smoothing, refractory time and time to arm again.
    """

    def __init__(
        self,
        grid: FrameGrid,
        classes: tuple[str, ...],
        *,
        threshold: float,
        config: TriggerConfig | None = None,
    ):
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold must be in (0, 1], got {threshold!r}")
        config = config or TriggerConfig()
        self.grid = grid
        self.classes = classes
        self.threshold = threshold
        self._smooth = config.smooth_frames(grid)
        self._refractory = config.refractory_frames(grid)
        self._rearm = config.rearm_frames(grid)
        self.reset()

    def reset(self) -> None:
        """Begin a new stream."""
        count = len(self.classes)
        self._past = np.zeros((self._smooth - 1, count))
        self._below = np.full(count, self._rearm)
        self._last: list[int | None] = [None] * count
        self._frame = 0

    def accept(self, posteriors: Posteriors) -> list[Detection]:
        """Take posteriors (k, C) of the next frames; return the detections they cause."""
        joined = np.concatenate([self._past, posteriors.astype(np.float64)])
        scores = _average(joined, self._smooth)
        self._past = joined[len(joined) - self._smooth + 1 :]
        detections = []
        for row in scores:
            above = row >= self.threshold
            rising = above & (self._below >= self._rearm)
            rising[0] = False
            for index in np.flatnonzero(rising).tolist():
                if self._free(index):
                    detections.append(self._detection(index, row[index]))
            self._below = np.where(above, 0, self._below + 1)
            self._frame += 1
        return detections

    def _free(self, class_index: int) -> bool:
        last = self._last[class_index]
        return last is None or self._frame - last >= self._refractory

    def _detection(self, class_index: int, score: float) -> Detection:
        self._last[class_index] = self._frame
        return Detection(
            frame=self._frame,
            time=self.grid.time_of_frame(self._frame),
            class_name=self.classes[class_index],
            score=float(score),
        )


def _average(joined: Scores, frames: int) -> Scores:
    """Means of each ``frames`` neighbours, always added in the same order."""
    length = len(joined) - frames + 1
    total = joined[:length].copy()
    for lag in range(1, frames):
        total += joined[lag : lag + length]
    return total / frames
