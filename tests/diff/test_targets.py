"""Shares of frames whose label or weight changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sal_anchors.diff.targets import TargetComparer
from sal_anchors.manifest import Row

MakeRow = Callable[..., Row]


def test_changed_frames_are_counted(make_row: MakeRow) -> None:
    row = make_row()
    labels, weights = row.labels.copy(), row.weights.copy()
    labels[[3, 4, 5]] = -100
    weights[[7, 8]] += np.float32(0.5)
    comparer = TargetComparer(("background", "please"), ("background", "please"))
    comparer.add(row, row)
    comparer.add(row, replace(row, labels=labels, weights=weights))
    found = comparer.found
    assert (found.frames, found.labels, found.weights) == (200, 3, 2)
    assert (found.largest, found.mean) == (0.5, 1.0 / 200)


def test_classes_are_compared_by_name(make_row: MakeRow) -> None:
    row = make_row()
    other = replace(row, labels=np.where(row.labels == 1, 2, row.labels).astype(np.int16))
    renumbered = TargetComparer(("background", "please"), ("background", "stop", "please"))
    renumbered.add(row, other)
    assert renumbered.found.labels == 0
    renumbered.add(row, row)
    assert renumbered.found.labels == np.count_nonzero(row.labels == 1) > 0


def test_rows_of_other_lengths_are_told_and_not_compared(make_row: MakeRow) -> None:
    row = make_row()
    comparer = TargetComparer(("background",), ("background",))
    comparer.add(row, replace(row, labels=row.labels[1:], weights=row.weights[1:]))
    assert (comparer.found.rows_apart, comparer.found.frames) == (1, 0)
