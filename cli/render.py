"""``sal-anchors render``: anchors, labels and weights anew, from stored alignments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import recipe_options as given

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from rich.console import Console

    from sal_anchors.accounting import Tally


def render(
    manifest: Annotated[Path, typer.Argument(help="Manifest folder.")],
    recipe: given.RecipeFile = None,
    keyword: given.OtherKeywords = None,
    set_: given.Set = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write another manifest there, of the same audio."),
    ] = None,
) -> None:
    """Find, label and weight events anew by another recipe, without aligning again.

    Without --recipe, the manifest's own, with what -k and --set change. The manifest stays as it
    is until the new one is whole, and altogether with --out.

    Exit status: 0 rendered; 2 wrong usage or no manifest; 130 interrupted.
    """
    import signal
    import time

    from rich.console import Console

    from sal_anchors.anchors.recipe_file import choose_recipe
    from sal_anchors.manifest import Manifest
    from sal_anchors.rerender import rerender

    from .progress import row_progress

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.perf_counter()
    opened = Manifest.open(manifest)
    own = opened.recipe.with_mean(None)
    chosen = choose_recipe(recipe, own, keywords=keyword or (), overrides=set_ or ())
    frames = 0
    try:
        with row_progress("rendering", len(opened)) as progress:

            def on_batch(batch: RecordBatch) -> None:
                nonlocal frames
                frames += sum(batch.column("num_frames").to_pylist())
                progress.on_rows(batch.column("status").to_pylist())

            tally = rerender(manifest, chosen, out=out, on_batch=on_batch)
    except KeyboardInterrupt:
        typer.echo("sal-anchors: interrupted; the manifest is as it was", err=True)
        raise typer.Exit(130) from None
    _print(Console(highlight=False), tally, frames, time.perf_counter() - began)


def _print(console: Console, tally: Tally, frames: int, seconds: float) -> None:
    from sal_anchors.accounting import Status

    statuses = " + ".join(f"{tally.statuses[status]} {status}" for status in Status)
    console.print(f"{tally.total} utterances = {statuses}")
    for (kind, label), count in sorted(tally.events.items()):
        console.print(f"  {count:>8} {kind}: {label}", markup=False)
    console.print(f"{frames} frames in {seconds:.1f} s")
