"""The mel-spectrogram in half blocks of colour, or in shades where there are few colours."""

from __future__ import annotations

from functools import lru_cache

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
    between: tuple[float, float],
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
        between: energies of the lowest and the highest level.
        colours: two levels a cell by colour; else one by shades of a block.
    """
    lines = 2 * canvas.height if colours else canvas.height
    shares, there = levels(mel, hop, first, axis, lines, between)
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
    mel: NDArray[np.float32],
    hop: float,
    first: float,
    axis: Axis,
    lines: int,
    between: tuple[float, float],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Levels in [0, 1], the highest frequency first: (lines, columns); and which columns have
    any."""
    begins = np.floor((axis.edges - first) / hop + 0.5).astype(int)
    there = (begins[:-1] < len(mel)) & (begins[1:] >= 0)
    if not there.any():
        return np.zeros((lines, axis.columns)), there
    frames = np.zeros((axis.columns, mel.shape[1]))
    for column in np.flatnonzero(there):
        begin = min(max(0, begins[column]), len(mel) - 1)
        frames[column] = mel[begin : max(begin + 1, begins[column + 1])].max(axis=0)
    lowest, highest = between
    found = bands(mel.shape[1], lines) @ frames.T
    return np.clip((found - lowest) / max(_LEAST_RANGE, highest - lowest), 0, 1), there


def range_of(mel: NDArray[np.float32]) -> tuple[float, float]:
    """The quietest and the loudest that are told apart: the 5 % and 99.5 % quantiles."""
    if not mel.size:
        return 0.0, 0.0
    lowest, highest = np.quantile(mel, _RANGE)
    return float(lowest), float(highest)


@lru_cache(maxsize=64)
def bands(bins: int, lines: int) -> NDArray[np.float64]:
    """What makes ``lines`` of ``bins``, the highest first: means of neighbours, or between them
    where there are more lines than bins; (lines, bins)."""
    weights = np.zeros((lines, bins))
    if bins >= lines:
        for line, members in enumerate(np.array_split(np.arange(bins), lines)):
            weights[line, members] = 1 / len(members)
    else:
        places = np.linspace(0, bins - 1, lines)
        for line, place in enumerate(places):
            low = min(int(place), bins - 2)
            weights[line, low : low + 2] = (1 - (place - low), place - low)
    return weights[::-1]
