"""Held-out recordings, streamed through a detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.anchors.recipe import GridConfig, Recipe
from sal_anchors.anchors.render import render
from sal_anchors.augment import LOW_NOISE_RMS, noise
from sal_anchors.dataset.sensors import require_streams
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.events.event import Event
from sal_anchors.lazy_audio import Samples
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.streams import Stream
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
        events: of the recording; they tell when the anchors' spans began.
        labels: int16 (T,), what the first T frames of the posteriors should say; -100 where that
            is in doubt. None if it is not known.
    """

    id: str
    posteriors: NDArray[np.float32]
    anchors: tuple[Anchor, ...]
    num_samples: int
    events: tuple[Event, ...] = ()
    labels: NDArray[np.int16] | None = None


def stream_split(
    detector: StreamingDetector, manifest: Manifest, split: str, config: EventConfig
) -> Iterator[Streamed]:
    """Stream each usable recording of a split from a fresh state, in the manifest's order.

    Raises:
        AudioError: if a recording cannot be decoded.
        StreamError: if the readings of a sensor cannot be used.
        DataError: if the recordings have not the streams that the detector takes.
        ManifestError: if it is not as long as it was when it was aligned.
    """
    require_streams(manifest, detector.sensors, split)
    for row in manifest.rows(split, usable=True):
        yield _stream(detector, manifest, row, config)


def tail_samples(config: EventConfig, grid: FrameGrid) -> int:
    """Samples of the tail: the late side of the longest hit window and the smoothing, in whole
    hops."""
    late = max(config.window(grid)[1], config.for_onsets().window(grid)[1])
    frames = grid.num_frames(late) + config.smooth_frames(grid)
    return grid.samples_in(frames)


def tail(config: EventConfig, grid: FrameGrid) -> NDArray[np.float32]:
    """Low noise that follows each recording, so that late detections can still come."""
    low = noise(tail_samples(config, grid), "white", np.random.default_rng(0))
    return np.float32(LOW_NOISE_RMS) * low


def posteriors_of(
    detector: StreamingDetector,
    samples: Samples,
    config: EventConfig,
    streams: Sequence[Stream] = (),
) -> NDArray[np.float32]:
    """Posteriors (T', C) of a recording and its tail from a fresh state, a second at a time;
    streams that the detector takes and that are not given are absent."""
    chunk = detector.grid.sample_of(_CHUNK_SECONDS)
    given = {stream.name: stream for stream in streams}
    taken = {sensor.name: given.get(sensor.name) for sensor in detector.sensors}
    detector.reset({name: None if one is None else one.start for name, one in taken.items()})
    detector.accept([], {name: one.readings for name, one in taken.items() if one is not None})
    pieces = [
        detector.accept(samples[first : first + chunk]) for first in range(0, len(samples), chunk)
    ]
    last = detector.accept(tail(config, detector.grid))
    return np.concatenate([*pieces, last, detector.flush()])


def _stream(
    detector: StreamingDetector, manifest: Manifest, row: Row, config: EventConfig
) -> Streamed:
    grid = detector.grid
    samples = manifest.recording(row).samples
    streams = manifest.streams(row) if detector.sensors else ()
    posteriors = posteriors_of(detector, samples, config, streams)
    labels = frame_labels(row, manifest.recipe, grid.strided(detector.output_grid.hop // grid.hop))
    return Streamed(row.id, posteriors, row.anchors, len(samples), row.events, labels)


def frame_labels(row: Row, recipe: Recipe, grid: FrameGrid) -> NDArray[np.int16]:
    """The labels of a row on another grid than the recipe's, as its events and the recipe say."""
    if grid == recipe.grid.grid():
        return row.labels
    on_grid = recipe.unnormalised().model_copy(update={"grid": GridConfig(**grid.to_dict())})
    frames = grid.num_frames(grid.resampled(row.num_samples, row.sample_rate))
    return render(row.events, on_grid, frames).labels
