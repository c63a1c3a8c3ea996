"""Figures of a comparison: DET curves and differences, a figure a network."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sal_anchors.evaluate.plots import COLOURS, STYLE, save_png
from sal_anchors.experiment.comparison import Comparison, Difference, Measure
from sal_anchors.experiment.job import plain_name

DET, DIFFERENCES = "det", "differences"
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
_LINES = ("-", "--", ":", "-.")
_INK = "#24292f"
_NAME_WIDTH = 22


def det_figure(comparison: Comparison, model: str) -> Figure:
    """Misses against false accepts an hour, a line an arm, the mean over seeds; dots at the
    operating points."""
    with rc_context(STYLE):
        arms = comparison.of_model(model)
        lines = sum(_wrapped(arm.arm).count("\n") + 1 for arm in arms)
        figure = Figure(figsize=(6.8, max(4.2, 0.6 + 0.17 * lines)), layout="constrained")
        axes = figure.add_subplot()
        hours = comparison.negative_hours
        for index, arm in enumerate(arms):
            colour, line = _look(index)
            if not arm.det.false_accepts or not hours:
                continue
            rates = [count / hours for count in arm.det.false_accepts]
            missed = [100 * rate for rate in arm.det.false_reject_rates]
            axes.plot(
                rates,
                missed,
                drawstyle="steps-post",
                label=_wrapped(arm.arm),
                color=colour,
                linestyle=line,
                linewidth=1.5,
            )
            at = [(p.target, p.false_reject_rate) for p in arm.points if p.false_reject_rate]
            axes.plot(
                [t for t, _ in at], [100 * r.mean for _, r in at], "o", color=colour, markersize=3.5
            )
        one = 1 / hours if hours else 1.0
        axes.set_xscale("symlog", linthresh=one, linscale=0.3)
        axes.set_xlim(left=0)
        axes.set_ylim(-2, 102)
        axes.set_xlabel("false accepts an hour")
        axes.set_ylabel("missed, %")
        axes.xaxis.set_major_formatter(lambda value, _: "" if 0 < value < one else f"{value:g}")
        axes.set_title(_title(comparison, model), fontsize=9, loc="left")
        if axes.lines:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def difference_figure(comparison: Comparison, model: str) -> Figure:
    """Differences to the best reference with their intervals: FRR, and median latency at equal
    FRR; a row an arm, a mark a target."""
    rates = comparison.select([Measure.FRR], model=model, best=True)
    latencies = comparison.select([Measure.MEDIAN_EQUAL], model=model, best=True)
    arms = [arm.arm for arm in comparison.of_model(model) if any(d.arm == arm.arm for d in rates)]
    with rc_context(STYLE):
        height = 1.5 + (0.2 + 0.16 * len(comparison.targets)) * max(1, len(arms))
        figure = Figure(figsize=(8.4, height), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _draw(left, rates, arms, comparison.targets, 100)
        _draw(right, latencies, arms, comparison.targets, 1000)
        left.set_xlabel("FRR, points")
        right.set_xlabel("median latency at equal FRR, ms")
        left.set_yticks(range(len(arms)), list(map(_wrapped, arms)))
        left.set_ylim(len(arms) - 0.5, -0.5)
        best = ", ".join(dict.fromkeys(one.reference for one in rates))
        figure.suptitle(f"{model}: less {best}, 95 % intervals; below 0 is better", fontsize=9)
        handles, labels = left.get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        return figure


def figure_name(what: str, model: str) -> str:
    """The name of a figure's file without suffix."""
    return f"{what}-{plain_name(model)}"


def figures(comparison: Comparison) -> dict[str, Figure]:
    """All figures, by the names of their files without suffix."""
    drawn: dict[str, Figure] = {}
    for model in comparison.models:
        drawn[figure_name(DET, model)] = det_figure(comparison, model)
        drawn[figure_name(DIFFERENCES, model)] = difference_figure(comparison, model)
    return drawn


def save_figures(drawn: dict[str, Figure], folder: Path) -> tuple[Path, ...]:
    """Write figures as PNG into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in drawn.items():
        save_png(figure, folder / f"{name}.png")
    return tuple(folder / f"{name}.png" for name in drawn)


def _draw(
    axes: Axes,
    differences: Sequence[Difference],
    arms: Sequence[str],
    targets: Sequence[float],
    factor: float,
) -> None:
    axes.axvline(0, color=_INK, linewidth=0.8)
    for index, target in enumerate(targets):
        colour = COLOURS[index % len(COLOURS)]
        offset = 0.16 * (index - (len(targets) - 1) / 2)
        label: str | None = f"at {target:g} FA/h"
        for one in differences:
            if one.target != target or one.mean is None:
                continue
            row = arms.index(one.arm) + offset
            if one.interval:
                ends = [factor * value for value in one.interval]
                axes.plot(ends, [row, row], color=colour, linewidth=1.1)
            marker = _MARKERS[index % len(_MARKERS)]
            axes.plot([factor * one.mean], [row], marker, color=colour, markersize=4, label=label)
            label = None
    axes.margins(x=0.1)


def _look(index: int) -> tuple[str, str]:
    return COLOURS[index % len(COLOURS)], _LINES[index // len(COLOURS) % len(_LINES)]


def _wrapped(name: str) -> str:
    return textwrap.fill(name, _NAME_WIDTH)


def _title(comparison: Comparison, model: str) -> str:
    return (
        f"{model}: {comparison.positives} positives, {comparison.negative_hours:.3g} h of "
        f"negatives, mean of {len(comparison.seeds)} seeds"
    )
