"""The command ``evaluate``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.evaluate.report import ClassReport, EvaluationReport, OperatingPoint


def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder that train wrote, or a checkpoint.")],
    manifest: Annotated[Path, typer.Argument(help="Manifest folder with held-out recordings.")],
    split: Annotated[str, typer.Option("--split", help="Recordings to stream.")] = "test",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved or lies elsewhere.")
    ] = None,
) -> None:
    """Stream held-out recordings through a detector; print misses, false accepts and latency."""
    from rich.console import Console
    from rich.progress import Progress

    from sal_anchors.evaluate.measure import evaluate as run_evaluation
    from sal_anchors.manifest import Manifest
    from sal_anchors.train.checkpoint import load_checkpoint

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("streaming", total=None)
        report = run_evaluation(
            load_checkpoint(run),
            Manifest.open(manifest, audio_root=audio_root),
            split=split,
            progress=lambda _: progress.advance(task),
        )
    if as_json:
        typer.echo(report.to_json())
    else:
        _render(Console(), report)


def _render(console: Console, report: EvaluationReport) -> None:
    console.print(
        f"split {report.split}: {report.recordings} recordings, {report.hours:.3f} h streamed"
    )
    groups = report.classes if len(report.classes) == 1 else (*report.classes, report.overall)
    for group in groups:
        console.print()
        console.print(_table(group))
        for note in _notes(group):
            console.print(note, style="dim", highlight=False)


def _table(group: ClassReport) -> Table:
    from rich.table import Table

    table = Table(
        "FA/h\nat most",
        "missed",
        "FRR\n%",
        "false\naccepts",
        "FA/h\nbelow",
        "latency, ms\nmedian",
        "\np90",
        "\np95",
        "thresh-\nold",
        box=None,
        title=f"{group.name}: {group.positives} positives, "
        f"{group.negative_hours:.3f} h of negatives",
        title_justify="left",
    )
    for column in table.columns:
        column.justify = "right"
    for cells, points in groupby(group.operating_points, lambda point: _cells(point, group)):
        table.add_row(", ".join(f"{point.target:g}" for point in points), *cells)
    return table


def _cells(point: OperatingPoint, group: ClassReport) -> tuple[str, ...]:
    rate, upper, latency = point.false_reject_rate, point.false_accepts_upper, point.latency
    delays = (latency.median, latency.p90, latency.p95) if latency else (None, None, None)
    return (
        f"{point.misses} of {group.positives}",
        "-" if rate is None else f"{100 * rate:.1f}",
        str(point.false_accepts),
        "-" if upper is None else f"{upper:.3g}",
        *("-" if delay is None else f"{1000 * delay:.0f}" for delay in delays),
        f"{point.threshold:.3f}",
    )


def _notes(group: ClassReport) -> list[str]:
    if not group.positives:
        return ["No positives in this split: nothing to miss, no FRR and no latency."]
    notes = ["FA/h below: the exact Poisson upper bound, 95 %."]
    unresolved = [point for point in group.operating_points if not point.resolvable]
    if unresolved:
        targets = ", ".join(f"{point.target:g}" for point in unresolved)
        misses = min(point.misses for point in group.curve if point.false_accepts <= 1)
        notes.append(
            f"{group.negative_hours:.3f} h of negatives are too few to resolve {targets} FA/h: "
            f"each allows no false accept at all. With one let through, {misses} of "
            f"{group.positives} are missed."
        )
    return notes
