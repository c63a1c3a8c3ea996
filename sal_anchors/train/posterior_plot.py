"""What a detector says about recordings over time, beside what it should say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.checkpoint import Checkpoint
from sal_anchors.train.validate import Validator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN_SECONDS = 8.0
_AFTER_SECONDS = 0.3
_AFTER: dict[str, Any] = {"facecolor": "white", "edgecolor": "0.8", "hatch": "///", "lw": 0}
_COLUMNS = 1_500
_COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown", "tab:pink")


def draw_posteriors(
    checkpoint: Checkpoint, manifest: Manifest, rows: Sequence[Row], validator: Validator
) -> Figure:
    """Two panels a recording: waveform, words and weights above; posteriors below; anchors and
    labels in both. Of a long recording, eight seconds around its first anchor.

    A posterior is drawn at the instant at which it is known, a label at the instant that its
    frame has seen.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1 + 2.9 * max(1, len(rows))), layout="constrained")
    heights = [1.0, 1.2] * max(1, len(rows))
    panels = figure.subplots(2 * max(1, len(rows)), 1, height_ratios=heights, squeeze=False)[:, 0]
    for index, row in enumerate(rows):
        above, below = panels[2 * index], panels[2 * index + 1]
        posteriors = validator.posteriors(checkpoint.model, row)
        _draw_recording(above, manifest, row)
        _draw_posteriors(below, checkpoint, posteriors)
        first, last = _shown(row, manifest.grid)
        for axes in (above, below):
            _draw_targets(axes, row, manifest.grid)
            axes.set_xlim(first, last)
        above.tick_params(labelbottom=False)
        above.set_title(_title(row), fontsize=9, loc="left")
        below.set_xlabel("seconds")
    _draw_legend(figure, checkpoint.classes)
    return figure


def _draw_recording(axes: Axes, manifest: Manifest, row: Row) -> None:
    """The envelope of the waveform, words, and the weight curve on an axis of its own."""
    samples = manifest.recording(row).samples
    low, high, times = _envelope(samples, manifest.grid)
    axes.fill_between(times, low, high, color="0.6", lw=0)
    limit = max(1e-3, 1.05 * float(np.abs(samples).max(initial=0)))
    axes.set_ylim(-limit, 1.55 * limit)
    axes.set_ylabel("waveform")
    shown = _shown(row, manifest.grid)
    for number, word in enumerate(row.words):
        if shown[0] <= word.start < shown[1]:
            height = (1.45, 1.2)[number % 2] * limit
            axes.text(word.start, height, word.label, fontsize=7, va="top", clip_on=True)
    weights = axes.twinx()
    weights.plot(_times(manifest.grid, len(row.weights)), row.weights, color="black", lw=1)
    weights.set_ylim(0, 1.4 * float(row.weights.max(initial=1)))
    weights.set_ylabel("weight")


def _draw_posteriors(axes: Axes, checkpoint: Checkpoint, posteriors: NDArray[np.float32]) -> None:
    grid = checkpoint.model.reach.decision_grid(checkpoint.grid)
    times = _times(grid, len(posteriors))
    for index in range(1, posteriors.shape[1]):
        axes.plot(times, posteriors[:, index], color=_colour(index), lw=1.2)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("posterior")
    axes.grid(alpha=0.3)


def _draw_targets(axes: Axes, row: Row, grid: FrameGrid) -> None:
    """Labels as bands, anchors as lines."""
    for label, first, after in _runs(row.labels):
        if label != 0:
            start = grid.time_of_frame(first) - grid.hop_seconds
            colour = _colour(label) if label > 0 else "0.5"
            axes.axvspan(start, grid.time_of_frame(after - 1), color=colour, alpha=0.15, lw=0)
    end = row.num_frames * grid.hop_seconds
    axes.axvspan(end, end + _AFTER_SECONDS, **_AFTER)
    for anchor in row.anchors:
        axes.axvline(anchor.time, color=_colour(anchor.class_index), ls="--", lw=1)


def _draw_legend(figure: Figure, classes: Sequence[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Any] = [
        Line2D([], [], color=_colour(index), label=name)
        for index, name in enumerate(classes)
        if index
    ]
    entries += [
        Line2D([], [], color="0.3", ls="--", lw=1, label="anchor"),
        Patch(color="0.3", alpha=0.15, label="frames labelled as it"),
        Line2D([], [], color="black", lw=1, label="weight"),
        Patch(**_AFTER, label="after the recording"),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=8, frameon=False, fontsize=9)


def _title(row: Row) -> str:
    return row.id if row.anchors else f"{row.id} (no anchor)"


def _colour(index: int) -> str:
    return "0.3" if index == 0 else _COLOURS[(index - 1) % len(_COLOURS)]


def _shown(row: Row, grid: FrameGrid) -> tuple[float, float]:
    """From when to when to draw, seconds."""
    duration = row.num_frames * grid.hop_seconds
    if duration <= _SHOWN_SECONDS:
        return 0.0, duration + _AFTER_SECONDS
    centre = row.anchors[0].time if row.anchors else 0.0
    first = min(max(0.0, centre - _SHOWN_SECONDS / 2), duration - _SHOWN_SECONDS)
    return first, first + _SHOWN_SECONDS


def _times(grid: FrameGrid, count: int) -> NDArray[np.float64]:
    return np.array([grid.time_of_frame(frame) for frame in range(count)])


def _envelope(
    samples: NDArray[np.float32], grid: FrameGrid
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]]:
    """Lowest and highest sample of each of up to 1,500 columns, and where they are in seconds."""
    edges = np.unique(np.linspace(0, len(samples), _COLUMNS + 1).astype(int))[:-1]
    if not len(edges):
        return samples, samples, np.zeros(0)
    low = np.minimum.reduceat(samples, edges)
    high = np.maximum.reduceat(samples, edges)
    return low, high, edges / grid.sample_rate


def _runs(labels: NDArray[np.int16]) -> Iterator[tuple[int, int, int]]:
    """Stretches of one label: the label, its first frame, the frame after its last."""
    if not len(labels):
        return
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    for first, after in pairwise(edges):
        yield int(labels[first]), first, after
