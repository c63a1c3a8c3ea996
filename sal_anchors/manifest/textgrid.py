"""Alignments as Praat TextGrids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import textgrid

from sal_anchors.align.alignment import Interval
from sal_anchors.manifest.row import Row


def write_textgrid(row: Row, folder: Path) -> Path | None:
    """Write words, phones and anchors of a row to ``folder/ID.TextGrid``.

    Rows without an alignment have none. Anchors are points; those of one instant share a point.
    """
    if not row.words:
        return None
    # Times are on the grid's samples: the last may lie half a sample past the file's own end.
    duration = max(row.duration, *(i.end for i in (*row.words, *row.phones)))
    grid = textgrid.TextGrid(maxTime=duration)
    grid.append(_intervals("words", row.words, duration))
    grid.append(_intervals("phones", row.phones, duration))
    grid.append(_points(row, duration))
    path = folder / f"{row.id}.TextGrid"
    path.parent.mkdir(parents=True, exist_ok=True)
    grid.write(str(path))
    return path


def _intervals(name: str, intervals: Sequence[Interval], duration: float) -> textgrid.IntervalTier:
    tier = textgrid.IntervalTier(name=name, minTime=0.0, maxTime=duration)
    for interval in intervals:
        if interval.end > interval.start:
            tier.add(interval.start, interval.end, interval.label)
    return tier


def _points(row: Row, duration: float) -> textgrid.PointTier:
    tier = textgrid.PointTier(name="anchors", minTime=0.0, maxTime=duration)
    marks: dict[float, list[str]] = {}
    for anchor in row.anchors:
        marks.setdefault(anchor.time, []).append(f"{anchor.kind}: {anchor.label}")
    for time, labels in marks.items():
        tier.add(time, "; ".join(labels))
    return tier
