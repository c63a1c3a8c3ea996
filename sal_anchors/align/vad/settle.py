"""Coarse stretches brought near their true edges by the level of the audio.

The posterior rises 20 ms after speech has begun, at the median, and falls 140 ms after it has
ended; both have long tails. Around each coarse edge the audio itself says more: speech begins
where its level leaves that of the pause, and ends where it comes back to it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval
from sal_anchors.lazy_audio import Samples

_Steps = NDArray[np.int64]

MIN_PAUSE = 0.1
"""Seconds; stretches that turn out to be closer are one."""

_STEP = 0.0025
_SMOOTH = 6
_ONSET_BACK, _ONSET_ON, _ONSET_FRACTION = 0.15, 0.1, 0.35
_OFFSET_BACK, _OFFSET_ON, _OFFSET_FRACTION = 0.35, 0.05, 0.4
_PEAK_SECONDS = 0.5
_FLOOR_SECONDS = 0.1
_FLOOR_QUANTILE = 0.1
_MIN_RISE_DB = 10.0
_MAX_GAP = 0.06
_FLOOR_DB = -90.0


def settle(coarse: Sequence[Interval], samples: Samples, sample_rate: int) -> Iterator[Interval]:
    """The stretches with both edges where the level crosses a fraction of the way, in dB, from
    the pause to the speech; an edge without 10 dB between the two stays.

    From 150 ms before to 100 ms after a coarse onset, the onset is the beginning of the last run
    of loud audio, whose gaps are at most 60 ms: a click before it is not part of it. From 350 ms
    before to 50 ms after a coarse offset, the offset is the last loud instant. Results are in
    order and do not overlap; those less than ``MIN_PAUSE`` apart become one, and one that is left
    without any length is dropped.

    Args:
        coarse: in time order, not overlapping, with score and confidence.
        samples: float32 (N,).
        sample_rate: Hz.
    """
    level = _Level(samples, sample_rate)
    held: Interval | None = None
    for index, one in enumerate(coarse):
        after = coarse[index + 1].start if index + 1 < len(coarse) else level.seconds
        onset, offset = _onset(level, one.start, one.end), _offset(level, one.start, one.end, after)
        if offset - onset < _STEP:
            continue
        found = replace(one, start=onset, end=min(offset, level.seconds))
        if held is not None and onset - held.end < MIN_PAUSE:
            held = _joined(held, found)
            continue
        if held is not None:
            yield held
        held = found
    if held is not None:
        yield held


def _joined(first: Interval, second: Interval) -> Interval:
    return replace(
        first,
        start=min(first.start, second.start),
        end=max(first.end, second.end),
        score=mean_score((first, second)),
        confidence=_weighted((first, second), [one.confidence or 0.0 for one in (first, second)]),
    )


def mean_score(stretches: Sequence[Interval]) -> float | None:
    """Mean score of the stretches, each weighted by its length; None if there are none."""
    return _weighted(stretches, [one.score or 0.0 for one in stretches]) if stretches else None


def _weighted(stretches: Sequence[Interval], values: Sequence[float]) -> float:
    lengths = [one.end - one.start for one in stretches]
    return math.fsum(map(operator.mul, lengths, values)) / math.fsum(lengths)


def _onset(level: _Level, start: float, end: float) -> float:
    search = level.steps(start - _ONSET_BACK, min(end, start + _ONSET_ON))
    quiet = level.steps(start - _ONSET_BACK - _FLOOR_SECONDS, min(end, start + _ONSET_ON))
    speech = level.steps(start, min(end, start + _PEAK_SECONDS))
    loud = _loud(level, search, quiet, speech, _ONSET_FRACTION)
    if not len(loud):
        return start
    gaps = np.flatnonzero(np.diff(loud) * _STEP > _MAX_GAP + _STEP / 2)
    return float(loud[gaps[-1] + 1 if len(gaps) else 0]) * _STEP


def _offset(level: _Level, start: float, end: float, after: float) -> float:
    """``after`` is where the next stretch begins, or the recording ends."""
    first, last = max(start, end - _OFFSET_BACK), min(after, end + _OFFSET_ON)
    search, quiet = level.steps(first, last), level.steps(first, last + _FLOOR_SECONDS)
    speech = level.steps(max(start, end - _PEAK_SECONDS), end)
    loud = _loud(level, search, quiet, speech, _OFFSET_FRACTION)
    return float(loud[-1]) * _STEP if len(loud) else end


def _loud(level: _Level, search: range, quiet: range, speech: range, fraction: float) -> _Steps:
    """The steps of ``search`` past the fraction of the rise; none if the rise is too small."""
    if not search or not speech:
        return np.zeros(0, dtype=np.int64)
    floor = float(np.quantile(level.at(quiet), _FLOOR_QUANTILE))
    peak = float(level.at(speech).max())
    if peak - floor < _MIN_RISE_DB:
        return np.zeros(0, dtype=np.int64)
    threshold = floor + fraction * (peak - floor)
    return np.flatnonzero(level.at(search) >= threshold) + search.start


class _Level:
    """Short-time level in dB at steps of 2.5 ms, over 15 ms; measured where it is asked for."""

    def __init__(self, samples: Samples, sample_rate: int):
        self._samples = samples
        self._step = round(_STEP * sample_rate)
        self._steps = len(samples) // self._step
        self.seconds = len(samples) / sample_rate

    def steps(self, start: float, end: float) -> range:
        """The steps from ``start`` to ``end`` (seconds), inside the recording."""
        return range(max(0, round(start / _STEP)), min(self._steps, round(end / _STEP)) + 1)

    def at(self, steps: range) -> NDArray[np.float64]:
        """Mean power of the ``_SMOOTH`` steps around each, in dB of full scale, at least -90."""
        half = _SMOOTH // 2
        first, last = max(0, steps.start - half), steps.stop - 1 + half
        heard = self._samples[first * self._step : min(last * self._step, len(self._samples))]
        power = np.concatenate(([0.0], np.cumsum(np.square(heard, dtype=np.float64))))
        middles = np.arange(steps.start, steps.stop)
        starts, ends = (
            np.clip((middles + side - first) * self._step, 0, len(heard)) for side in (-half, half)
        )
        mean = (power[ends] - power[starts]) / np.maximum(ends - starts, 1)
        level: NDArray[np.float64] = 10 * np.log10(np.maximum(mean, 10 ** (_FLOOR_DB / 10)))
        return level
