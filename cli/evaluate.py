"""The command ``evaluate``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sal_anchors.align.alignment import Interval
    from sal_anchors.evaluate.match import EventConfig
    from sal_anchors.evaluate.measure import Measured
    from sal_anchors.evaluate.source import Source
    from sal_anchors.evaluate.stream import Streamed
    from sal_anchors.manifest import Manifest

_TARGETS = [0.5, 1.0, 5.0]


def evaluate(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="Run folder that train wrote, or a checkpoint; left out with --scores.",
        ),
    ],
    manifest: Annotated[
        Path | None,
        typer.Argument(metavar="MANIFEST", help="Manifest folder with held-out recordings."),
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Recordings to stream.")] = "test",
    negatives: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of audio with nothing to detect, any format; again for more."),
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(help="Measure these frame posteriors of any system instead of a RUN."),
    ] = None,
    write_scores: Annotated[
        Path | None, typer.Option(help="Write the frame posteriors to this Parquet file.")
    ] = None,
    target: Annotated[
        list[float] | None,
        typer.Option(min=0, help="False accepts an hour; again for more. [default: 0.5, 1, 5]"),
    ] = None,
    smooth: Annotated[float, typer.Option(min=0, max=5_000, help="ms of moving average.")] = 50.0,
    refractory: Annotated[
        float, typer.Option(min=0, max=60_000, help="ms after a detection without another.")
    ] = 1_000.0,
    rearm: Annotated[
        float, typer.Option(min=0, max=60_000, help="ms below the threshold before another.")
    ] = 0.0,
    early: Annotated[
        float, typer.Option(min=0, max=60_000, help="ms before the anchor that still hit.")
    ] = 200.0,
    late: Annotated[
        float, typer.Option(min=0, max=60_000, help="ms after the anchor that still hit.")
    ] = 500.0,
    collar: Annotated[
        float, typer.Option(min=0, max=60_000, help="ms either way that hit a speech onset.")
    ] = 200.0,
    pause: Annotated[
        float, typer.Option(min=0, max=60_000, help="--rearm of speech onsets.")
    ] = 200.0,
    bootstrap: Annotated[
        int, typer.Option(min=0, max=100_000, help="Resamples of recordings for intervals.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Write plots (PNG) to this folder.")] = None,
    only_reviewed: Annotated[
        bool, typer.Option("--only-reviewed", help="Measure on reviewed utterances only.")
    ] = False,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved or lies elsewhere.")
    ] = None,
) -> None:
    """Stream held-out recordings through a detector; print misses, false accepts and latency.

    How it is counted, and the format of scores files: docs/evaluation.md.

    Exit status: 0 all was measured; 1 files of negatives could not be read; 2 wrong usage or input.
    """
    from rich.console import Console

    from sal_anchors.evaluate.match import EventConfig
    from sal_anchors.manifest import Manifest
    from sal_anchors.review import reviewed

    from .evaluate_tables import render

    checkpoint, folder = _run_and_manifest(run, manifest, scores)
    if write_scores is not None and write_scores.suffix != ".parquet":
        raise typer.BadParameter(f"--write-scores {write_scores}: the name must end in .parquet")
    opened = reviewed(Manifest.open(folder, audio_root=audio_root), only=only_reviewed)
    config = EventConfig(
        smooth_ms=smooth,
        refractory_ms=refractory,
        rearm_ms=rearm,
        early_ms=early,
        late_ms=late,
        collar_ms=collar,
        pause_ms=pause,
    )
    source = _source(checkpoint, scores, opened, split, config, negatives or [])
    targets = target or _TARGETS
    measured = _measure(source, opened, split, targets, config, bootstrap, seed, write_scores)
    if as_json:
        typer.echo(measured.report.to_json())
    else:
        render(Console(highlight=False), measured.report)
    if plots is not None:
        from sal_anchors.evaluate.plots import save_plots

        save_plots(measured.report, plots)
    if html is not None:
        system = checkpoint or scores or folder
        _write_html(measured, opened, html, f"{system.resolve().name} on {folder.resolve().name}")
    raise typer.Exit(1 if measured.report.unread else 0)


def _run_and_manifest(
    first: Path, second: Path | None, scores: Path | None
) -> tuple[Path | None, Path]:
    if scores is None and second is not None:
        return first, second
    if scores is not None and second is None:
        return None, first
    wanted = "RUN and MANIFEST" if scores is None else "MANIFEST alone, since --scores is given"
    raise typer.BadParameter(f"expected {wanted}, got {first} {second or ''}".rstrip())


def _source(
    run: Path | None,
    scores: Path | None,
    manifest: Manifest,
    split: str,
    config: EventConfig,
    negatives: Sequence[Path],
) -> Source:
    if scores is not None:
        from sal_anchors.evaluate.scored import scores_source
        from sal_anchors.evaluate.scores_read import open_scores

        return scores_source(open_scores(scores), manifest, split, config, negatives)
    from sal_anchors.evaluate.run import detector_source
    from sal_anchors.train.checkpoint import load_checkpoint

    assert run is not None  # noqa: S101 -- _run_and_manifest
    return detector_source(load_checkpoint(run), manifest, split, config, negatives)


def _measure(
    source: Source,
    manifest: Manifest,
    split: str,
    targets: Sequence[float],
    config: EventConfig,
    resamples: int,
    seed: int,
    write_scores: Path | None,
) -> Measured:
    from rich.console import Console
    from rich.progress import Progress

    from sal_anchors.evaluate.run import measure_source
    from sal_anchors.evaluate.scores_header import header_of
    from sal_anchors.evaluate.scores_write import scores_writer

    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        task = progress.add_task("streaming", total=None)
        listeners: list[Callable[[Streamed], None]] = [lambda _: progress.advance(task)]
        if write_scores is not None:
            header = header_of(source.classes, source.grid, source.look_ahead)
            listeners.append(stack.enter_context(scores_writer(write_scores, header)).write)
        return measure_source(
            source,
            where=manifest.path,
            split=split,
            targets=targets,
            config=config,
            resamples=resamples,
            seed=seed,
            listeners=listeners,
        )


def _write_html(measured: Measured, manifest: Manifest, path: Path, title: str) -> None:
    from sal_anchors.evaluate.html import html_report, write_html
    from sal_anchors.evaluate.negatives import PREFIX

    def words(id_: str) -> Sequence[Interval]:
        return () if id_.startswith(f"{PREFIX}/") else manifest.row(id_).words

    write_html(html_report(measured, title=title, words=words), path)
