"""What ``align`` tells at its end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.accounting import Reason, Tally
    from sal_anchors.align import Provenance

_EVENTS_TOLD = 20


def print_summary(
    console: Console,
    tally: Tally,
    *,
    keywords: tuple[str, ...],
    layout: str,
    engine: Provenance,
    why: str,
    seconds: float,
    target: Path,
) -> None:
    """Print the accounts of a run, and where its manifest and failures are."""
    table = _accounts(tally)
    for (kind, label), count in sorted(tally.events.items())[:_EVENTS_TOLD]:
        table.add_row(kind.replace("_", " "), str(count), repr(label))
    table.add_row("audio", f"{tally.audio_seconds / 60:.2f}", "minutes")
    table.add_row("wall time", f"{seconds:.1f}", "seconds")
    factor = seconds / tally.audio_seconds if tally.audio_seconds else 0.0
    table.add_row("real-time factor", f"{factor:.3f}", "seconds a second of audio")
    console.print(table)
    if unheard := [k for k in keywords if not tally.events["keyword_end", k]]:
        console.print(f"[yellow]Not found in any aligned transcript:[/] {', '.join(unheard)}")
    for line in (
        f"Layout: {layout}",
        f"Engine: {engine.engine} {engine.version}, model {engine.model} ({why})",
        *([f"Not ok, by file: {target / 'failures.jsonl'}"] if tally.reasons else []),
        *([f"To look at one: sal-anchors inspect {target} --id ID"] if tally.reasons else []),
        f"Manifest: {target}",
    ):
        console.print(line, markup=False, soft_wrap=True)


def _accounts(tally: Tally) -> Table:
    from rich.table import Table

    from sal_anchors.accounting import Status

    table = Table(title="Alignment", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    sum_ = " + ".join(f"{tally.statuses[status]} {status}" for status in Status)
    table.add_row("utterances", str(tally.total), f"= {sum_}")
    for status in Status:
        named = {reason: n for reason, n in tally.reasons.most_common() if reason.status is status}
        table.add_row(f"  {status}", str(tally.statuses[status]), _listed(named))
    table.add_row("findings", str(tally.findings.total()), _listed(tally.findings))
    if tally.resumed:
        table.add_row("resumed", str(tally.resumed), "aligned in an earlier run")
    return table


def _listed(counts: Mapping[Reason, int] | Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {count}" for name, count in ordered)
