"""``sal-anchors review``: what was decided about the anchors of a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from sal_anchors.review import Conflict, Progress

review = typer.Typer(
    help="What people decided about the anchors of a manifest with sal-anchors inspect.",
    no_args_is_help=True,
)

_Folder = Annotated[Path, typer.Argument(help="Manifest folder.")]
_OnlyReviewed = Annotated[
    bool, typer.Option("--only-reviewed", help="Leave out what is not reviewed.")
]


@review.command()
def status(
    manifest: _Folder,
    all_: Annotated[bool, typer.Option("--all", help="List every conflict.")] = False,
) -> None:
    """Tell how far the review is, and which decisions need a person.

    Exit status: 0 no conflicts; 1 there are some; 2 wrong usage.
    """
    from rich.console import Console

    from sal_anchors.manifest import Manifest
    from sal_anchors.review import JOURNAL_NAME, progress_of, read_journal

    opened = Manifest.open(manifest)
    contents = read_journal(manifest / JOURNAL_NAME)
    progress = progress_of(opened, contents.decisions)
    console = Console(highlight=False)
    print_progress(console, progress)
    for damage in contents.damages:
        _say(
            console, f"{manifest / JOURNAL_NAME}: line {damage.line} is left out: {damage.problem}"
        )
    print_conflicts(console, progress.conflicts, limit=None if all_ else _SHOWN)
    raise typer.Exit(1 if progress.conflicts else 0)


@review.command()
def merge(
    journals: Annotated[
        list[Path], typer.Argument(help="Journals (edits.jsonl), or manifest folders.")
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Journal, or manifest folder; may be one of them.")
    ],
) -> None:
    """Merge journals: each decision once, whoever made it, whichever order they are given in."""
    from rich.console import Console

    from sal_anchors.manifest import Manifest
    from sal_anchors.review import merge_journals, progress_of

    console = Console(highlight=False)
    merged = merge_journals(journals, out)
    for path, damage in merged.damages:
        _say(console, f"{path}: line {damage.line} is left out: {damage.problem}")
    given = " + ".join(map(str, merged.given))
    _say(console, f"{len(merged.decisions)} decisions from {given}")
    if out.is_dir():
        conflicts = progress_of(Manifest.open(out), merged.decisions).conflicts
        print_conflicts(console, conflicts, limit=_SHOWN)
    _say(console, f"Written: {out}")


@review.command()
def export(
    manifest: _Folder,
    out: Annotated[Path, typer.Option("-o", "--out", help="Table: .csv, .tsv or .jsonl.")],
) -> None:
    """Write the reviewed events as a table, a line an event: found, decided, by whom."""
    from sal_anchors.manifest import Manifest
    from sal_anchors.review import JOURNAL_NAME, read_journal
    from sal_anchors.review.export import exported, write_export

    decisions = read_journal(manifest / JOURNAL_NAME).decisions
    count = write_export(out, exported(Manifest.open(manifest), decisions))
    typer.echo(f"{count} events of {manifest}\nWritten: {out}")


@review.command()
def apply(
    manifest: _Folder,
    out: Annotated[Path, typer.Option("-o", "--out", help="New manifest folder.")],
    only_reviewed: _OnlyReviewed = False,
) -> None:
    """Write the decisions into the rows of a new manifest, for tools that know no journal."""
    from sal_anchors.manifest import Manifest
    from sal_anchors.review.apply import apply_reviews

    from .progress import row_progress

    opened = Manifest.open(manifest)
    with row_progress("applying", len(opened)) as progress:
        tally = apply_reviews(opened, out, only=only_reviewed, on_row=progress.on_row)
    left_out = len(opened) - tally.total
    typer.echo(f"{tally.total} rows of {len(opened)}, {left_out} left out\nWritten: {out}")


def print_progress(console: Console, progress: Progress) -> None:
    """Tables of what was reviewed, and by whom."""
    from rich.table import Table

    table = Table("state", "utterances", title="Review", title_justify="left")
    for state, count in progress.states.items():
        table.add_row(state.value, str(count))
    table.add_row("total", str(progress.total), style="bold")
    console.print(table)
    _say(
        console,
        f"Events: {progress.accepted} accepted, {progress.rejected} rejected, {progress.open} open "
        "in the utterances begun with",
    )
    for who, count in progress.reviewers.items():
        _say(console, f"  {who}: {count} decisions")
    if progress.conflicts:
        _say(console, f"{len(progress.conflicts)} decisions need a person")


def print_conflicts(
    console: Console, conflicts: tuple[Conflict, ...], *, limit: int | None
) -> None:
    """A line a conflict, as many as ``limit``."""
    for conflict in conflicts[:limit]:
        _say(console, f"  {conflict.utterance}  {conflict.code}: {conflict.message}")
    if limit is not None and len(conflicts) > limit:
        _say(console, f"  and {len(conflicts) - limit} more: sal-anchors review status --all")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


_SHOWN = 10
