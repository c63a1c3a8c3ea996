"""Resampling seeds and recordings together: the bootstrap of two crossed factors.

A resample draws recordings and, apart from them, seeds, with replacement and as many as there
are; a run counts as often as its seed was drawn, and within it a recording as often as that was
(Owen 2007, "The pigeonhole bootstrap"). Both sides of a difference have the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sal_anchors.evaluate.bootstrap import Range, Resamples, percentiles
from sal_anchors.experiment.delays import Delays

Values = NDArray[np.float64]

RANKS = (50.0, 90.0)
_SEEDS_APART = 1


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """B resamples.

    Attributes:
        recordings: how often each recording is drawn, (B, R).
        seeds: how often each seed is drawn, (B, S).
    """

    recordings: Resamples
    seeds: Values

    @classmethod
    def make(cls, recordings: Resamples, seeds: int, *, seed: int) -> Self:
        """Draw seeds to resamples of recordings, the same ones for a seed."""
        rng = np.random.default_rng([seed, _SEEDS_APART])
        size = len(recordings.counts)
        counts = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=size)
        return cls(recordings, counts.astype(np.float64))

    def mean(self, values: Sequence[Values]) -> Values:
        """The mean over the drawn seeds, (B,), of values (B,) for each of S seeds; nan where one
        that was drawn is."""
        table = np.stack(values, axis=1)
        weighted = np.where(self.seeds > 0, self.seeds * table, 0.0)
        return np.asarray(weighted.sum(axis=1) / self.seeds.sum(axis=1))

    def difference(self, ours: Sequence[Values], theirs: Sequence[Values]) -> Range | None:
        """The middle 95 % of the difference of means, of S seeds each; None where more than half
        of the resamples have none."""
        return self.recordings.interval(self.mean(ours) - self.mean(theirs))


def resampled_latencies(recordings: Resamples, delays: Delays) -> Values:
    """Median and 90th percentile of the delays in each resample of recordings, (B, 2)."""
    return percentiles(recordings, delays.seconds, delays.recordings, RANKS)
