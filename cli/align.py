"""``sal-anchors align``: a corpus in, a manifest out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from sal_anchors.accounting import Tally


def align(
    corpus: Annotated[
        Path, typer.Argument(help="Folder of wav or flac files, transcripts beside them.")
    ],
    keyword: Annotated[
        list[str] | None,
        typer.Option("-k", "--keyword", help="Word or phrase to find; may be given again."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Manifest folder.  [default: CORPUS.anchors]"),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(help="Pronunciations of your own: lines of 'word PHONE PHONE ...'."),
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes.")] = 1,
) -> None:
    """Align transcripts to audio and write anchors, labels and weights a frame.

    With keywords, each becomes a class that begins where the keyword ends. Without, the class
    is speech, from each onset on.

    Exit status: 0 all utterances are in, 1 some failed (the manifest says which and why),
    2 wrong usage or nothing usable.
    """
    import time

    from rich.console import Console

    from sal_anchors.align import Lexicon
    from sal_anchors.align.pocketsphinx import PocketsphinxAligner
    from sal_anchors.anchors.recipe import keyword_recipe, onset_recipe
    from sal_anchors.annotate import build_manifest
    from sal_anchors.corpus import read_sidecar_corpus

    from .progress import row_progress

    recipe = keyword_recipe(tuple(keyword)) if keyword else onset_recipe()
    target = out or corpus.resolve().with_name(f"{corpus.resolve().name}.anchors")
    items = list(read_sidecar_corpus(corpus))
    began = time.perf_counter()
    with row_progress("aligning", len(items)) as on_row:
        tally = build_manifest(
            items,
            target,
            audio_root=corpus,
            recipe=recipe,
            aligner=PocketsphinxAligner(),
            lexicon=Lexicon.from_file(lexicon) if lexicon else Lexicon(),
            jobs=jobs,
            on_row=on_row,
        )
    seconds = time.perf_counter() - began
    console = Console(highlight=False)
    console.print(_summary(tally, recipe.keywords, seconds))
    if unheard := [k for k in recipe.keywords if not tally.events["keyword_end", k]]:
        console.print(f"[yellow]Not found in any aligned transcript:[/] {', '.join(unheard)}")
    if tally.usable < tally.total:
        told = f"Failures by file: sal-anchors inspect {target} --plain --list"
        console.print(told, markup=False, soft_wrap=True)
    console.print(f"Manifest: {target}", markup=False, soft_wrap=True)
    raise typer.Exit(_exit_status(tally))


def _exit_status(tally: Tally) -> int:
    if not tally.usable:
        return 2
    from sal_anchors.accounting import Status

    return 1 if tally.statuses[Status.FAILED] else 0


def _summary(tally: Tally, keywords: tuple[str, ...], seconds: float) -> Table:
    from rich.table import Table

    from sal_anchors.accounting import Status

    table = Table(title="Alignment", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("utterances", str(tally.total), "")
    for status in Status:
        reasons = ", ".join(
            f"{reason} {count}"
            for reason, count in tally.reasons.most_common()
            if reason.status is status
        )
        table.add_row(f"  {status}", str(tally.statuses[status]), reasons)
    for phrase in keywords:
        found = tally.events["keyword_end", phrase]
        table.add_row("keyword ends", str(found), repr(phrase))
    table.add_row("speech onsets", str(tally.events["speech_onset", "speech"]), "")
    table.add_row("audio", f"{tally.audio_seconds / 60:.2f}", "minutes")
    table.add_row("wall time", f"{seconds:.1f}", "seconds")
    factor = seconds / tally.audio_seconds if tally.audio_seconds else 0.0
    table.add_row("real-time factor", f"{factor:.3f}", "seconds a second of audio")
    return table
