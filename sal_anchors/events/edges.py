"""Edge refinement: word edges next to silence moved to where the energy says they are.

Aligners are weakest there: pocketsphinx starts a word after a pause tens of milliseconds early
and ends one before a pause tens of milliseconds late. The edge is placed where the short-time
level crosses a fixed fraction of the way from the noise floor to the word's peak, in dB.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval
from sal_anchors.timebase import FrameGrid

_BIAS_SECONDS = 0.005
"""How much too early pocketsphinx places boundaries between words, at the median."""

_STEP = 0.0025
_WINDOW = 0.015
_FLOOR_DB = -90.0
_CONTEXT = 0.25

_PAUSE_START_P90, _COARSE_START_P90 = 0.026, 0.040
_PAUSE_END_P90, _COARSE_END_P90 = 0.097, 0.038
"""90th percentile of the absolute error on hand-labelled speech, by sort of edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRule:
    """How an edge next to silence is found.

    Attributes:
        min_pause: seconds of silence that make an edge; shorter gaps are left as they are.
        fraction: of the way from floor to peak, in dB, at which the edge lies, in (0, 1).
        reach_out: seconds searched from the coarse edge into the pause.
        reach_in: seconds searched from the coarse edge into the word.
        min_rise_db: edges with less than this between floor and peak are left as they are.
    """

    min_pause: float = 0.05
    fraction: float
    reach_out: float = 0.06
    reach_in: float
    min_rise_db: float = 10.0


ONSET_RULE = EdgeRule(fraction=0.35, reach_in=0.15)
OFFSET_RULE = EdgeRule(fraction=0.55, reach_in=0.10)


@dataclass(frozen=True, slots=True)
class RefinedWord:
    """A word with refined edges, and how far each may be from the truth.

    Attributes:
        interval: the word; its edges are on the grid's samples.
        start_uncertainty: seconds; 90 % of starts of this sort are within it of the truth.
        end_uncertainty: seconds, likewise for ends.
    """

    interval: Interval
    start_uncertainty: float
    end_uncertainty: float


@dataclass(frozen=True, slots=True)
class _Edge:
    time: float
    uncertainty: float


def refine_words(
    words: tuple[Interval, ...], samples: NDArray[np.float32], grid: FrameGrid
) -> tuple[RefinedWord, ...]:
    """The words with their edges refined.

    Boundaries between words get the engine's bias taken off; starts after and ends before a
    pause move to the energy edge near them. Order is kept: no word becomes shorter than one
    envelope step, none overlaps its neighbour.

    Args:
        words: in time order.
        samples: float32 (N,), the utterance at the grid's rate.
        grid: gives the sample rate; times are snapped to its samples.
    """
    envelope = _Envelope.of(samples, grid.sample_rate)
    pause_starts = [0.0, *(word.end for word in words[:-1])]
    pause_ends = [*(word.start for word in words[1:]), envelope.seconds]
    starts = list(map(_onset, repeat(envelope), words, pause_starts))
    ends = list(map(_offset, repeat(envelope), words, pause_ends))
    times = _in_order([(s.time, e.time) for s, e in zip(starts, ends, strict=True)], envelope)
    return tuple(
        RefinedWord(
            replace(word, start=grid.snap(first), end=grid.snap(last)),
            start.uncertainty,
            end.uncertainty,
        )
        for word, (first, last), start, end in zip(words, times, starts, ends, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Envelope:
    """Short-time level in dB, a value every ``_STEP`` seconds, centred."""

    level: NDArray[np.float64]
    seconds: float

    @classmethod
    def of(cls, samples: NDArray[np.float32], sample_rate: int) -> _Envelope:
        half = round(_WINDOW * sample_rate / 2)
        power = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
        steps = math.floor(len(samples) / (_STEP * sample_rate) + 1e-9) + 1
        centres = np.rint(np.arange(steps) * _STEP * sample_rate).astype(np.int64)
        centres = np.minimum(centres, len(samples))
        first = np.maximum(centres - half, 0)
        last = np.minimum(centres + half, len(samples))
        mean = (power[last] - power[first]) / np.maximum(last - first, 1)
        level = np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), _FLOOR_DB)
        return cls(level, len(samples) / sample_rate)

    def _slice(self, span: tuple[float, float]) -> slice:
        first = max(0, math.ceil(span[0] / _STEP))
        return slice(first, max(first, math.floor(span[1] / _STEP) + 1))

    def levels(self, span: tuple[float, float]) -> NDArray[np.float64]:
        """Levels in dB at the steps inside ``span`` (seconds)."""
        return self.level[self._slice(span)]

    def times(self, span: tuple[float, float]) -> NDArray[np.float64]:
        """Times in seconds of the same steps."""
        return np.arange(len(self.level), dtype=np.float64)[self._slice(span)] * _STEP


def _onset(envelope: _Envelope, word: Interval, pause_start: float) -> _Edge:
    coarse = _Edge(word.start + _BIAS_SECONDS, _COARSE_START_P90)
    if word.start - pause_start < ONSET_RULE.min_pause:
        return coarse
    above = _above_threshold(
        envelope,
        ONSET_RULE,
        pause=(max(pause_start, word.start - _CONTEXT), word.start),
        speech=(word.start, min(word.end, word.start + _CONTEXT)),
        search=(
            max(pause_start, word.start - ONSET_RULE.reach_out),
            min(word.end, word.start + ONSET_RULE.reach_in),
        ),
    )
    return _Edge(float(above[0]), _PAUSE_START_P90) if len(above) else coarse


def _offset(envelope: _Envelope, word: Interval, pause_end: float) -> _Edge:
    coarse = _Edge(word.end + _BIAS_SECONDS, _COARSE_END_P90)
    if pause_end - word.end < OFFSET_RULE.min_pause:
        return coarse
    above = _above_threshold(
        envelope,
        OFFSET_RULE,
        pause=(word.end, min(pause_end, word.end + _CONTEXT)),
        speech=(max(word.start, word.end - _CONTEXT), word.end),
        search=(
            max(word.start, word.end - OFFSET_RULE.reach_in),
            min(pause_end, word.end + OFFSET_RULE.reach_out),
        ),
    )
    return _Edge(float(above[-1]), _PAUSE_END_P90) if len(above) else coarse


def _above_threshold(
    envelope: _Envelope,
    rule: EdgeRule,
    *,
    pause: tuple[float, float],
    speech: tuple[float, float],
    search: tuple[float, float],
) -> NDArray[np.float64]:
    """Times in ``search`` at which the level is past the rule's fraction of the rise; none where
    the rise from pause to speech is too small to tell."""
    quiet, loud = envelope.levels(pause), envelope.levels(speech)
    if not len(quiet) or not len(loud):
        return np.zeros(0)
    floor, peak = float(np.quantile(quiet, 0.2)), float(loud.max())
    if peak - floor < rule.min_rise_db:
        return np.zeros(0)
    threshold = floor + rule.fraction * (peak - floor)
    return envelope.times(search)[envelope.levels(search) >= threshold]


def _in_order(edges: list[tuple[float, float]], envelope: _Envelope) -> list[tuple[float, float]]:
    """Clip edges into the audio and against their neighbours, each word at least a step long."""
    ordered: list[tuple[float, float]] = []
    before = 0.0
    for index, (start, end) in enumerate(edges):
        room = envelope.seconds - _STEP * (len(edges) - index)
        start = max(before, min(start, room))
        following = edges[index + 1][0] if index + 1 < len(edges) else envelope.seconds
        end = max(start + _STEP, min(end, following, room + _STEP))
        ordered.append((start, end))
        before = end
    return ordered
