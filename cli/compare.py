"""The command ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sal_anchors.experiment.plan import Plan

_INTERRUPTED = 130
_LOSSES = "ce,fl,sal,sa+fl,safl,maxpool"
_MODELS = "gru"
_SEEDS = 5


def compare(
    manifest: Annotated[
        Path, typer.Argument(help="Manifest folder that align wrote.", show_default=False)
    ],
    losses: Annotated[
        str | None,
        typer.Option(help=f"Losses to compare ({_LOSSES})."),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(help=f"Networks to train with them ({_MODELS})."),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help=f"Runs of each ({_SEEDS}).")] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="TOML file with the arms, networks and seeds; see docs/comparing.md."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="Arms to compare with, and with the best of them.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Configuration of the trainer, for all runs.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A knob of the trainer, for all runs.  (repeatable)"
        ),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Recordings to measure on (test).")] = None,
    negatives: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of audio with nothing to detect; again for more."),
    ] = None,
    target: Annotated[
        list[float] | None,
        typer.Option(min=0, help="False accepts an hour; again for more (0.5, 1, 5)."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Runs at a time, one thread each.")
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder; NAME.comparison beside the manifest if not given."
        ),
    ] = None,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved or lies elsewhere.")
    ] = None,
) -> None:
    """Train and measure losses alike; print what each gains, with intervals.

    The same command goes on after an interruption; what is finished is kept.

    Exit status: 0 all was compared; 1 runs failed or negatives could not be read; 2 wrong input;
    130 interrupted.
    """
    from rich.console import Console

    from sal_anchors.experiment.run import compare as run_comparison
    from sal_anchors.manifest import Manifest

    from .compare_progress import Progress
    from .compare_tables import render

    chosen = _plan(
        plan,
        {"losses": losses, "models": models, "seeds": seeds},
        reference=reference,
        config=config,
        assignments=assignments,
        measures={"split": split, "negatives": negatives or None, "targets": target or None},
    )
    opened = Manifest.open(manifest, audio_root=audio_root)
    folder = out or manifest.resolve().with_suffix(".comparison")
    console = Console(stderr=True)
    try:
        with Progress(console) as progress:
            comparison = run_comparison(
                chosen,
                opened,
                folder,
                processes=jobs,
                audio_root=audio_root,
                begun=progress.begin,
                listener=progress.update,
            )
    except KeyboardInterrupt:
        console.print("sal-anchors: interrupted. The same command goes on from here")
        raise typer.Exit(_INTERRUPTED) from None
    render(Console(highlight=False), comparison, folder)
    raise typer.Exit(1 if comparison.failed or comparison.unread else 0)


def _plan(
    file: Path | None,
    short: dict[str, Any],
    *,
    reference: str | None,
    config: Path | None,
    assignments: list[str] | None,
    measures: dict[str, Any],
) -> Plan:
    from sal_anchors.experiment.plan import short_plan
    from sal_anchors.experiment.plan_file import plan_of, read_plan
    from sal_anchors.train.config_file import read_config

    if file is not None:
        if short["losses"] or short["models"]:
            raise typer.BadParameter("--losses and --models are what --plan says; give one of both")
        values = read_plan(file)
        if short["seeds"]:
            values["seeds"] = short["seeds"]
    else:
        values = short_plan(
            _names(short["losses"] or _LOSSES),
            _names(short["models"] or _MODELS),
            short["seeds"] or _SEEDS,
        )
    if reference:
        values["reference"] = _names(reference)
    if config is not None:
        values["config"] = read_config(config)
    if assignments:
        values["set"] = [*values.get("set", []), *assignments]
    given = {key: value for key, value in measures.items() if value is not None}
    if given:
        values["evaluation"] = {**values.get("evaluation", {}), **given}
    return plan_of(values, where=file)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
