"""Held-out recordings, streamed through a detector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.augment import LOW_NOISE_RMS, noise
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.timebase import FrameGrid

_CHUNK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """What a detector said about a recording.

    Attributes:
        id: of the recording.
        posteriors: float32 (T', C), a frame each, the tail after the recording included.
        anchors: of the recording, in time order.
        num_samples: of the recording at the grid's rate, without the tail.
    """

    id: str
    posteriors: NDArray[np.float32]
    anchors: tuple[Anchor, ...]
    num_samples: int


def stream_split(
    detector: StreamingDetector, manifest: Manifest, split: str, config: EventConfig
) -> Iterator[Streamed]:
    """Stream each usable recording of a split from a fresh state, in the manifest's order.

    Raises:
        AudioError: if a recording cannot be decoded.
        ManifestError: if it is not as long as it was when it was aligned.
    """
    for row in manifest.rows(split, usable=True):
        yield _stream(detector, manifest, row, config)


def tail_samples(config: EventConfig, grid: FrameGrid) -> int:
    """Samples of the tail: the late side of a hit window and the smoothing, in whole hops."""
    frames = grid.num_frames(config.window(grid)[1]) + config.smooth_frames(grid)
    return grid.samples_in(frames)


def tail(config: EventConfig, grid: FrameGrid) -> NDArray[np.float32]:
    """Low noise that follows each recording, so that late detections can still come."""
    low = noise(tail_samples(config, grid), "white", np.random.default_rng(0))
    return np.float32(LOW_NOISE_RMS) * low


def _stream(
    detector: StreamingDetector, manifest: Manifest, row: Row, config: EventConfig
) -> Streamed:
    grid = detector.grid
    samples = manifest.recording(row).samples
    audio = np.concatenate([samples, tail(config, grid)])
    chunk = grid.sample_of(_CHUNK_SECONDS)
    detector.reset()
    pieces = [
        detector.accept(audio[first : first + chunk]) for first in range(0, len(audio), chunk)
    ]
    posteriors = np.concatenate([*pieces, detector.flush()])
    return Streamed(row.id, posteriors, row.anchors, len(samples))
