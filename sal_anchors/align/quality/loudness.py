"""Which stretches of an utterance are loud, as its words are, and which are like its pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval
from sal_anchors.lazy_audio import Samples

STEP = 0.01
_FLOOR_DB = -90.0
_MIN_RISE_DB = 12.0
_FRAMES_AT_ONCE = 6000


@dataclass(frozen=True, slots=True, eq=False)
class Loudness:
    """Level of an utterance, a value every 10 ms, and where its words and pauses lie on it.

    Attributes:
        level: float (T,), mean power of each 10 ms in dB of full scale, at least -90.
        covered: bool (T,), inside a word.
        floor: 10 % quantile of the level outside words; of all where hardly any is outside.
        speech: median level inside words.
    """

    level: NDArray[np.float64]
    covered: NDArray[np.bool_]
    floor: float
    speech: float

    @classmethod
    def of(cls, samples: Samples, sample_rate: int, words: Sequence[Interval]) -> Loudness | None:
        """Measure an utterance; None if there are no words, or if they do not stand out of the
        pauses by 12 dB, so that nothing can be told.

        Args:
            samples: (N,) at ``sample_rate`` Hz.
            words: in seconds of the same.
        """
        level = _level(samples, round(STEP * sample_rate))
        covered = np.zeros(len(level), dtype=np.bool_)
        for word in words:
            covered[round(word.start / STEP) : round(word.end / STEP)] = True
        if not covered.any():
            return None
        outside = level[~covered]
        floor = np.quantile(outside, 0.1) if len(outside) >= 20 else np.quantile(level, 0.05)
        speech = np.median(level[covered])
        if speech - floor < _MIN_RISE_DB:
            return None
        return cls(level, covered, float(floor), float(speech))

    def threshold(self, fraction: float) -> float:
        """The level a fraction of the way from the floor to speech, in dB."""
        return self.floor + fraction * (self.speech - self.floor)

    def loud_share(self, word: Interval, fraction: float) -> float:
        """Share in [0, 1] of a word's time above ``threshold(fraction)``; 1 if it has no time."""
        inside = self.level[round(word.start / STEP) : round(word.end / STEP)]
        return float(np.mean(inside > self.threshold(fraction))) if len(inside) else 1.0

    def uncovered(self, fraction: float, margin: float) -> Iterator[tuple[float, float, float]]:
        """Gaps between words as ``(start, end, loud)``, in seconds: how much of the gap is above
        ``threshold(fraction)``, a margin beside words left out."""
        edges = np.flatnonzero(np.diff(np.concatenate(([True], self.covered, [True]))))
        trim = round(margin / STEP)
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            first = first + trim if first else first
            last = last - trim if last < len(self.level) else last
            if last > first:
                loud = self.level[first:last] > self.threshold(fraction)
                yield first * STEP, last * STEP, float(loud.sum()) * STEP


def _level(samples: Samples, hop: int) -> NDArray[np.float64]:
    """Mean power of each whole ``hop`` samples, in dB."""
    whole = len(samples) // hop * hop
    powers = [np.zeros(0)]
    for first in range(0, whole, _FRAMES_AT_ONCE * hop):
        frames = samples[first : min(first + _FRAMES_AT_ONCE * hop, whole)].reshape(-1, hop)
        powers.append(np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / hop)
    level: NDArray[np.float64] = 10 * np.log10(np.maximum(np.concatenate(powers), 1e-12))
    return np.maximum(level, _FLOOR_DB)
