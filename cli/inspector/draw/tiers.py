"""Words and phones: each in its own columns, so that none writes over its neighbour."""

from __future__ import annotations

from collections.abc import Sequence

from sal_anchors.align.alignment import Interval

from .axis import Axis
from .canvas import Canvas
from .palette import Palette

_EDGE = "▏"


def draw_tier(canvas: Canvas, intervals: Sequence[Interval], axis: Axis, to: Palette) -> None:
    """Paint a line of labelled intervals: an edge where each begins, every other one tinted.

    Args:
        canvas: its first line is painted.
        intervals: in time order.
        axis: what is visible.
        to: colours.
    """
    for number, interval in enumerate(intervals):
        if interval.end <= axis.start or interval.start >= axis.end:
            continue
        begin = axis.column(interval.start)
        first, end = max(0, begin), min(axis.columns, max(begin + 1, axis.column(interval.end)))
        if first >= axis.columns:
            continue
        canvas.chars[0, first:end] = " "
        canvas.fore[0, first:end] = to.text
        if number % 2 == 0:
            canvas.back[0, first:end] = to.tier
        else:
            canvas.back[0, first:end] = -1
        edge = begin >= 0
        if edge:
            canvas.chars[0, first] = _EDGE
            canvas.fore[0, first] = to.edge
        canvas.text(0, first + edge, interval.label, room=end - first - edge)
