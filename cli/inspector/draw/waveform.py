"""The waveform in braille dots: two columns and four lines of dots a cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .axis import Axis
from .canvas import Canvas
from .palette import Palette

_BLANK = 0x2800
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_LEAST_FULL = 0.02


def draw_waveform(
    canvas: Canvas, samples: NDArray[np.float32], rate: int, first: float, axis: Axis, to: Palette
) -> None:
    """Paint the range of the samples in each half column, the loudest visible one full height.

    Args:
        canvas: all of its lines are painted.
        samples: (N,), full scale at +-1.
        rate: Hz.
        first: the time of the first sample, seconds.
        axis: what is visible.
        to: colours.
    """
    low, high = ranges(samples, rate, first, axis, 2 * canvas.width)
    full = max(_LEAST_FULL, float(np.nanmax(np.abs([low, high]), initial=0.0)))
    lines = 4 * canvas.height
    top = np.floor((1 - high / full) / 2 * (lines - 1) + 0.5)
    bottom = np.floor((1 - low / full) / 2 * (lines - 1) + 0.5)
    line = np.arange(lines)[:, None]
    with np.errstate(invalid="ignore"):
        dots = (line >= top) & (line <= bottom)
    cells = dots.reshape(canvas.height, 4, canvas.width, 2)
    codes = np.einsum("hdwe,de->hw", cells.astype(int), _BITS)
    canvas.chars[:] = (codes + _BLANK).astype(np.uint32).view("<U1")
    canvas.fore[:] = to.wave


def ranges(
    samples: NDArray[np.float32], rate: int, first: float, axis: Axis, columns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest sample of ``columns`` equal stretches of the axis; NaN where there is
    none."""
    times = axis.start - first + np.arange(columns + 1) * (axis.seconds / columns)
    edges = np.clip(np.floor(times * rate + 1e-6).astype(int), 0, len(samples))
    ends = np.minimum(len(samples), np.maximum(edges[1:], edges[:-1] + 1))
    inside = (times[:-1] > -1 / rate) & (edges[:-1] < len(samples))
    low, high = np.full(columns, np.nan), np.full(columns, np.nan)
    for n in np.flatnonzero(inside):
        piece = samples[edges[n] : ends[n]]
        low[n], high[n] = piece.min(), piece.max()
    return low, high
