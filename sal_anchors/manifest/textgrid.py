"""Alignments as Praat TextGrids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sal_anchors.align.alignment import Interval
from sal_anchors.manifest.row import Row
from sal_anchors.textgrid import Mark, Tier, write_tiers


def write_textgrid(row: Row, folder: Path) -> Path | None:
    """Write words, phones and anchors of a row to ``folder/ID.TextGrid``.

    Rows without an alignment have none. Anchors are points; those of one instant share a point.
    """
    if not row.words:
        return None
    tiers = (_intervals("words", row.words), _intervals("phones", row.phones), _points(row))
    return write_tiers(folder / f"{row.id}.TextGrid", tiers, row.duration)


def _intervals(name: str, intervals: Sequence[Interval]) -> Tier:
    marks = (Mark(i.label, i.start, i.end) for i in intervals)
    return Tier(name, points=False, start=0.0, end=0.0, marks=tuple(marks))


def _points(row: Row) -> Tier:
    labels: dict[float, list[str]] = {}
    for anchor in row.anchors:
        labels.setdefault(anchor.time, []).append(f"{anchor.kind}: {anchor.label}")
    marks = (Mark("; ".join(told), time, time) for time, told in labels.items())
    return Tier("anchors", points=True, start=0.0, end=0.0, marks=tuple(marks))
