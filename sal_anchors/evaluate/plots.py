"""Figures of a report: DET curves, latency histograms, posterior traces."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sal_anchors.atomic import replacing
from sal_anchors.evaluate.examples import Example, shown_point
from sal_anchors.evaluate.report import ClassReport, EvaluationReport

COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#bf5a00", "#0e7c86", "#9a3b78", "#57606a")
_INK, _PALE = "#24292f", "#d0d7de"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "sal-anchors",
    "svg.fonttype": "path",
    "font.size": 9,
    "text.parse_math": False,
    "axes.edgecolor": _PALE,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#eaeef2",
    "legend.frameon": False,
}


def det_figure(report: EvaluationReport) -> Figure:
    """Misses against false accepts an hour, of each class that has anchors; a dot at each
    operating point, with its interval."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.add_subplot()
        for group, colour in _with_anchors(report):
            _draw_det(axes, group, colour)
        axes.set_xscale("symlog", linthresh=_smallest_rate(report), linscale=0.3)
        axes.set_xlim(left=0)
        axes.set_ylim(-2, 102)
        axes.set_xlabel("false accepts an hour")
        axes.set_ylabel("missed, %")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        if axes.lines:
            axes.legend()
        return figure


def latency_figure(report: EvaluationReport) -> Figure:
    """Histograms of latency at the operating point that examples are taken from, a row a class."""
    groups = [g for g in _with_anchors(report) if g[0].operating_points]
    with rc_context(STYLE):
        height = 1.4 + 1.3 * max(1, len(groups))
        figure = Figure(figsize=(6.4, height), layout="constrained")
        rows = figure.subplots(max(1, len(groups)), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (group, colour) in zip(rows, groups, strict=False):
            _draw_latency(axes, group, colour)
        rows[-1].set_xlabel("latency, ms")
        return figure


def trace_figure(example: Example) -> Figure:
    """Smoothed posteriors around a miss or a false accept, with threshold, anchors and words."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.5), layout="constrained")
        axes = figure.add_subplot()
        for index, name in enumerate(example.classes):
            own = name == example.class_name
            axes.plot(
                example.times,
                example.scores[:, index],
                color=COLOURS[index % len(COLOURS)],
                linewidth=1.8 if own else 0.9,
                alpha=1.0 if own else 0.6,
                label=name,
            )
        axes.axhline(example.threshold, color="#d1242f", linewidth=0.9, linestyle="--")
        if example.window:
            axes.axvspan(*example.window, color="#ddf4ff", linewidth=0)
        for name, time in example.anchors:
            axes.axvline(time, color=COLOURS[example.classes.index(name) % len(COLOURS)], alpha=0.7)
        if example.kind == "false accept":
            axes.plot([example.time], [example.threshold], marker="v", color="#d1242f", zorder=5)
        _draw_words(axes, example)
        axes.set_ylim(-0.03, 1.22)
        axes.set_yticks([0, 0.5, 1])
        axes.set_xlabel("s")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def svg(figure: Figure) -> bytes:
    """A figure as SVG, the same bytes for the same figure; text as outlines."""
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all."""
    with replacing(path) as partial:
        figure.savefig(partial, format="png", dpi=150)


def save_plots(report: EvaluationReport, folder: Path) -> tuple[Path, ...]:
    """Write ``det.png`` and ``latency.png`` into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"det.png": det_figure(report), "latency.png": latency_figure(report)}
    for name, figure in figures.items():
        save_png(figure, folder / name)
    return tuple(folder / name for name in figures)


def _with_anchors(report: EvaluationReport) -> list[tuple[ClassReport, str]]:
    groups = enumerate(report.groups)
    return [
        (group, _INK if group is report.overall else COLOURS[index % len(COLOURS)])
        for index, group in groups
        if group.positives and group.negative_hours
    ]


def _smallest_rate(report: EvaluationReport) -> float:
    """False accepts an hour that one alarm means, over the longest negatives."""
    hours = max((group.negative_hours for group in report.groups), default=0.0)
    return 1 / hours if hours else 1.0


def _draw_det(axes: Axes, group: ClassReport, colour: str) -> None:
    rates = np.array([point.false_accepts for point in group.curve]) / group.negative_hours
    missed = 100 * np.array([point.misses for point in group.curve]) / group.positives
    deepest = int(rates.argmax()) + 1
    axes.plot(
        rates[:deepest],
        missed[:deepest],
        color=colour,
        linewidth=1.6,
        drawstyle="steps-post",
        label=f"{group.name} ({group.positives} positives, {group.negative_hours:.3g} h)",
    )
    for point in group.operating_points:
        if point.false_reject_rate is None or point.false_accepts_per_hour is None:
            continue
        place = point.false_accepts_per_hour
        axes.plot([place], [100 * point.false_reject_rate], "o", color=colour, markersize=4)
        if point.false_reject_interval:
            low, high = (100 * value for value in point.false_reject_interval)
            axes.plot([place, place], [low, high], color=colour, linewidth=0.9, alpha=0.6)


def _draw_latency(axes: Axes, group: ClassReport, colour: str) -> None:
    point = group.operating_points[shown_point(group.operating_points)]
    axes.set_title(f"{group.name}, at most {point.target:g} FA/h", fontsize=9, loc="left")
    axes.set_ylabel("hits")
    if point.latency is None:
        axes.text(0.5, 0.5, "no hits", transform=axes.transAxes, ha="center", va="center")
        axes.set_yticks([])
        return
    histogram = point.latency.histogram
    width = 1000 * histogram.width
    edges = 1000 * histogram.first + width * np.arange(len(histogram.counts))
    axes.bar(edges, histogram.counts, width=0.92 * width, align="edge", color=colour, alpha=0.8)
    for value, style in ((point.latency.median, "-"), (point.latency.p95, ":")):
        axes.axvline(1000 * value, color=_INK, linewidth=1, linestyle=style)
    median, p95 = 1000 * point.latency.median, 1000 * point.latency.p95
    axes.set_title(f"median {median:.0f} ms, p95 (dotted) {p95:.0f} ms", fontsize=9, loc="right")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _draw_words(axes: Axes, example: Example) -> None:
    if not len(example.times):
        return
    first, last = float(example.times[0]), float(example.times[-1])
    axes.set_xlim(first, last)
    for word in example.words:
        start, end = max(word.start, first), min(word.end, last)
        axes.plot([start, end], [1.08, 1.08], color=_INK, linewidth=1, solid_capstyle="butt")
        middle = (start + end) / 2
        axes.text(middle, 1.1, word.label, ha="center", va="bottom", fontsize=8, clip_on=True)
