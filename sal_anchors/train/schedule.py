"""The learning rate over the steps of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A linear rise to ``peak``, then half a cosine to 0.

    With ``x`` the share of all steps done and ``w`` that of the rise: ``peak * x / w`` up to
    ``w``, then ``peak * (1 + cos(pi * (x - w) / (1 - w))) / 2``.

    A function of the step and nothing else: a resumed run needs no state of it.

    Attributes:
        peak: the highest rate.
        warmup: share of all steps over which it rises, in [0, 1]; at least one step.
        epochs: passes.
        steps_per_epoch: steps a pass is expected to have; a longer one stays at its last rate.
    """

    peak: float
    warmup: float
    epochs: int
    steps_per_epoch: int

    def rate(self, epoch: int, step: int) -> float:
        """The rate of a step.

        Args:
            epoch: from 1.
            step: of the epoch, from 0.
        """
        steps = self.epochs * self.steps_per_epoch
        done = (epoch - 1) * self.steps_per_epoch + min(step, self.steps_per_epoch - 1)
        rising = max(1, round(self.warmup * steps))
        if done < rising:
            return self.peak * (done + 1) / rising
        share = (done - rising) / max(1, steps - rising)
        return self.peak * (0.5 + 0.5 * math.cos(math.pi * share))
