"""How the counts change as the threshold falls: exact steps from the places where scores rise.

At a threshold a rising stretch of scores is crossed in one frame, the first that reaches it. So
the counts change only at the scores of rising frames and of the frame before each stretch, and
stretches that no refractory time and no hit window connect change them independently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.match import EventConfig, Frames, Track, instants, match
from sal_anchors.runtime.trigger import apart
from sal_anchors.timebase import FrameGrid

Values = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Changes of the counts: each takes place as the threshold falls to a value.

    Attributes:
        values: (E,), scores.
        recordings: int64 (E,), number of the track.
        hits: int64 (E,), by how many the anchors hit grow.
        false_accepts: int64 (E,), likewise.
    """

    values: Values
    recordings: Frames
    hits: Frames
    false_accepts: Frames

    def falling(self, floor: float = 0.0) -> Steps:
        """The steps at ``floor`` and above, the highest first."""
        order = np.argsort(-self.values, kind="stable")
        return self.take(order[self.values[order] >= floor])

    def take(self, which: Frames | slice) -> Steps:
        """Some of the steps."""
        return Steps(
            self.values[which], self.recordings[which], self.hits[which], self.false_accepts[which]
        )


def joined_steps(parts: Sequence[Steps]) -> Steps:
    """The steps of all parts, one after the other."""
    names = ("values", "recordings", "hits", "false_accepts")
    return Steps(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Tracks of one class laid end to end, so far apart that none touches its neighbour.

    Attributes:
        scores: (N,); before each track stands a 0, the score before its first frame.
        starts: int64 (R,), where in ``scores`` the first frame of each track is.
        shifts: int64 (R,), frames by which each track is moved to the right.
        anchors: int64 (A,), sample instants, ascending, moved likewise.
    """

    scores: Values
    starts: Frames
    shifts: Frames
    anchors: Frames


def timeline(tracks: Sequence[Track], config: EventConfig, grid: FrameGrid) -> Timeline:
    """Lay tracks end to end; see :class:`Timeline`."""
    lengths = np.array([len(track.scores) + 1 for track in tracks], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths + 1
    latest = max((int(t.anchors[-1]) for t in tracks if len(t.anchors)), default=0)
    apart_by = max(0, latest) + grid.frame_end(0) + sum(config.window(grid))
    gap = config.refractory_frames(grid) + apart_by // grid.hop + 2
    shifts = starts + gap * np.arange(len(tracks))
    dtype = tracks[0].scores.dtype if tracks else np.float32
    zero = np.zeros(1, dtype)
    moved = [track.anchors + grid.hop * by for track, by in zip(tracks, shifts, strict=True)]
    return Timeline(
        np.concatenate([zero[:0], *(piece for t in tracks for piece in (zero, t.scores))]),
        starts,
        shifts,
        np.concatenate([np.zeros(0, dtype=np.int64), *moved]),
    )


def peaks(scores: Values) -> Values:
    """The positive local maxima of scores (N,), a flat top counted once."""
    falls = np.ones(len(scores), dtype=bool)
    np.greater(scores[:-1], scores[1:], out=falls[:-1])
    falls[1:] &= scores[:-1] <= scores[1:]
    found: Values = scores[falls & (scores > 0)]
    return found


def steps(line: Timeline, floor: float, config: EventConfig, grid: FrameGrid) -> Steps:
    """All steps at ``floor`` (> 0) and above.

    The counts that they add up to at a threshold are those of
    :func:`sal_anchors.evaluate.match.match` with the detections at that threshold.
    """
    rising = _rising(line, floor, config, grid)
    if not len(rising.frames):
        none = np.zeros(0, dtype=np.int64)
        return Steps(line.scores[:0], none, none, none)
    parts = [_of_single_stretches(rising, line.anchors, floor, config, grid)]
    for first, stop in rising.clusters(single=False):
        parts.append(_of_cluster(rising, slice(first, stop), line.anchors, floor, config, grid))
    return joined_steps(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Rising:
    """Frames whose score is at the floor or above and higher than the one before.

    Attributes:
        frames: int64 (n,), moved as the timeline moves them.
        times: int64 (n,), sample instants, moved likewise.
        values: (n,), their scores.
        below: (n,), the scores before.
        recordings: int64 (n,), number of the track.
        stretch: int64 (n,), number of the rising stretch.
        cluster: int64 (n,), number of the cluster: stretches that influence each other.
    """

    frames: Frames
    times: Frames
    values: Values
    below: Values
    recordings: Frames
    stretch: Frames
    cluster: Frames

    def single(self) -> NDArray[np.bool_]:
        """Whether each frame's cluster is a single stretch, (n,)."""
        first, stop = self._bounds()
        alone = self.stretch[first] == self.stretch[stop - 1]
        return np.asarray(alone[self.cluster])

    def clusters(self, *, single: bool) -> Iterator[tuple[int, int]]:
        """First frame and stop of each cluster that is, or is not, a single stretch."""
        first, stop = self._bounds()
        wanted = (self.stretch[first] == self.stretch[stop - 1]) == single
        return zip(first[wanted].tolist(), stop[wanted].tolist(), strict=True)

    def _bounds(self) -> tuple[Frames, Frames]:
        first = np.flatnonzero(np.diff(self.cluster, prepend=-1))
        return first, np.append(first[1:], len(self.cluster))


def _rising(line: Timeline, floor: float, config: EventConfig, grid: FrameGrid) -> _Rising:
    scores = line.scores
    places = np.flatnonzero(scores >= floor)
    places = places[scores[places] > scores[places - 1]]
    recordings = np.searchsorted(line.starts, places, side="right") - 1
    frames = places - line.starts[recordings] + line.shifts[recordings]
    times = instants(frames, grid)
    gaps = np.diff(frames)
    apart_ = gaps >= config.refractory_frames(grid)
    apart_ &= ~_within_one_window(times, line.anchors, *config.window(grid))
    apart_ &= gaps > 1
    return _Rising(
        frames,
        times,
        scores[places],
        scores[places - 1],
        recordings,
        np.append(0, np.cumsum(gaps > 1))[: len(frames)],
        np.append(0, np.cumsum(apart_))[: len(frames)],
    )


def _within_one_window(times: Frames, anchors: Frames, early: int, late: int) -> NDArray[np.bool_]:
    """Whether a hit window holds both of two neighbouring instants, (n - 1,)."""
    first = np.searchsorted(times, anchors - early)
    last = np.searchsorted(times, anchors + late, side="right") - 1
    held = first < last
    changes = np.zeros(len(times) + 1, dtype=np.int64)
    np.add.at(changes, first[held], 1)
    np.add.at(changes, last[held], -1)
    return np.cumsum(changes)[: max(0, len(times) - 1)] > 0


def _of_single_stretches(
    rising: _Rising, anchors: Frames, floor: float, config: EventConfig, grid: FrameGrid
) -> Steps:
    """Each frame is the only detection of its cluster for thresholds in (below, value]."""
    early, late = config.window(grid)
    alone = np.flatnonzero(rising.single())
    times = rising.times[alone]
    reach = np.searchsorted(anchors, times + early, side="right")
    hit = (reach > np.searchsorted(anchors, times - late)).astype(np.int64)
    below = rising.below[alone]
    began = (below >= floor) & (below > 0)
    arrive = Steps(rising.values[alone], rising.recordings[alone], hit, 1 - hit)
    leave = Steps(below, rising.recordings[alone], -hit, hit - 1)
    return joined_steps([arrive, leave.take(np.flatnonzero(began))])


def _of_cluster(
    rising: _Rising,
    where: slice,
    anchors: Frames,
    floor: float,
    config: EventConfig,
    grid: FrameGrid,
) -> Steps:
    """Count at each score of a cluster, as at any threshold down to the next."""
    early, late = config.window(grid)
    refractory = config.refractory_frames(grid)
    frames, times = rising.frames[where], rising.times[where]
    values, below = rising.values[where], rising.below[where]
    near = anchors[np.searchsorted(anchors, times[0] - late) :]
    near = near[: np.searchsorted(near, times[-1] + early, side="right")].tolist()
    changes = np.unique(np.concatenate([values, below[(below >= floor) & (below > 0)]]))[::-1]
    counts = np.zeros((len(changes) + 1, 2), dtype=np.int64)
    for index, threshold in enumerate(changes, start=1):
        crossed = frames[(below < threshold) & (threshold <= values)]
        kept = np.fromiter(apart(crossed, refractory), dtype=np.int64)
        matched = match(instants(kept, grid).tolist(), near, early=early, late=late)
        counts[index] = len(matched.hits), len(matched.false_accepts)
    grown = np.diff(counts, axis=0)
    changed = np.flatnonzero(grown.any(axis=1))
    recordings = np.full(len(changed), rising.recordings[where.start])
    return Steps(changes[changed], recordings, grown[changed, 0], grown[changed, 1])
