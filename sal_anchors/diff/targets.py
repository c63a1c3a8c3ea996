"""How many frames have other labels and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.check.targets import RELATIVE
from sal_anchors.manifest import Row


@dataclass(slots=True)
class Targets:
    """Labels and weights of rows with the same frames.

    Attributes:
        frames: compared.
        labels: frames whose class is another one by name.
        weights: frames whose weight is another one.
        largest: highest absolute difference of weights.
        rows_apart: usable rows whose numbers of frames differ; they are not compared.
    """

    frames: int = 0
    labels: int = 0
    weights: int = 0
    largest: float = 0.0
    rows_apart: int = 0
    _absolute: float = 0.0

    @property
    def mean(self) -> float:
        """Mean absolute difference of weights over all frames."""
        return self._absolute / self.frames if self.frames else 0.0


class TargetComparer:
    """Compares targets of rows on one grid.

    Args:
        before: class names of the first manifest by index.
        after: those of the second.

    Attributes:
        found: the counts.
    """

    def __init__(self, before: tuple[str, ...], after: tuple[str, ...]):
        self.found = Targets()
        names = {name: index for index, name in enumerate(dict.fromkeys((*before, *after)))}
        self._before, self._after = (
            np.array([names[name] for name in classes], dtype=np.int64)
            for classes in (before, after)
        )

    def add(self, before: Row, after: Row) -> None:
        """Compare two usable rows."""
        lengths = {len(a) for row in (before, after) for a in (row.labels, row.weights)}
        if len(lengths) != 1:
            self.found.rows_apart += 1
            return
        labels = _renumbered(before.labels, self._before), _renumbered(after.labels, self._after)
        apart = np.abs(after.weights.astype(np.float64) - before.weights)
        changed = ~np.isclose(after.weights, before.weights, rtol=RELATIVE, atol=0.0)
        self.found.frames += len(apart)
        self.found.labels += int(np.count_nonzero(labels[0] != labels[1]))
        self.found.weights += int(np.count_nonzero(changed))
        if changed.any():
            self.found.largest = max(self.found.largest, float(apart[changed].max()))
            self.found._absolute += float(apart[changed].sum())


def _renumbered(labels: NDArray[Any], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Labels in the numbering of both manifests; those of no class are all alike."""
    found = np.full(len(labels), IGNORE_LABEL, dtype=np.int64)
    inside = (labels >= 0) & (labels < len(numbers))
    found[inside] = numbers[labels[inside].astype(np.int64)]
    return found
