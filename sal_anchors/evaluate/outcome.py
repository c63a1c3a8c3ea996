"""What became of every detection and every anchor at one threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sal_anchors.evaluate.match import EventConfig, Track, instants, match
from sal_anchors.evaluate.recorded import Recorded
from sal_anchors.runtime.trigger import fire
from sal_anchors.timebase import FrameGrid


class Fault(StrEnum):
    """Why a false accept is one; the first that applies.

    ``repeated``: in the hit window of an anchor of its class that another detection hit.
    ``early``: before that window, but not before the span of the anchor's event began.
    ``confused``: in the hit window of an anchor of another class.
    ``elsewhere``: none of these.
    """

    REPEATED = "repeated"
    EARLY = "early"
    CONFUSED = "confused"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Hit:
    """A detection that hit an anchor; instants in samples.

    Attributes:
        recording: its number.
        detection: instant.
        anchor: instant.
    """

    recording: int
    detection: int
    anchor: int


@dataclass(frozen=True, slots=True)
class Miss:
    """An anchor that nothing hit.

    Attributes:
        recording: its number.
        anchor: instant in samples.
    """

    recording: int
    anchor: int


@dataclass(frozen=True, slots=True)
class FalseAccept:
    """A detection that hit nothing.

    Attributes:
        recording: its number.
        detection: instant in samples.
        fault: why.
        other: class index of the anchor it is confused with; 0 unless it is.
    """

    recording: int
    detection: int
    fault: Fault
    other: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that happened to one class at a threshold, in recording and time order."""

    hits: tuple[Hit, ...]
    misses: tuple[Miss, ...]
    false_accepts: tuple[FalseAccept, ...]

    def faults(self) -> dict[Fault, int]:
        """False accepts by fault; every fault is there."""
        counts = Counter(one.fault for one in self.false_accepts)
        return {fault: counts[fault] for fault in Fault}


def outcome(
    recordings: Sequence[Recorded],
    class_index: int,
    threshold: float,
    configs: Sequence[EventConfig],
    grid: FrameGrid,
) -> Outcome:
    """Follow every detection of a class at a threshold.

    Args:
        recordings: with the tracks of all classes.
        class_index: from 1.
        threshold: as a :class:`sal_anchors.evaluate.curve.Curve` has it.
        configs: of each class, the first one that of class 1.
        grid: of the decisions.
    """
    config = configs[class_index - 1]
    early, late = config.window(grid)
    hits: list[Hit] = []
    misses: list[Miss] = []
    false_accepts: list[FalseAccept] = []
    for number, recorded in enumerate(recordings):
        track = recorded.tracks[class_index - 1]
        frames = fire(track.scores, threshold, config.refractory_frames(grid))  # type: ignore[arg-type]
        found, anchors = instants(frames, grid).tolist(), track.anchors.tolist()
        matched = match(found, anchors, early=early, late=late)
        hits += (Hit(number, found[d], anchors[a]) for d, a in matched.hits)
        misses += (Miss(number, anchors[a]) for a in matched.misses)
        for index in matched.false_accepts:
            fault, other = _fault(found[index], recorded, class_index, configs, grid)
            false_accepts.append(FalseAccept(number, found[index], fault, other))
    return Outcome(tuple(hits), tuple(misses), tuple(false_accepts))


def _fault(
    instant: int,
    recorded: Recorded,
    class_index: int,
    configs: Sequence[EventConfig],
    grid: FrameGrid,
) -> tuple[Fault, int]:
    own = recorded.tracks[class_index - 1]
    if _in_window(instant, own, configs[class_index - 1], grid):
        return Fault.REPEATED, 0
    early, _ = configs[class_index - 1].window(grid)
    if bool(((own.starts <= instant) & (instant < own.anchors - early)).any()):
        return Fault.EARLY, 0
    for index, (track, config) in enumerate(zip(recorded.tracks, configs, strict=True), start=1):
        if index != class_index and _in_window(instant, track, config, grid):
            return Fault.CONFUSED, index
    return Fault.ELSEWHERE, 0


def _in_window(instant: int, track: Track, config: EventConfig, grid: FrameGrid) -> bool:
    early, late = config.window(grid)
    first = np.searchsorted(track.anchors, instant - late)
    return bool(first < np.searchsorted(track.anchors, instant + early, side="right"))
