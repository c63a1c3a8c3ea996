"""``sal-anchors convert``: manifests to and from other formats; times made by people to events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from sal_anchors.anchors.recipe import Recipe
    from sal_anchors.convert import Account
    from sal_anchors.events.event import EventKind

_IMPORT = "Annotations"


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Manifest, or another format.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File or folder to write.")],
    to: Annotated[
        str | None,
        typer.Option(
            help="manifest, jsonl, textgrid, audacity, ctm, lhotse, nemo, huggingface, webdataset."
            "  (default: what OUT's name tells)"
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="One of these, or table (CSV, TSV).  (default: what IN tells)"),
    ] = None,
    only_reviewed: Annotated[
        bool, typer.Option("--only-reviewed", help="Only reviewed rows of a manifest.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what an earlier conversion wrote.")
    ] = False,
    audio: Annotated[
        Path | None,
        typer.Option(rich_help_panel=_IMPORT, help="Folder of the audio, if IN does not tell."),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(rich_help_panel=_IMPORT, help="How labels and weights are rendered, TOML."),
    ] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option(
            "-k", "--keyword", rich_help_panel=_IMPORT, help="Instead of a recipe; again for more."
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(rich_help_panel=_IMPORT, help="Kind of marks that do not tell theirs."),
    ] = None,
    tier: Annotated[
        list[str] | None,
        typer.Option(
            rich_help_panel=_IMPORT, help="Kind of a TextGrid's tier: 'wake=keyword_end'; again."
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_IMPORT,
            help="Layout of --audio, for transcripts, speakers and splits; or auto.",
        ),
    ] = None,
    unmarked: Annotated[
        bool,
        typer.Option(
            "--unmarked",
            rich_help_panel=_IMPORT,
            help="Recordings without annotations hold no event.",
        ),
    ] = False,
) -> None:
    """Convert a manifest to another format, or another format to a manifest.

    TextGrids, Audacity labels and tables of times that people made become
    events; no aligner is needed. What OUT cannot hold is told.

    Exit status: 0 every row is in OUT; 1 some were left out, or failed;
    2 wrong usage, or no row is in OUT.
    """
    from rich.console import Console

    from sal_anchors.convert import ConvertOptions
    from sal_anchors.convert import convert as convert_

    from .progress import row_progress

    options = ConvertOptions(
        audio=audio,
        layout=layout,
        recipe=_recipe(recipe, keyword),
        kind=_kind(kind) if kind else None,
        tiers=dict(map(_tier, tier or ())),
        unmarked=unmarked,
        force=force,
        only_reviewed=only_reviewed,
    )
    with row_progress("converting", None) as progress:
        account = convert_(
            source,
            out,
            from_=from_ or "",
            to=to or "",
            options=options,
            on_row=progress.on_row,
        )
    _print(Console(highlight=False), account, out)
    raise typer.Exit(_exit_status(account))


def _recipe(path: Path | None, keywords: list[str] | None) -> Recipe | None:
    from sal_anchors.anchors.recipe import keyword_recipe
    from sal_anchors.anchors.recipe_file import load_recipe

    if path is None:
        return keyword_recipe(tuple(keywords)) if keywords else None
    loaded = load_recipe(path)
    return loaded.with_keywords(tuple(keywords)) if keywords else loaded


def _kind(name: str) -> EventKind:
    from sal_anchors.convert.marks import kind_named
    from sal_anchors.events.event import EventKind

    found = kind_named(name)
    if found is None:
        raise typer.BadParameter(f"{name!r} is no kind of event; they are {', '.join(EventKind)}")
    return found


def _tier(text: str) -> tuple[str, EventKind]:
    name, equals, kind = text.rpartition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"{text!r}: NAME=KIND is expected, such as wake=keyword_end")
    return name.strip(), _kind(kind)


def _print(console: Console, account: Account, out: Path) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    say(
        f"{account.rows} rows from {account.source} = {account.written} to {account.target} "
        f"+ {account.left_out.total()} left out"
    )
    say("  " + ", ".join(f"{count} {status}" for status, count in account.statuses.items()))
    for why, count in account.left_out.most_common():
        say(f"  left out: {count} ({why})")
    for (kind, label), count in account.events.most_common(_SHOWN):
        say(f"  events: {count} {kind} {label!r}")
    if (more := len(account.events) - _SHOWN) > 0:
        say(f"  events: {more} more kinds and labels")
    if account.lost:
        whole = [name for name, what in account.lost.items() if not what]
        say(f"{account.target} cannot hold: {', '.join(whole)}")
        for name, what in account.lost.items():
            if what:
                say(f"  and of {name}: {what}")
    for note in account.notes:
        say(note)
    if account.target == "manifest" and set(account.statuses) - {"ok"}:
        say(f"Not ok, by file: {out / 'failures.jsonl'}")
    say(f"Written: {out}")


_SHOWN = 10


def _exit_status(account: Account) -> int:
    if not account.written:
        return 2
    return 1 if account.left_out or account.statuses["failed"] else 0
