"""Statistics of time shifts, in memory that does not grow with their number."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

STEP = 1e-4
"""Seconds: the median and the p90 are told to this; mean, bias and maximum exactly."""


@dataclass(slots=True)
class Shifts:
    """Time shifts of matched events, after minus before, in seconds.

    Attributes:
        count: of matched events.
        moved: of these, those whose time is not the same.
        largest: highest absolute shift.
    """

    count: int = 0
    moved: int = 0
    largest: float = 0.0
    _sum: float = 0.0
    _absolute: float = 0.0
    _steps: Counter[int] = field(default_factory=Counter)

    def add(self, shift: float) -> None:
        """Count a shift."""
        size = abs(shift)
        self.count += 1
        self.moved += size > 0
        self.largest = max(self.largest, size)
        self._sum += shift
        self._absolute += size
        self._steps[round(size / STEP)] += 1

    @property
    def bias(self) -> float:
        """Mean shift; positive if events are later now. 0 if there are none."""
        return self._sum / self.count if self.count else 0.0

    @property
    def mean(self) -> float:
        """Mean absolute shift; 0 if there are none."""
        return self._absolute / self.count if self.count else 0.0

    def quantile(self, share: float) -> float:
        """The least absolute shift, to 0.1 ms, that ``share`` of the events do not exceed."""
        left = math.ceil(share * self.count)
        for step in sorted(self._steps):
            left -= self._steps[step]
            if left <= 0:
                return min(step * STEP, self.largest)
        return 0.0
