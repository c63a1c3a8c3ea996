"""The time axis that all lanes share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

SHORTEST = 0.02
"""Seconds; nobody needs to look closer."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time in columns; column ``c`` is ``[start + c * step, start + (c + 1) * step)``.

    Attributes:
        start: seconds from the utterance's start.
        seconds: visible, > 0.
        columns: of the terminal, > 0.
    """

    start: float
    seconds: float
    columns: int

    @property
    def step(self) -> float:
        """Seconds a column."""
        return self.seconds / self.columns

    @property
    def end(self) -> float:
        """Seconds."""
        return self.start + self.seconds

    @property
    def edges(self) -> NDArray[np.float64]:
        """Where columns begin, and behind the last where it ends: seconds, (columns + 1,)."""
        return np.asarray(self.start + np.arange(self.columns + 1) * self.step, np.float64)

    def column(self, time: float) -> int:
        """The column of a time; outside ``[0, columns)`` if it is not visible."""
        return int(np.floor((time - self.start) / self.step + 1e-9))

    def shows(self, time: float) -> bool:
        """Whether a time is visible."""
        return 0 <= self.column(time) < self.columns

    def within(self, total: float, longest: float) -> Self:
        """The axis kept inside ``[0, total]``, and no longer than ``longest``."""
        seconds = max(SHORTEST, min(self.seconds, longest, max(total, SHORTEST)))
        start = min(max(0.0, self.start), max(0.0, total - seconds))
        return replace(self, start=start, seconds=seconds)

    def zoomed(self, factor: float, about: float) -> Self:
        """A stretch ``factor`` times as long; ``about`` stays where it is, if it is visible."""
        seconds = max(SHORTEST, self.seconds * factor)
        share = (about - self.start) / self.seconds
        share = share if 0 <= share <= 1 else 0.5
        return replace(self, start=about - share * seconds, seconds=seconds)

    def following(self, time: float) -> Self:
        """The axis moved so that a time is visible, in its middle if it was not."""
        if self.shows(time):
            return self
        return replace(self, start=time - self.seconds / 2)
