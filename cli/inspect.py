"""``sal-anchors inspect``: what a manifest holds, in an application or printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.manifest import Manifest, Row


def inspect(
    manifest: Annotated[Path, typer.Argument(help="Manifest folder.")],
    id_: Annotated[str | None, typer.Option("--id", help="Print this utterance.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print a line an utterance.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print, for pipes and logs.")] = False,
    worst: Annotated[bool, typer.Option("--worst", help="The worst first.")] = False,
    filter_: Annotated[
        str, typer.Option("--filter", help="Only these, such as: status:suspect conf<0.6 words")
    ] = "",
    run: Annotated[
        Path | None, typer.Option(help="Show the posterior of the detector in this run folder.")
    ] = None,
    findings: Annotated[
        Path | None, typer.Option(help="What check --json printed, to filter by and to show.")
    ] = None,
    who: Annotated[
        str | None, typer.Option(help="Reviewer.", show_default="the user's name")
    ] = None,
    light: Annotated[bool, typer.Option("--light", help="Begin in light colours.")] = False,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved.")
    ] = None,
) -> None:
    """See, hear and correct every anchor of a manifest in the terminal.

    What you decide is kept at once, in edits.jsonl in the manifest folder.
    With --plain, --list or --id, or where the output is no terminal, the
    overview, the list or one utterance is printed instead.
    """
    from rich.console import Console

    from sal_anchors.manifest import Manifest

    opened = Manifest.open(manifest, audio_root=audio_root)
    console = Console(highlight=False)
    if id_ is not None:
        _print_utterance(console, opened, opened.row(id_))
    elif list_:
        _print_list(console, _listed(opened, filter_, worst=worst, findings=findings))
    elif plain or not _is_interactive():
        _print_overview(console, opened)
    else:
        from .inspector.app import Inspector

        Inspector(
            opened,
            audio_root=audio_root,
            who=who,
            run=run,
            findings=findings,
            query=filter_,
            worst=worst,
            light=light,
        ).run()


def _is_interactive() -> bool:
    """Whether there is a terminal, or a browser that ``textual serve`` stands for."""
    return "TEXTUAL_DRIVER" in os.environ or (sys.stdin.isatty() and sys.stdout.isatty())


def _listed(manifest: Manifest, text: str, *, worst: bool, findings: Path | None) -> Iterator[Row]:
    if not text and not worst:
        return manifest.rows()
    from sal_anchors.review import JOURNAL_NAME, read_journal
    from sal_anchors.review.catalogue import load_catalogue
    from sal_anchors.review.choose import choose, search
    from sal_anchors.review.findings import read_findings
    from sal_anchors.review.overlay import by_utterance
    from sal_anchors.review.query import parse_query

    query = parse_query(text)
    decisions = read_journal(manifest.path / JOURNAL_NAME).decisions
    checked = read_findings(findings, manifest) if findings is not None else None
    catalogue = load_catalogue(manifest, by_utterance(decisions), findings=checked)
    found = search(manifest, query.words) if query.words else None
    chosen = choose(catalogue, query, order="worst" if worst else "manifest", found=found)
    return (manifest.at(int(number)) for number in chosen.rows)


def _print_overview(console: Console, manifest: Manifest) -> None:
    header = manifest.header
    provenance = header.provenance
    for name, value in (
        ("manifest", str(manifest.path)),
        ("audio", f"{manifest.audio_root} ({header.audio_seconds / 60:.2f} minutes)"),
        ("grid", str(header.grid)),
        ("classes", ", ".join(f"{i} {name}" for i, name in enumerate(manifest.classes))),
        ("engine", f"{provenance.engine} {provenance.version}, model {provenance.model}"),
        ("written by", f"sal-anchors {header.tool_version}"),
    ):
        console.print(f"[bold]{name:<11}[/]", end="")
        console.print(value, markup=False, soft_wrap=True)
    console.print(_status_table(header.counts))
    console.print(_split_table(header.counts))
    _print_review(console, manifest)


def _print_review(console: Console, manifest: Manifest) -> None:
    from sal_anchors.review import JOURNAL_NAME, progress_of, read_journal

    from .review import print_progress

    decisions = read_journal(manifest.path / JOURNAL_NAME).decisions
    if decisions:
        print_progress(console, progress_of(manifest, decisions))


def _status_table(counts: dict[str, Any]) -> Table:
    from rich.table import Table

    from sal_anchors.accounting import Reason, Status

    table = Table("status", "utterances", "reasons", title="Accounting", title_justify="left")
    for status in Status:
        reasons = counts["reasons"].items()
        named = [f"{reason} {n}" for reason, n in reasons if Reason(reason).status is status]
        table.add_row(status.value, str(counts[status]), ", ".join(named))
    table.add_row("total", str(counts["total"]), "", style="bold")
    return table


def _split_table(counts: dict[str, Any]) -> Table:
    from rich.table import Table

    splits = counts["splits"]
    kinds = sorted({kind for split in splits.values() for kind in split["events"]})
    table = Table("split", "usable", "minutes", *kinds, title="Targets", title_justify="left")
    for name, split in splits.items():
        found = (str(split["events"].get(kind, 0)) for kind in kinds)
        table.add_row(name, str(split["usable"]), f"{split['seconds'] / 60:.2f}", *found)
    return table


def _print_list(console: Console, rows: Iterable[Row]) -> None:
    for row in rows:
        marks = " ".join(f"{a.label}@{a.time:.2f}" for a in row.anchors)
        detail = marks if row.usable else f"{row.reason}: {row.message}"
        status = "" if row.reason is None or not row.usable else f" ({row.reason})"
        console.print(
            f"{row.id}  {row.status}{status}  {row.duration:.2f} s  {detail}",
            soft_wrap=True,
            markup=False,
        )


def _print_utterance(console: Console, manifest: Manifest, row: Row) -> None:
    for name, value in (
        ("id", row.id),
        ("status", " ".join(filter(None, (row.status, row.reason)))),
        ("message", row.message),
        ("audio", f"{row.audio}, {row.duration:.3f} s, {row.sample_rate} Hz"),
        ("split", row.split),
        ("transcript", row.transcript or ""),
        ("score", "" if row.score is None else f"{row.score:.2f} nats a frame"),
    ):
        if value:
            console.print(f"[bold]{name:<11}[/]", end="")
            console.print(value, markup=False, soft_wrap=True)
    if row.usable:
        console.print(_word_table(row))
        console.print(_anchor_table(row, manifest.classes))
        from .plot import utterance_plot

        samples = manifest.recording(row).samples
        for line in utterance_plot(row, samples, manifest.grid, console.width):
            console.print(line, markup=False, soft_wrap=True)


def _word_table(row: Row) -> Table:
    from rich.table import Table

    table = Table("word", "start s", "end s", "score", title="Words", title_justify="left")
    for word in row.words:
        score = "" if word.score is None else f"{word.score:.2f}"
        table.add_row(word.label, f"{word.start:.3f}", f"{word.end:.3f}", score)
    return table


def _anchor_table(row: Row, classes: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(
        *("kind", "label", "time s", "+- ms", "frame", "class", "conf.", "weight"),
        title="Anchors",
        title_justify="left",
    )
    for anchor, event in zip(row.anchors, row.events, strict=True):
        weight = f"{row.weights[anchor.frame]:.2f}" if anchor.frame < row.num_frames else ""
        table.add_row(
            *(anchor.kind.value, anchor.label, f"{anchor.time:.3f}"),
            *(f"{event.uncertainty * 1000:.0f}", str(anchor.frame), classes[anchor.class_index]),
            *(f"{anchor.confidence:.2f}", weight),
        )
    return table
