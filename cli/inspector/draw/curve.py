"""Curves over frames in eighths of a block, and bands of frame labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import BACKGROUND, IGNORE_LABEL
from sal_anchors.timebase import FrameGrid

from .axis import Axis
from .canvas import Canvas
from .palette import Palette

_EIGHTHS = np.array(list(" ▁▂▃▄▅▆▇█"))


def draw_curve(
    canvas: Canvas,
    values: NDArray[np.floating],
    grid: FrameGrid,
    axis: Axis,
    colour: int,
    *,
    high: float,
) -> None:
    """Paint the greatest value of the frames in each column, from 0 to ``high``.

    Args:
        canvas: all of its lines are painted.
        values: (T,) a value a frame.
        grid: of the frames; a frame stands for the instant at which it is known.
        axis: what is visible.
        colour: of the bars.
        high: value that fills the height.
    """
    found = by_column(values, grid, axis)
    share = np.clip(np.nan_to_num(found) / max(high, 1e-9), 0, 1) * canvas.height
    eighths = np.round(share * 8).astype(int)
    for line in range(canvas.height):
        below = 8 * (canvas.height - 1 - line)
        canvas.chars[line] = _EIGHTHS[np.clip(eighths - below, 0, 8)]
    canvas.fore[:] = colour


def draw_labels(
    canvas: Canvas,
    labels: NDArray[np.int16],
    classes: Sequence[str],
    grid: FrameGrid,
    axis: Axis,
    to: Palette,
) -> None:
    """Paint a line of class bands with their names; dots are background, shades ignored frames.

    Args:
        canvas: its first line is painted.
        labels: (T,) class indices, -100 where a frame is ignored.
        classes: names by index.
        grid: of the frames.
        axis: what is visible.
        to: colours.
    """
    ranked = np.where(labels == IGNORE_LABEL, 0.5, labels.astype(float))
    found = by_column(ranked, grid, axis)
    canvas.fore[0] = to.dim
    canvas.chars[0] = np.where(np.isnan(found), " ", "·")
    canvas.chars[0, found == 0.5] = "░"
    edges = np.flatnonzero(np.diff(np.nan_to_num(found, nan=-1.0), prepend=-2, append=-2))
    for first, end in pairwise(edges):
        value = found[first]
        if np.isnan(value) or value in (BACKGROUND, 0.5):
            continue
        index = int(value)
        canvas.chars[0, first:end] = " "
        canvas.back[0, first:end] = to.classes[(index - 1) % len(to.classes)]
        canvas.fore[0, first:end] = to.class_text
        name = classes[index] if index < len(classes) else str(index)
        canvas.text(0, int(first), name, room=int(end - first), fore=to.class_text)


def by_column(values: NDArray[np.floating], grid: FrameGrid, axis: Axis) -> NDArray[np.float64]:
    """The greatest value of the frames that become known in each column, or of the frame before
    where none does; NaN outside the utterance: (columns,)."""
    found = np.full(axis.columns, np.nan)
    if not len(values):
        return found
    frames = grid.frames_of(np.maximum(axis.edges, 0.0))
    last = frames[-1] if frames[-1] <= len(values) else len(values)
    for column in range(axis.columns):
        first, end = int(frames[column]), int(min(frames[column + 1], last))
        if first < len(values):
            found[column] = values[first : max(first + 1, end)].max()
    return found
