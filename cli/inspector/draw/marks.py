"""Anchors as marks on a line, and their names under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from .axis import Axis
from .canvas import Canvas
from .palette import Palette

_GLYPHS = {None: "▼", True: "✔", False: "✘"}


@dataclass(frozen=True, slots=True)
class AnchorMark:
    """An anchor to draw.

    Attributes:
        time: seconds.
        name: for people, short.
        uncertainty: seconds.
        accepted: True or False once it was decided on.
        selected: whether it is the one that keys act on.
    """

    time: float
    name: str
    uncertainty: float
    accepted: bool | None
    selected: bool


def short_name(kind: str, label: str) -> str:
    """Kind and label in a few characters, as ``KE please`` for a keyword's end."""
    return f"{''.join(part[0].upper() for part in kind.split('_'))} {label}"


def colour_of(accepted: bool | None, to: Palette) -> int:
    """The colour of an anchor by what was decided about it."""
    return {None: to.open, True: to.accepted, False: to.rejected}[accepted]


def draw_marks(canvas: Canvas, marks: Sequence[AnchorMark], axis: Axis, to: Palette) -> None:
    """Paint marks on the first line, names on the second; the selected one has its way.

    A name stands at its mark, or before the end of the line where there is no room behind it.
    Names for which there is no room between others are left out.

    Args:
        canvas: two lines.
        marks: in time order.
        axis: what is visible.
        to: colours.
    """
    visible = [mark for mark in marks if axis.shows(mark.time)]
    for mark in visible:
        if mark.selected and mark.uncertainty > 0:
            _draw_uncertainty(canvas, mark, axis, to)
    taken = [False] * canvas.width
    for mark in sorted(visible, key=lambda mark: mark.selected):
        column = axis.column(mark.time)
        canvas.chars[0, column] = _GLYPHS[mark.accepted]
        canvas.fore[0, column] = colour_of(mark.accepted, to)
        canvas.bold[0, column] = mark.selected
    for mark in sorted(visible, key=lambda mark: not mark.selected):
        length = min(cell_len(mark.name), canvas.width)
        column = min(axis.column(mark.time), canvas.width - length)
        around = slice(max(0, column - 1), column + length + 1)
        if any(taken[around]):
            continue
        taken[column : column + length] = [True] * length
        canvas.text(1, column, mark.name, fore=colour_of(mark.accepted, to))
        canvas.bold[1, column : column + length] = mark.selected


def _draw_uncertainty(canvas: Canvas, mark: AnchorMark, axis: Axis, to: Palette) -> None:
    first = max(0, axis.column(mark.time - mark.uncertainty))
    last = min(canvas.width - 1, axis.column(mark.time + mark.uncertainty))
    canvas.chars[0, first : last + 1] = "─"
    canvas.fore[0, first : last + 1] = colour_of(mark.accepted, to)
