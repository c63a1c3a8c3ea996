"""A grid of cells: a character, two colours and boldness each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

NONE = -1
"""No colour of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Cells that lanes paint on, in place.

    Attributes:
        chars: (H, W) one character a cell; empty in the second cell of a wide one.
        fore: (H, W) int32, 0xRRGGBB or :data:`NONE`.
        back: (H, W) likewise.
        bold: (H, W).
    """

    chars: NDArray[np.str_]
    fore: NDArray[np.int32]
    back: NDArray[np.int32]
    bold: NDArray[np.bool_]

    @classmethod
    def blank(cls, height: int, width: int) -> Self:
        """Cells of spaces without colours."""
        shape = (height, width)
        return cls(
            np.full(shape, " ", dtype="<U1"),
            np.full(shape, NONE, np.int32),
            np.full(shape, NONE, np.int32),
            np.zeros(shape, bool),
        )

    @property
    def height(self) -> int:
        """Lines."""
        return len(self.chars)

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.chars.shape[1])

    def rows(self, first: int, count: int) -> Canvas:
        """Some lines; what is painted on them is painted here."""
        where = slice(first, first + count)
        return Canvas(self.chars[where], self.fore[where], self.back[where], self.bold[where])

    def columns(self, first: int) -> Canvas:
        """All columns from ``first``, likewise."""
        where = (slice(None), slice(first, None))
        return Canvas(self.chars[where], self.fore[where], self.back[where], self.bold[where])

    def text(
        self, line: int, column: int, text: str, *, room: int | None = None, fore: int = NONE
    ) -> int:
        """Write text that fits into ``room`` columns, cut with an ellipsis if it does not.

        Returns:
            How many columns it took.
        """
        free = self.width - column if room is None else min(room, self.width - column)
        if column < 0 or free <= 0:
            return 0
        place = column
        for char in fitted(text, free):
            width = cell_len(char)
            if not width or place + width > column + free:
                continue
            self.chars[line, place] = char
            self.chars[line, place + 1 : place + width] = ""
            if fore != NONE:
                self.fore[line, place : place + width] = fore
            place += width
        return place - column

    def strips(self) -> list[list[Segment]]:
        """Each line as segments of equal style."""
        return [self._segments(line) for line in range(self.height)]

    def _segments(self, line: int) -> list[Segment]:
        fore, back, bold = self.fore[line], self.back[line], self.bold[line]
        changed = (np.diff(fore) != 0) | (np.diff(back) != 0) | (np.diff(bold) != 0)
        edges = [0, *(np.flatnonzero(changed) + 1).tolist(), self.width]
        return [
            Segment(
                "".join(self.chars[line, first:end].tolist()),
                _style(int(fore[first]), int(back[first]), bool(bold[first])),
            )
            for first, end in pairwise(edges)
        ]


def fitted(text: str, room: int) -> str:
    """Text of printable characters that takes at most ``room`` columns; what is cut off is told
    by an ellipsis."""
    text = printable(text)
    if cell_len(text) <= room:
        return text
    kept, used = "", 0
    for char in text:
        used += cell_len(char)
        if used > room - 1:
            break
        kept += char
    return f"{kept}…" if room > 0 else ""


def printable(text: str) -> str:
    """Text with a sign in place of each character that would act on the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


@lru_cache(maxsize=65_536)
def _style(fore: int, back: int, bold: bool) -> Style:
    return Style(color=_colour(fore), bgcolor=_colour(back), bold=bold or None)


def _colour(value: int) -> Color | None:
    if value == NONE:
        return None
    return Color.from_triplet(ColorTriplet(value >> 16 & 255, value >> 8 & 255, value & 255))
