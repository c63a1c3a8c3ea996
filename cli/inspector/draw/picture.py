"""The picture of an utterance: lanes under each other, on one time axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from sal_anchors.manifest.row import Row
from sal_anchors.timebase import FrameGrid

from .axis import Axis
from .canvas import NONE, Canvas
from .curve import draw_curve, draw_labels
from .marks import AnchorMark, colour_of, draw_marks
from .palette import Palette
from .ruler import draw_ruler
from .spectrogram import draw_spectrogram
from .tiers import draw_tier
from .waveform import draw_waveform

GUTTER = 8
"""Columns left of the axis, for the names of lanes."""

_SOUND_LINES = 6
_ROOMY = 24


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Audio to draw.

    Attributes:
        first: the time of the first sample, seconds.
        samples: (N,).
        rate: Hz.
        mel: (T, bins) log energies, frame ``t`` around ``first + t * hop``.
        hop: seconds between frames.
        between: energies of the lowest and the highest level.
    """

    first: float
    samples: NDArray[np.float32]
    rate: int
    mel: NDArray[np.float32]
    hop: float
    between: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What a model says: (T,) the posterior of anything but the background, a frame each."""

    values: NDArray[np.float32]
    grid: FrameGrid


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All there is to draw.

    Attributes:
        row: as reviewed.
        classes: names by index.
        grid: of labels and weights.
        marks: anchors.
        sound: None while it is loaded, or if it cannot be.
        message: told in place of the sound.
        posterior: None without a model.
        cursor: seconds.
        selection: start and end in seconds, or None.
    """

    row: Row
    classes: Sequence[str]
    grid: FrameGrid
    marks: Sequence[AnchorMark]
    sound: Sound | None
    message: str
    posterior: Posterior | None
    cursor: float
    selection: tuple[float, float] | None


def draw_picture(
    scene: Scene, axis: Axis, height: int, to: Palette, *, colours: bool = True
) -> Canvas:
    """Draw a scene.

    Args:
        scene: what there is.
        axis: what is visible; the picture is :data:`GUTTER` columns wider.
        height: lines.
        to: colours.
        colours: whether the terminal has more than 16.
    """
    canvas = Canvas.blank(height, GUTTER + axis.columns)
    canvas.fore[:, :GUTTER] = to.dim
    line = 0
    for name, count, draw in _lanes(scene, axis, height, to, colours):
        canvas.text(line, 0, name, room=GUTTER - 1)
        if line + count <= height:
            draw(canvas.rows(line, count).columns(GUTTER))
        line += count
    _draw_cursor(canvas.columns(GUTTER), scene, axis, to)
    return canvas


def _lanes(
    scene: Scene, axis: Axis, height: int, to: Palette, colours: bool
) -> list[tuple[str, int, Callable[[Canvas], None]]]:
    row, curve = scene.row, 3 if height >= _ROOMY else 2
    high = float(row.weights.max()) if len(row.weights) else 1.0
    below: list[tuple[str, int, Callable[[Canvas], None]]] = [
        ("anchors", 2, lambda c: draw_marks(c, scene.marks, axis, to)),
        ("words", 1, lambda c: draw_tier(c, row.words, axis, to)),
        ("phones", 1, lambda c: draw_tier(c, row.phones, axis, to)),
        ("class", 1, lambda c: draw_labels(c, row.labels, scene.classes, scene.grid, axis, to)),
        (
            f"w {high:.3g}",
            curve,
            lambda c: draw_curve(c, row.weights, scene.grid, axis, to.weight, high=high),
        ),
    ]
    posterior = scene.posterior
    if posterior is not None:
        held = posterior
        below.append(
            (
                "model",
                curve,
                lambda c: draw_curve(c, held.values, held.grid, axis, to.posterior, high=1.0),
            )
        )
    below.append(("seconds", 1, lambda c: draw_ruler(c, axis, to)))
    free = max(_SOUND_LINES, height - sum(count for _, count, _ in below))
    return [*_sound_lanes(scene, axis, free, to, colours), *below]


def _sound_lanes(
    scene: Scene, axis: Axis, free: int, to: Palette, colours: bool
) -> list[tuple[str, int, Callable[[Canvas], None]]]:
    sound = scene.sound
    if sound is None:
        return [("audio", free, lambda c: draw_message(c, scene.message, to))]
    held, wave = sound, max(3, free * 2 // 5)
    return [
        (
            "wave",
            wave,
            lambda c: draw_waveform(c, held.samples, held.rate, held.first, axis, to),
        ),
        (
            "mel",
            free - wave,
            lambda c: draw_spectrogram(
                *(c, held.mel, held.hop, held.first, axis, to),
                between=held.between,
                colours=colours,
            ),
        ),
    ]


def draw_message(canvas: Canvas, message: str, to: Palette) -> None:
    """Write a message in as many lines as it takes, and as there are."""
    canvas.fore[:] = to.rejected
    words, line, column = message.split(), 0, 0
    for word in words:
        if column and column + 1 + cell_len(word) > canvas.width:
            line, column = line + 1, 0
        if line >= canvas.height:
            return
        start = column + 1 if column else 0
        column = start + canvas.text(line, start, word)


def _draw_cursor(canvas: Canvas, scene: Scene, axis: Axis, to: Palette) -> None:
    """The selection's ground, the selected anchor's line, and the cursor's column."""
    if scene.selection is not None:
        first, end = (max(0, axis.column(time)) for time in scene.selection)
        stretch = canvas.back[:, first:end]
        stretch[stretch == NONE] = to.selection
        _stand_out(canvas.fore[:, first:end], to, NONE, to.dim)
    for mark in scene.marks:
        if mark.selected and axis.shows(mark.time):
            _draw_line(canvas, axis.column(mark.time), colour_of(mark.accepted, to))
    if axis.shows(scene.cursor):
        column = canvas.back[:, axis.column(scene.cursor)]
        column[:] = to.cursor
        _stand_out(canvas.fore[:, axis.column(scene.cursor)], to, NONE, to.dim, to.class_text)


def _stand_out(fore: NDArray[np.int32], to: Palette, *faint: int) -> None:
    """Make texts plain that are too faint for the ground that they stand on now."""
    fore[np.isin(fore, faint)] = to.text


def _draw_line(canvas: Canvas, column: int, colour: int) -> None:
    """A line down the waveform where it has no dots."""
    blank = canvas.chars[:, column] == "\N{BRAILLE PATTERN BLANK}"
    canvas.chars[blank, column] = "│"
    canvas.fore[blank, column] = colour
