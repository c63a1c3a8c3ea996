"""The batches of each optimiser step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sal_anchors.dataset import Batch
from sal_anchors.train.objective import Objective
from sal_anchors.train.processes import Processes


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What the weights are updated by.

    Attributes:
        batches: of this process, at least one.
        count: what the summed loss of all batches of all processes is divided by, at least 1.
    """

    batches: list[Batch]
    count: float


def steps(
    batches: Iterator[Batch], accumulate: int, objective: Objective, processes: Processes
) -> Iterator[Step]:
    """Groups of ``accumulate`` batches; the last may have fewer.

    Every process must have as many batches as any other.
    """
    while own := list(islice(batches, accumulate)):
        (count,) = processes.total(sum(objective.count(batch.labels) for batch in own))
        yield Step(own, max(count, 1.0))
