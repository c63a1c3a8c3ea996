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

from sal_anchors.align.aligner import EdgeErrors
from sal_anchors.align.alignment import Interval
from sal_anchors.lazy_audio import Samples
from sal_anchors.timebase import FrameGrid

_STEP = 0.0025
_WINDOW = 0.015
_FLOOR_DB = -90.0
_CONTEXT = 0.25
_DEFAULT_ERRORS = EdgeErrors()


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
class _Edge:
    time: float
    uncertainty: float


def refine_words(
    words: tuple[Interval, ...],
    samples: Samples,
    grid: FrameGrid,
    errors: EdgeErrors = _DEFAULT_ERRORS,
) -> tuple[Interval, ...]:
    """The words with their edges refined, and how far each may be from the truth.

    Boundaries between words get the engine's bias taken off; starts after and ends before a
    pause move to the energy edge near them. Order is kept: no word becomes shorter than one
    envelope step, none overlaps its neighbour.

    Args:
        words: in time order.
        samples: float32 (N,), the utterance at the grid's rate.
        grid: gives the sample rate; times are snapped to its samples.
        errors: those of the engine that the words come from.
    """
    envelope = _Envelope(samples, grid.sample_rate)
    pause_starts = [0.0, *(word.end for word in words[:-1])]
    pause_ends = [*(word.start for word in words[1:]), envelope.seconds]
    starts = list(map(_onset, repeat(envelope), words, pause_starts, repeat(errors)))
    ends = list(map(_offset, repeat(envelope), words, pause_ends, repeat(errors)))
    times = _in_order([(s.time, e.time) for s, e in zip(starts, ends, strict=True)], envelope)
    return tuple(
        replace(
            word,
            start=grid.snap(first),
            end=grid.snap(last),
            start_uncertainty=start.uncertainty,
            end_uncertainty=end.uncertainty,
        )
        for word, (first, last), start, end in zip(words, times, starts, ends, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Envelope:
    """Short-time level in dB, a value every ``_STEP`` seconds, centred; measured where it is
    asked for."""

    samples: Samples
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate

    def _steps(self, span: tuple[float, float]) -> NDArray[np.int64]:
        count = math.floor(len(self.samples) / (_STEP * self.sample_rate) + 1e-9) + 1
        first = max(0, math.ceil(span[0] / _STEP))
        return np.arange(first, min(math.floor(span[1] / _STEP) + 1, count))

    def levels(self, span: tuple[float, float]) -> NDArray[np.float64]:
        """Levels in dB at the steps inside ``span`` (seconds)."""
        steps = self._steps(span)
        if not len(steps):
            return np.zeros(0)
        half = round(_WINDOW * self.sample_rate / 2)
        centres = np.rint(steps * _STEP * self.sample_rate).astype(np.int64)
        centres = np.minimum(centres, len(self.samples))
        first = np.maximum(centres - half, 0)
        last = np.minimum(centres + half, len(self.samples))
        inside = self.samples[int(first[0]) : int(last[-1])]
        power = np.concatenate(([0.0], np.cumsum(np.square(inside, dtype=np.float64))))
        summed = power[last - first[0]] - power[first - first[0]]
        mean = summed / np.maximum(last - first, 1)
        level: NDArray[np.float64] = 10 * np.log10(np.maximum(mean, 1e-12))
        return np.maximum(level, _FLOOR_DB)

    def times(self, span: tuple[float, float]) -> NDArray[np.float64]:
        """Times in seconds of the same steps."""
        return self._steps(span).astype(np.float64) * _STEP


def _onset(envelope: _Envelope, word: Interval, pause_start: float, errors: EdgeErrors) -> _Edge:
    coarse = _Edge(word.start - errors.bias, errors.start)
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
    return _Edge(float(above[0]), errors.start_after_pause) if len(above) else coarse


def _offset(envelope: _Envelope, word: Interval, pause_end: float, errors: EdgeErrors) -> _Edge:
    coarse = _Edge(word.end - errors.bias, errors.end)
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
    return _Edge(float(above[-1]), errors.end_before_pause) if len(above) else coarse


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
