"""``sal-anchors diff``: what moved between two manifests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from sal_anchors.diff import DiffReport
    from sal_anchors.diff.report import Examples


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="Manifest folder.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Manifest folder to compare with it.")],
    worst: Annotated[
        int, typer.Option(min=0, metavar="N", help="List the N events that moved most.")
    ] = 10,
    limit: Annotated[
        float,
        typer.Option(min=0, max=3_600_000, help="ms that an event may move and still be the same."),
    ] = 500.0,
    examples: Annotated[int, typer.Option(min=0, help="How many ids of each sort are told.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what differs from A to B: rows, events and their times, labels, weights, recipe, grid.

    Shifts are B minus A: an event with a positive one is later in B.

    Exit status: 0 nothing differs; 1 something does; 2 wrong usage or no manifest.
    """
    import json

    from rich.console import Console

    from sal_anchors.diff import diff_manifests
    from sal_anchors.manifest import Manifest

    from .progress import row_progress

    one, other = Manifest.open(before), Manifest.open(after)
    with row_progress("comparing", max(len(one), len(other))) as progress:
        report = diff_manifests(
            one,
            other,
            limit=limit / 1000,
            keep=examples,
            most=worst,
            on_row=progress.on_row,
        )
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=2, ensure_ascii=False))
    else:
        _print(Console(highlight=False), report)
    raise typer.Exit(0 if report.same else 1)


def _print(console: Console, report: DiffReport) -> None:
    for line in _lines(report):
        console.print(line, markup=False, soft_wrap=True)
    _print_events(console, report)
    for line in _target_lines(report):
        console.print(line, markup=False, soft_wrap=True)
    _print_worst(console, report)
    if report.same:
        console.print("Nothing differs.")


def _lines(report: DiffReport) -> Iterator[str]:
    for found in (*report.grid, *report.header):
        yield f"{found.key}: {_value(found.before)} -> {_value(found.after)}"
    yield (
        f"{report.rows} rows in both, {report.only_before.count} only in A, "
        f"{report.only_after.count} only in B"
    )
    for name, examples in (("only in A", report.only_before), ("only in B", report.only_after)):
        if examples.count:
            yield f"  {name}: {_ids(examples)}"
    for (before, after), examples in sorted(report.statuses.items()):
        yield f"  {before} -> {after}: {_ids(examples)}"
    for column, examples in sorted(report.columns.items()):
        yield f"  another {column}: {_ids(examples)}"


def _target_lines(report: DiffReport) -> Iterator[str]:
    found = report.targets
    if found is None:
        yield "Labels and weights are not compared: the grids differ."
        return
    if found.frames:
        yield (
            f"{found.frames} frames: {found.labels / found.frames:.2%} have another label, "
            f"{found.weights / found.frames:.2%} another weight (by {found.mean:.4f} on average "
            f"over all frames, at most {found.largest:.4f})"
        )
    if found.rows_apart:
        yield f"Not compared: {found.rows_apart} rows, whose numbers of frames differ"


def _print_events(console: Console, report: DiffReport) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not report.names():
        return
    table = Table(
        title="Events: shifts in ms, absolute but for the bias",
        title_justify="left",
        box=None,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("event", overflow="fold")
    for name in ("matched", "moved", "median", "mean", "p90", "max", "bias", "only A", "only B"):
        table.add_column(name, justify="right", no_wrap=True)
    for event in report.to_dict()["events"]:
        shifts = ("median_ms", "mean_ms", "p90_ms", "max_ms")
        table.add_row(
            escape(f"{event['kind']} {event['label']}"),
            *(str(event["matched"]), str(event["moved"])),
            *(f"{event[name]:.1f}" if event["matched"] else "" for name in shifts),
            f"{event['bias_ms']:+.1f}" if event["matched"] else "",
            *(str(event["vanished"]), str(event["appeared"])),
        )
    console.print(table)


def _print_worst(console: Console, report: DiffReport) -> None:
    from rich.markup import escape
    from rich.table import Table

    moved = report.most_moved()
    if not moved:
        return
    table = Table(
        *("id", "kind", "label", "A, s", "B, s", "ms"), title="Moved most", title_justify="left"
    )
    for one in moved:
        shift = f"{(one.after - one.before) * 1000:+.1f}"
        times = (f"{one.before:.3f}", f"{one.after:.3f}", shift)
        table.add_row(escape(one.id), one.kind, escape(one.label), *times)
    console.print(table)


def _ids(examples: Examples) -> str:
    more = examples.count - len(examples.first)
    shown = ", ".join(examples.first)
    if not shown:
        return str(examples.count)
    return f"{examples.count} ({shown}{f', and {more} more' if more else ''})"


def _value(value: Any) -> str:
    import json

    return "none" if value is None else json.dumps(value, ensure_ascii=False)
