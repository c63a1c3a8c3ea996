"""Writing Praat TextGrids: UTF-8, long text format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sal_anchors.textgrid.tiers import Mark, Tier

_POINT_TIME = re.compile(r"(\t\t\tpoints \[\d+\]:\n\t\t\t\t)time")


def write_tiers(path: Path, tiers: Sequence[Tier], duration: float) -> Path:
    """Write tiers as a TextGrid from 0 to ``duration`` seconds, or to the last mark if later.

    Labels and names may hold quotation marks and any letters. Marks of an interval tier that
    have no length are left out; those of a tier must not overlap, points not share an instant:
    :func:`layered` sees to it.

    Returns:
        ``path``.
    """
    import textgrid

    end = max([duration, *(mark.end for tier in tiers for mark in tier.marks)])
    grid = textgrid.TextGrid(maxTime=end)
    for tier in tiers:
        grid.append(_written(tier, end))
    path.parent.mkdir(parents=True, exist_ok=True)
    grid.write(str(path))
    _name_numbers(path)
    return path


def _name_numbers(path: Path) -> None:
    """Call the times of points ``number``, as Praat does and other readers expect."""
    text = path.read_bytes().decode()
    renamed = _POINT_TIME.sub(r"\1number", text)
    if renamed != text:
        path.write_bytes(renamed.encode())


def _written(tier: Tier, end: float) -> Any:
    import textgrid

    name = tier.name.replace('"', '""')
    if tier.points:
        points = textgrid.PointTier(name=name, minTime=0.0, maxTime=end)
        for mark in tier.marks:
            points.add(mark.start, mark.label)
        return points
    intervals = textgrid.IntervalTier(name=name, minTime=0.0, maxTime=end)
    for mark in tier.marks:
        if mark.end > mark.start:
            intervals.add(mark.start, mark.end, mark.label)
    return intervals


def layered(name: str, marks: Sequence[Mark], *, points: bool) -> list[Tier]:
    """Marks as one tier, or as several where they overlap or share an instant.

    The tiers are called ``name``, ``name (2)``, ``name (3)``; each mark goes to the first that
    has room for it.
    """
    layers: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end, mark.label)):
        for layer in layers:
            last = layer[-1]
            if mark.start > last.start if points else mark.start >= last.end:
                layer.append(mark)
                break
        else:
            layers.append([mark])
    return [
        Tier(name if not index else f"{name} ({index + 1})", points, 0.0, 0.0, tuple(layer))
        for index, layer in enumerate(layers)
    ]
