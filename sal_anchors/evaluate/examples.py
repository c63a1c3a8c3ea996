"""The worst misses and false accepts, with what the detector said and the words around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.outcome import FalseAccept, Miss, Outcome
from sal_anchors.evaluate.report import OperatingPoint

Words = Callable[[str], Sequence[Interval]]

_SECONDS_BEFORE = 1.5
_SECONDS_AFTER = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A moment at which a detector was wrong; times in seconds from the recording's start.

    Attributes:
        kind: which of the two.
        recording: id.
        class_name: whose anchor was missed, or that was detected.
        time: of the anchor or of the detection.
        score: the highest smoothed posterior in the anchor's hit window, or of the stretch that
            was detected.
        note: why it is a false accept; empty for misses.
        threshold: of the operating point.
        times: float64 (n,), instants of the scores.
        scores: float32 (n, C), smoothed posteriors around it, background excluded.
        classes: names of the columns.
        anchors: of all classes in this stretch: (class name, time).
        window: first and last instant of the anchor's hit window; None for false accepts.
        words: that overlap the stretch.
    """

    kind: Literal["miss", "false accept"]
    recording: str
    class_name: str
    time: float
    score: float
    note: str
    threshold: float
    times: NDArray[np.float64]
    scores: NDArray[np.float32]
    classes: tuple[str, ...]
    anchors: tuple[tuple[str, float], ...]
    window: tuple[float, float] | None
    words: tuple[Interval, ...]

    @property
    def said(self) -> str:
        """The words, joined by spaces."""
        return " ".join(word.label for word in self.words)


def shown_point(points: Sequence[OperatingPoint]) -> int:
    """Which operating point examples are taken from: the first that the negatives resolve, or
    else the last."""
    found = (index for index, point in enumerate(points) if point.resolvable)
    return next(found, len(points) - 1)


def worst(
    measured: Measured, class_index: int, *, words: Words, count: int = 6
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The misses with the lowest scores, and the false accepts with the highest.

    Args:
        measured: with at least one operating point.
        class_index: from 1.
        words: of a recording, by its id; none where it has no transcript.
        count: at most so many of each.
    """
    points = measured.report.classes[class_index - 1].operating_points
    place = shown_point(points)
    happened, threshold = measured.outcomes[class_index - 1][place], points[place].threshold
    found = _Finder(measured, class_index, threshold, words)
    misses = sorted(((found.miss_score(one), i) for i, one in enumerate(happened.misses)))
    alarms = sorted(((-found.alarm_score(one), i) for i, one in enumerate(happened.false_accepts)))
    return (
        tuple(found.miss(happened, index, score) for score, index in misses[:count]),
        tuple(found.alarm(happened, index, -score) for score, index in alarms[:count]),
    )


@dataclass(frozen=True, slots=True)
class _Finder:
    """Takes examples of one class out of the scores."""

    measured: Measured
    index: int
    threshold: float
    words: Words

    def miss_score(self, miss: Miss) -> float:
        early, late = self.measured.configs[self.index - 1].window(self.measured.grid)
        frames = self._frames(miss.recording, miss.anchor - early, miss.anchor + late)
        return float(self._scores(miss.recording)[frames].max(initial=0.0))

    def alarm_score(self, alarm: FalseAccept) -> float:
        grid = self.measured.grid
        scores = self._scores(alarm.recording)
        frame = (alarm.detection - grid.frame_end(0)) // grid.hop
        below = np.flatnonzero(scores[frame:] < np.float32(self.threshold))
        stop = frame + int(below[0]) if len(below) else len(scores)
        return float(scores[frame:stop].max())

    def miss(self, happened: Outcome, index: int, score: float) -> Example:
        miss, grid = happened.misses[index], self.measured.grid
        early, late = self.measured.configs[self.index - 1].window(grid)
        window = grid.time_of(miss.anchor - early), grid.time_of(miss.anchor + late)
        return self._example("miss", miss.recording, miss.anchor, score, "", window)

    def alarm(self, happened: Outcome, index: int, score: float) -> Example:
        alarm = happened.false_accepts[index]
        note = str(alarm.fault)
        if alarm.other:
            note += f" with {self.measured.report.classes[alarm.other - 1].name}"
        return self._example("false accept", alarm.recording, alarm.detection, score, note, None)

    def _scores(self, recording: int) -> NDArray[np.float32]:
        return self.measured.recordings[recording].tracks[self.index - 1].scores

    def _frames(self, recording: int, first: int, last: int) -> slice:
        """Frames that are out in ``[first, last]``, in samples."""
        grid = self.measured.grid
        begin = -(-(first - grid.frame_end(0)) // grid.hop)
        stop = (last - grid.frame_end(0)) // grid.hop + 1
        length = len(self._scores(recording))
        return slice(min(max(0, begin), length), min(max(0, stop), length))

    def _example(
        self,
        kind: Literal["miss", "false accept"],
        recording: int,
        instant: int,
        score: float,
        note: str,
        window: tuple[float, float] | None,
    ) -> Example:
        grid, recorded = self.measured.grid, self.measured.recordings[recording]
        names = tuple(one.name for one in self.measured.report.classes)
        first = instant - grid.sample_of(_SECONDS_BEFORE)
        last = instant + grid.sample_of(_SECONDS_AFTER)
        frames = self._frames(recording, first, last)
        columns = [track.scores[frames] for track in recorded.tracks]
        ends = grid.frame_end(0) + grid.hop * np.arange(frames.start, frames.stop)
        begun, ended = grid.time_of(first), grid.time_of(last)
        words = self.words(recorded.id)
        return Example(
            kind=kind,
            recording=recorded.id,
            class_name=names[self.index - 1],
            time=grid.time_of(instant),
            score=score,
            note=note,
            threshold=self.threshold,
            times=ends / grid.sample_rate,
            scores=np.stack(columns, axis=1),
            classes=names,
            anchors=tuple(self._anchors(recording, names, first, last)),
            window=window,
            words=tuple(word for word in words if word.end > begun and word.start < ended),
        )

    def _anchors(
        self, recording: int, names: Sequence[str], first: int, last: int
    ) -> Iterator[tuple[str, float]]:
        grid = self.measured.grid
        tracks = self.measured.recordings[recording].tracks
        for name, track in zip(names, tracks, strict=True):
            for anchor in track.anchors[(track.anchors >= first) & (track.anchors <= last)]:
                yield name, grid.time_of(int(anchor))
