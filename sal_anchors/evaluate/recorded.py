"""What is kept of each streamed recording: scores in float32, instants, and frame labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.match import EventConfig, Track, covered_samples
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.events.event import EventKind
from sal_anchors.runtime.trigger import held, smooth
from sal_anchors.timebase import FrameGrid


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A recording as it is measured: four bytes a frame and class, two more a frame for labels.

    Attributes:
        id: of the recording.
        num_samples: of the recording at the grid's rate, without the tail.
        tracks: one a class, background excluded.
        kinds: kinds of each class's anchors, in the order of the tracks.
        labels: int16 (T,), class indices, -100 where ignored; None if there are none.
    """

    id: str
    num_samples: int
    tracks: tuple[Track, ...]
    kinds: tuple[frozenset[EventKind], ...]
    labels: NDArray[np.int16] | None


def record(streamed: Streamed, num_classes: int, grid: FrameGrid, config: EventConfig) -> Recorded:
    """Smooth the posteriors of each class and place its anchors.

    Args:
        streamed: a recording with posteriors (T', C).
        num_classes: C, the background included.
        grid: of the decisions.
        config: gives the smoothing.
    """
    indices = range(1, num_classes)
    kinds = (
        frozenset(a.kind for a in streamed.anchors if a.class_index == index) for index in indices
    )
    return Recorded(
        id=streamed.id,
        num_samples=streamed.num_samples,
        tracks=tuple(class_track(streamed, index, grid, config) for index in indices),
        kinds=tuple(kinds),
        labels=streamed.labels,
    )


def class_track(
    streamed: Streamed, class_index: int, grid: FrameGrid, config: EventConfig
) -> Track:
    """Smoothed scores and anchors of one class in a recording."""
    begun = {(event.kind, event.label, event.time): event.start for event in streamed.events}
    anchors = sorted(
        (grid.sample_of(a.time), grid.sample_of(begun.get((a.kind, a.label, a.time), a.time)))
        for a in streamed.anchors
        if a.class_index == class_index
    )
    places = np.array(anchors, dtype=np.int64).reshape(-1, 2)
    scores = smooth(streamed.posteriors[:, class_index], config.smooth_frames(grid))
    return Track(scores.astype(np.float32), places[:, 0], places[:, 1])


def onset_classes(recordings: Sequence[Recorded], num_classes: int) -> tuple[bool, ...]:
    """Of each class from 1 whether it is for speech onsets: whether all of its anchors are."""
    return tuple(
        frozenset().union(*(recorded.kinds[index] for recorded in recordings))
        == {EventKind.SPEECH_ONSET}
        for index in range(num_classes - 1)
    )


def by_task(
    recordings: Sequence[Recorded],
    onsets: Iterable[bool],
    config: EventConfig,
    grid: FrameGrid,
) -> tuple[tuple[Recorded, ...], tuple[EventConfig, ...]]:
    """The recordings with each class's scores held for its time to arm again, and what counts
    for each class from 1: ``config.for_onsets()`` where :func:`onset_classes` says so."""
    configs = tuple(config.for_onsets() if onset else config for onset in onsets)
    frames = [of_class.rearm_frames(grid) for of_class in configs]
    if max(frames, default=1) == 1:
        return tuple(recordings), configs
    return tuple(_held(recorded, frames) for recorded in recordings), configs


def _held(recorded: Recorded, frames: Sequence[int]) -> Recorded:
    tracks = tuple(
        replace(track, scores=held(track.scores, count))
        for track, count in zip(recorded.tracks, frames, strict=True)
    )
    return replace(recorded, tracks=tracks)


def negative_hours(
    recordings: Iterable[Recorded],
    class_indices: Iterable[int],
    configs: Sequence[EventConfig],
    grid: FrameGrid,
) -> float:
    """Hours of the recordings outside every hit window of some classes."""
    indices = tuple(class_indices)
    samples = sum(
        recorded.num_samples
        - covered_samples(recorded.num_samples, _windows(recorded, indices, configs, grid))
        for recorded in recordings
    )
    return grid.time_of(samples) / 3600


def _windows(
    recorded: Recorded, indices: Sequence[int], configs: Sequence[EventConfig], grid: FrameGrid
) -> Iterable[tuple[int, int]]:
    for index in indices:
        early, late = configs[index - 1].window(grid)
        for anchor in recorded.tracks[index - 1].anchors.tolist():
            yield anchor - early, anchor + late
