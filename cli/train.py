"""The command ``train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.train.loop import EpochReport, TrainResult


def train(
    manifest: Annotated[Path, typer.Argument(help="Manifest folder that align wrote.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Run folder; NAME.run beside the manifest if not given."),
    ] = None,
    loss: Annotated[str, typer.Option("--loss", help="Loss: ce, fl, sal, sa+fl or safl.")] = "sal",
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, max=10_000, help="Passes over the training split."),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="Network: gru, lstm, tcn, bcresnet or crnn.")
    ] = "gru",
    hidden: Annotated[
        int | None,
        typer.Option("--hidden", min=2, max=512, help="Units or channels a layer of the model."),
    ] = None,
    stride: Annotated[
        int, typer.Option("--stride", min=1, max=16, help="Feature frames an output frame.")
    ] = 1,
    look_ahead: Annotated[
        int,
        typer.Option("--look-ahead", min=0, max=50, help="Frames to wait for; adds to the delay."),
    ] = 0,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**32 - 1, help="Of everything random.")
    ] = 0,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved or lies elsewhere.")
    ] = None,
) -> None:
    """Train a streaming detector with the Streaming Anchor Loss."""
    import torch
    from rich.console import Console
    from rich.live import Live

    from sal_anchors.loss import VARIANTS
    from sal_anchors.manifest import Manifest
    from sal_anchors.models import MODELS
    from sal_anchors.train.config import LossConfig, TrainConfig
    from sal_anchors.train.loop import train as run_training

    variant = next((known for known in VARIANTS if known == loss), None)
    if variant is None:
        raise typer.BadParameter(
            f"{loss!r} is not one of {', '.join(VARIANTS)}", param_hint="--loss"
        )
    network = MODELS.get(model)
    if network is None:
        raise typer.BadParameter(
            f"{model!r} is not one of {', '.join(MODELS)}", param_hint="--model"
        )
    size = {} if hidden is None else {"hidden": hidden}
    defaults = TrainConfig()
    config = TrainConfig(
        loss=LossConfig(variant=variant),
        model=network(stride=stride, look_ahead=look_ahead, **size),
        epochs=epochs or defaults.epochs,
        seed=seed,
    )
    torch.set_num_threads(1)
    run = out or manifest.resolve().with_suffix(".run")
    history: list[EpochReport] = []

    def show(report: EpochReport) -> None:
        history.append(report)
        live.update(_table(history), refresh=True)

    err = Console(stderr=True)
    with Live(_table(history), console=err, auto_refresh=False) as live:
        result = run_training(
            Manifest.open(manifest, audio_root=audio_root), run, config, progress=show
        )
    _summarise(Console(), result, sum(report.seconds for report in history))


def _table(history: list[EpochReport]) -> Table:
    from rich.table import Table

    table = Table("epoch", "train loss", "dev loss", "dev AP", "dev FRR", "s", "", box=None)
    for column in table.columns:
        column.justify = "right"
    for report in history[-12:]:
        table.add_row(
            f"{report.epoch}/{report.epochs}",
            f"{report.train_loss:.4f}",
            f"{report.dev_loss:.4f}",
            _number(report.dev_average_precision),
            _number(report.dev_false_reject_rate),
            f"{report.seconds:.1f}",
            "best" if report.best else "",
        )
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _summarise(console: Console, result: TrainResult, seconds: float) -> None:
    best = result.best
    console.print(str(result.card), soft_wrap=True, highlight=False)
    console.print(
        f"{result.train.rows} recordings to train on, "
        f"{result.dev.rows} to choose the epoch, {best.epochs} epochs in {seconds:.0f} s"
    )
    console.print(
        f"best epoch {best.epoch}: dev loss {best.dev_loss:.4f}, "
        f"event average precision {_number(best.dev_average_precision)}, "
        f"FRR at 1 FA/h {_number(best.dev_false_reject_rate)}"
    )
    console.print(f"checkpoint: {result.checkpoint}", soft_wrap=True, highlight=False)
