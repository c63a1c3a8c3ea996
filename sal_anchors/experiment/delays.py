"""Latencies of a run at any threshold, counted from its posteriors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors.errors import ExperimentError
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.outcome import outcome
from sal_anchors.evaluate.recorded import Recorded, by_task, onset_classes, record
from sal_anchors.evaluate.report import CurvePoint
from sal_anchors.evaluate.scores_read import open_scores
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.timebase import FrameGrid

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """Seconds from an anchor to the detection that hit it.

    Attributes:
        seconds: (n,).
        recordings: int64 (n,), number of the recording that each is in.
    """

    seconds: Values
    recordings: NDArray[np.int64]


def rows_with_anchors(manifest: Manifest, split: str) -> dict[str, Row]:
    """The usable rows of a split in which there is something to detect, by id."""
    return {row.id: row for row in manifest.rows(split, usable=True) if row.anchors}


class Tracks:
    """Smoothed scores of the recordings with anchors, of one run.

    Args:
        scores: the run's file of posteriors.
        rows: see :func:`rows_with_anchors`.
        classes: how many, the background included.
        numbers: of the recordings, by id.
        config: smoothing, refractory time and hit window.

    Raises:
        EvaluationError: the file is not in the format.
        ExperimentError: it has no posteriors of one of the rows.
    """

    def __init__(
        self,
        scores: Path,
        rows: dict[str, Row],
        *,
        classes: int,
        numbers: dict[str, int],
        config: EventConfig,
    ):
        file = open_scores(scores)
        if missing := [id_ for id_ in rows if id_ not in numbers or not file.has(id_)]:
            raise ExperimentError(
                f"no posteriors of {missing[0]!r}",
                where=scores,
                hint=f"Remove {scores.parent} to run it again",
            )
        self._grid: FrameGrid = file.header.grid()
        recordings = tuple(
            record(_streamed(rows[id_], values), classes, self._grid, config)
            for id_, values in file.read(set(rows))
        )
        self._numbers = np.array([numbers[one.id] for one in recordings], dtype=np.int64)
        onsets = onset_classes(recordings, classes)
        self._recordings, self._configs = by_task(recordings, onsets, config, self._grid)

    def delays(self, threshold: float) -> Delays:
        """Of all hits of all classes at a threshold."""
        pairs = list(_hits(self._recordings, threshold, self._configs, self._grid))
        late = np.array([samples for _, samples in pairs], dtype=np.float64)
        places = np.array([place for place, _ in pairs], dtype=np.int64)
        return Delays(late / self._grid.sample_rate, self._numbers[places])


def threshold_at_misses(curve: Sequence[CurvePoint], misses: int) -> CurvePoint | None:
    """The point of the highest threshold at which no more than so many anchors are missed."""
    return next((point for point in curve if point.misses <= misses), None)


def _streamed(row: Row, posteriors: NDArray[np.float32]) -> Streamed:
    return Streamed(row.id, posteriors, row.anchors, row.num_samples, row.events)


def _hits(
    recordings: tuple[Recorded, ...],
    threshold: float,
    configs: tuple[EventConfig, ...],
    grid: FrameGrid,
) -> Iterator[tuple[int, int]]:
    for index in range(1, len(configs) + 1):
        for hit in outcome(recordings, index, threshold, configs, grid).hits:
            yield hit.recording, hit.detection - hit.anchor
