"""An utterance drawn in plain text: energy, words, anchors and weights over one time axis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sal_anchors.manifest.row import Row
    from sal_anchors.timebase import FrameGrid

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_MARGIN = 12
_MIN_COLUMNS = 10


def utterance_plot(
    row: Row, samples: NDArray[np.float32], grid: FrameGrid, width: int
) -> list[str]:
    """Lines of at most ``width`` characters.

    From above: energy in dB over its upper 60 dB, words at their starts, anchors (the kind's
    first letter of each part, such as ``KE`` for keyword_end), labels, the weight curve, time.
    """
    inner = min(width - _MARGIN, row.num_frames)
    if inner < _MIN_COLUMNS:
        return []
    energy = columns(_frame_energy(samples, grid, row.num_frames), inner)
    weights = columns(row.weights, inner)
    low, high = float(row.weights.min()), float(row.weights.max())

    def column(time: float) -> int:
        return min(inner - 1, int(grid.frame_of(time) / row.num_frames * inner))

    classes = columns(row.labels, inner).astype(int)
    marks = ((column(a.time), _initials(a.kind)) for a in row.anchors)
    return [
        *_titled("energy", bars(energy, 5, energy.max() - 60, energy.max())),
        *_titled("words", placed(((column(w.start), w.label) for w in row.words), inner)),
        *_titled("anchors", placed(marks, inner)),
        *_titled("class", ["".join(str(c) if c > 0 else "·" for c in classes)]),
        *_titled(f"{high:g} weight", bars(weights, 3, 0.0, max(high, low, 1e-9))),
        *_titled("seconds", ruler(row.duration, inner)),
    ]


def _titled(title: str, lines: list[str]) -> list[str]:
    return [
        f"{title if index == 0 else '':>{_MARGIN - 1}} {line}" for index, line in enumerate(lines)
    ]


def _initials(kind: str) -> str:
    return "".join(part[0].upper() for part in kind.split("_"))


def _frame_energy(
    samples: NDArray[np.float32], grid: FrameGrid, num_frames: int
) -> NDArray[np.float64]:
    """Level of each hop in dB: (num_frames,)."""
    whole = np.zeros(grid.samples_in(num_frames))
    held = samples[: len(whole)]
    whole[: len(held)] = held
    power = np.square(whole).reshape(num_frames, grid.hop).mean(axis=1)
    level: NDArray[np.float64] = 10 * np.log10(power + 1e-10)
    return level


def columns(values: NDArray[np.generic], width: int) -> NDArray[np.float64]:
    """The maxima of ``width`` equal stretches of ``values``: (N,) to (min(width, N),)."""
    edges = np.linspace(0, len(values), min(width, len(values)) + 1).astype(int)
    return np.maximum.reduceat(values, edges[:-1]).astype(np.float64)


def bars(values: NDArray[np.float64], height: int, low: float, high: float) -> list[str]:
    """Bars of eighths of a character, from ``low`` (empty) to ``high`` (full), top line first."""
    share = np.clip((values - low) / (high - low), 0, 1) * height
    filled = np.round(share * 8).astype(int)
    return [
        "".join(_EIGHTHS[min(8, max(0, eighths - 8 * line))] for eighths in filled)
        for line in reversed(range(height))
    ]


def placed(labels: Iterable[tuple[int, str]], width: int) -> list[str]:
    """Labels at their columns, in as few lines as keep them apart."""
    lines: list[str] = []
    for column, label in labels:
        text = label[: width - min(column, width - 1)]
        for index, line in enumerate(lines):
            if len(line) < column or not line:
                lines[index] = line.ljust(column) + text
                break
        else:
            lines.append(" " * column + text)
    return lines


def ruler(seconds: float, width: int) -> list[str]:
    """A time axis of ``width`` columns: ticks, and seconds under them."""
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 600) if seconds / s <= width / 8)
    marks = np.arange(0, seconds, step)
    at = [int(time / seconds * width) for time in marks]
    ticks = "".join("┬" if column in at else "─" for column in range(width))
    numbers = placed(((c, f"{t:g}") for c, t in zip(at, marks, strict=True)), width)
    return [ticks, *numbers[:1]]
