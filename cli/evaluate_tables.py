"""An evaluation's report as tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.table import Table

    from sal_anchors.evaluate.report import ClassReport, EvaluationReport, OperatingPoint

_SHOWN_UNREAD = 5


def render(console: Console, report: EvaluationReport) -> None:
    """Print everything that fits a terminal."""
    from rich.markup import escape

    console.print(
        f"split {report.split}: {report.recordings} recordings, {report.hours:.3f} h streamed"
    )
    for group in report.groups:
        console.print()
        console.print(_table(group))
        for note in _notes(group):
            console.print(note, style="dim")
    for line in _confusions(report):
        console.print(line, markup=False)
    for file in report.unread[:_SHOWN_UNREAD]:
        console.print(f"[red]not read[/] {escape(file.path)}: {escape(file.problem)}")
    if report.unread:
        console.print(f"not read: {len(report.unread)} files of negatives; no figure counts them")


def _table(group: ClassReport) -> Table:
    from rich.table import Table

    onset = group.task == "onset"
    table = Table(
        "FA/h\nat most",
        "missed",
        "recall\n%" if onset else "FRR\n%",
        "false\nonsets" if onset else "false\naccepts",
        "FA/h\n95 %",
        "median\nms",
        "p90\nms",
        "p95\nms",
        "thresh.",
        box=None,
        title=f"{group.name}: {group.positives} positives, "
        f"{group.negative_hours:.3f} h of negatives",
        title_justify="left",
    )
    for column in table.columns:
        column.justify = "right"
        column.no_wrap = True
    for cells, points in groupby(group.operating_points, lambda point: _cells(point, group)):
        table.add_row(", ".join(f"{point.target:g}" for point in points), *cells)
    return table


def _cells(point: OperatingPoint, group: ClassReport) -> tuple[str, ...]:
    latency = point.latency
    delays = (latency.median, latency.p90, latency.p95) if latency else (None, None, None)
    return (
        f"{point.misses} of {group.positives}",
        _rate(point, group),
        str(point.false_accepts),
        _range(point.false_accepts_interval),
        *("-" if delay is None else f"{1000 * delay:.0f}" for delay in delays),
        f"{point.threshold:.3f}",
    )


def _rate(point: OperatingPoint, group: ClassReport) -> str:
    rate, interval = point.false_reject_rate, point.false_reject_interval
    if rate is None:
        return "-"
    if group.task == "onset":
        rate, interval = 1 - rate, interval and (1 - interval[1], 1 - interval[0])
    if interval is None:
        return f"{100 * rate:.1f}"
    return f"{100 * rate:.1f}\n{100 * interval[0]:.1f}-{100 * interval[1]:.1f}"


def _range(interval: tuple[float, float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.2g}-{interval[1]:.2g}"


def _notes(group: ClassReport) -> Iterator[str]:
    if group.frames is not None:
        area = "" if group.frames.roc_auc is None else f", ROC area {group.frames.roc_auc:.3f}"
        yield f"Frames: average precision {group.frames.average_precision:.3f}{area}."
    if not group.positives:
        yield "No positives in this split: nothing to miss, no FRR and no latency."
        return
    for point in group.operating_points:
        apart = [f"{n} {fault}" for fault, n in point.faults.items() if n and fault != "elsewhere"]
        if apart:
            yield f"At {point.target:g} FA/h, of {point.false_accepts}: {', '.join(apart)}."
    unresolved = [point for point in group.operating_points if not point.resolvable]
    if unresolved:
        targets = ", ".join(f"{point.target:g}" for point in unresolved)
        misses = min(point.misses for point in group.curve if point.false_accepts <= 1)
        yield (
            f"{group.negative_hours:.3f} h of negatives are too few to resolve {targets} FA/h: "
            f"each allows no false accept at all. With one let through, {misses} of "
            f"{group.positives} are missed."
        )


def _confusions(report: EvaluationReport) -> Iterator[str]:
    for one in report.confusions:
        yield (
            f"at {one.target:g} FA/h: {one.detected} detected at an anchor of {one.anchor}, "
            f"{one.count} times"
        )
