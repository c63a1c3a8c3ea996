"""The ruler: ticks and seconds."""

from __future__ import annotations

import math

from .axis import Axis
from .canvas import Canvas
from .palette import Palette

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
_APART = 9


def draw_ruler(canvas: Canvas, axis: Axis, to: Palette) -> None:
    """Paint a line of times in seconds, each right of the tick that it is about.

    Args:
        canvas: its first line is painted.
        axis: what is visible.
        to: colours.
    """
    step = next((s for s in _STEPS if s / axis.step >= _APART), 600)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    canvas.fore[0] = to.dim
    number = math.ceil(axis.start / step - 1e-9)
    while number * step < axis.end - 1e-9:
        column = axis.column(number * step)
        if 0 <= column < canvas.width:
            canvas.chars[0, column] = "╵"
            text = f"{number * step:.{digits}f}"
            if column + 1 + len(text) <= canvas.width:
                canvas.text(0, column + 1, text)
        number += 1
