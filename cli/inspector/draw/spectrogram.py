"""The mel-spectrogram in half blocks of colour, or in shades where there are few colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .axis import Axis
from .canvas import NONE, Canvas
from .palette import Palette

_SHADES = np.array(list(" ░▒▓█"))
_RANGE = (0.05, 0.995)
_LEAST_RANGE = 3.0


def draw_spectrogram(
    canvas: Canvas,
    mel: NDArray[np.float32],
    hop: float,
    first: float,
    axis: Axis,
    to: Palette,
    *,
    colours: bool,
) -> None:
    """Paint log energies, low frequencies at the bottom.

    Args:
        canvas: all of its lines are painted.
        mel: (T, bins) log energies, frame ``t`` around ``first + t * hop``.
        hop: seconds between frames.
        first: the time of the first frame, seconds.
        axis: what is visible.
        to: colours.
        colours: two levels a cell by colour; else one by shades of a block.
    """
    lines = 2 * canvas.height if colours else canvas.height
    shares, there = levels(mel, hop, first, axis, lines)
    if colours:
        table = to.level_table
        painted = table[np.floor(shares * (len(table) - 1) + 0.5).astype(int)]
        painted[:, ~there] = NONE
        canvas.fore[:], canvas.back[:] = painted[::2], painted[1::2]
        canvas.chars[:] = np.where(there, "▀", " ")
    else:
        steps = np.floor(shares * (len(_SHADES) - 1) + 0.5).astype(int)
        canvas.chars[:] = np.where(there, _SHADES[steps], " ")


def levels(
    mel: NDArray[np.float32], hop: float, first: float, axis: Axis, lines: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Levels in [0, 1], the highest frequency first: (lines, columns); and which columns have
    any."""
    shares = np.zeros((lines, axis.columns))
    if not len(mel):
        return shares, np.zeros(axis.columns, bool)
    begins = np.floor((axis.edges - first) / hop + 0.5).astype(int)
    there = (begins[:-1] < len(mel)) & (begins[1:] >= 0)
    lowest, highest = np.quantile(mel, _RANGE)
    scale = max(_LEAST_RANGE, float(highest - lowest))
    bands = np.array_split(np.arange(mel.shape[1]), lines) if mel.shape[1] >= lines else None
    for column in np.flatnonzero(there):
        begin = min(max(0, begins[column]), len(mel) - 1)
        frames = mel[begin : max(begin + 1, begins[column + 1])].max(axis=0)
        if bands is None:
            places = np.linspace(0, len(frames) - 1, lines)
            found = np.interp(places, np.arange(len(frames)), frames)
        else:
            found = np.array([frames[band].mean() for band in bands])
        shares[:, column] = (found[::-1] - lowest) / scale
    return np.clip(shares, 0, 1), there
