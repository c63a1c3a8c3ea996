"""The command ``train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.train.config import TrainConfig
    from sal_anchors.train.report import EpochReport, TrainResult

_INTERRUPTED = 130


def train(
    manifest: Annotated[
        Path | None, typer.Argument(help="Manifest folder that align wrote.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Run folder; NAME.run beside the manifest if not given."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="TOML file with any of the knobs; see --print-config."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Any one knob, such as data.batch=16.  (repeatable)"
        ),
    ] = None,
    loss: Annotated[
        str | None, typer.Option("--loss", help="ce, fl, sal, sa+fl, safl or maxpool.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Network: gru, lstm, tcn, bcresnet or crnn.")
    ] = None,
    hidden: Annotated[
        int | None, typer.Option(help="Units or channels a layer of the model.")
    ] = None,
    stride: Annotated[int | None, typer.Option(help="Feature frames an output frame.")] = None,
    look_ahead: Annotated[
        int | None, typer.Option(help="Frames to wait for; adds to the delay.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the folder.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Begin anew although a run is in the folder.")
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write curves for TensorBoard too.")
    ] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print every knob as TOML, and stop.")
    ] = False,
    only_reviewed: Annotated[
        bool, typer.Option("--only-reviewed", help="Train on reviewed utterances only.")
    ] = False,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved or lies elsewhere.")
    ] = None,
) -> None:
    """Train a streaming detector with the Streaming Anchor Loss.

    --loss, --epochs, --model and so on override --config, and --set overrides both. Exit status:
    0 trained; 2 wrong input; 130 interrupted: go on with --resume.
    """
    from sal_anchors.train.config_text import config_text
    from sal_anchors.train.run_folder import CONFIG_NAME

    given = {
        "loss.variant": loss,
        "epochs": epochs,
        "model.kind": model,
        "model.hidden": hidden,
        "model.stride": stride,
        "model.look_ahead": look_ahead,
        "seed": seed,
        "device": device,
    }
    overrides = [f"{key}={value}" for key, value in given.items() if value is not None]
    overrides += assignments or []
    if print_config:
        typer.echo(config_text(_configuration(config, overrides)), nl=False)
        return
    if manifest is None:
        raise typer.BadParameter("a manifest folder is needed", param_hint="MANIFEST")
    run = out or manifest.resolve().with_suffix(".run")
    if resume and config is None and (run / CONFIG_NAME).exists():
        config = run / CONFIG_NAME
    chosen = _configuration(config, overrides)
    _train(
        manifest,
        run,
        chosen,
        audio_root=audio_root,
        only_reviewed=only_reviewed,
        tensorboard=tensorboard,
        resume=resume,
        overwrite=overwrite,
    )


def _configuration(file: Path | None, overrides: list[str]) -> TrainConfig:
    from sal_anchors.train.config_file import config_of, read_config

    values = read_config(file) if file else {}
    return config_of(values, overrides=overrides, where=file)


def _train(
    manifest: Path,
    run: Path,
    config: TrainConfig,
    *,
    audio_root: Path | None,
    only_reviewed: bool,
    tensorboard: bool,
    **how: bool,
) -> None:
    import torch
    from rich.console import Console
    from rich.live import Live

    from sal_anchors.manifest import Manifest
    from sal_anchors.review import reviewed
    from sal_anchors.train.loop import train as run_training
    from sal_anchors.train.plots import draw_run
    from sal_anchors.train.processes import this_process
    from sal_anchors.train.tensorboard import tensorboard_log

    torch.set_num_threads(1)
    opened = reviewed(Manifest.open(manifest, audio_root=audio_root), only=only_reviewed)
    first = this_process()[0] == 0
    history: list[EpochReport] = []
    out, err = (Console(stderr=stderr, quiet=not first) for stderr in (False, True))
    try:
        with (
            tensorboard_log(run, wanted=tensorboard) as log,
            Live(console=err, auto_refresh=False) as live,
        ):

            def show(report: EpochReport) -> None:
                history.append(report)
                live.update(_table(history), refresh=True)
                log(report)

            result = run_training(opened, run, config, progress=show, **how)
        plots = draw_run(run, result.history, opened) if first else ()
    except KeyboardInterrupt:
        err.print(f"sal-anchors: interrupted after {_epochs(history)}. Go on with --resume")
        raise typer.Exit(_INTERRUPTED) from None
    _summarise(out, result, plots)


def _epochs(history: list[Any]) -> str:
    return "1 epoch" if len(history) == 1 else f"{len(history)} epochs"


def _table(history: list[EpochReport]) -> Table:
    from rich.table import Table

    table = Table("epoch", "train loss", "dev loss", "dev AP", "dev FRR", "s", "", box=None)
    for column in table.columns:
        column.justify = "right"
    for report in history[-12:]:
        table.add_row(
            f"{report.epoch}/{report.epochs}",
            f"{report.train_loss:.4f}",
            _number(report.dev_loss, 4),
            _number(report.dev_average_precision),
            _number(report.dev_false_reject_rate),
            f"{report.seconds:.1f}",
            "best" if report.best else "",
        )
    return table


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _summarise(console: Console, result: TrainResult, plots: tuple[Path, ...]) -> None:
    best = result.best
    console.print(str(result.card), soft_wrap=True, highlight=False)
    console.print(
        f"{result.train.rows} recordings to train on, {result.dev.rows} to choose the epoch, "
        f"{_epochs(list(result.history))} in {sum(one.seconds for one in result.history):.0f} s"
        + (", stopped early" if result.stopped_early else "")
    )
    console.print(
        f"best epoch {best.epoch}: dev loss {_number(best.dev_loss, 4)}, "
        f"event average precision {_number(best.dev_average_precision)}, "
        f"FRR at 1 FA/h {_number(best.dev_false_reject_rate)}",
        soft_wrap=True,
    )
    for name, path in (("checkpoint", result.checkpoint), *(("plot", p) for p in plots)):
        console.print(f"{name}: {path}", soft_wrap=True, highlight=False)
