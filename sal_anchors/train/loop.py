"""The training loop."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from sal_anchors import __version__
from sal_anchors.errors import TrainingError
from sal_anchors.loss import StreamingAnchorLoss
from sal_anchors.manifest import Manifest
from sal_anchors.models import ModelCard, StreamingModel, build_model, model_card
from sal_anchors.train.checkpoint import FILE_NAME, Checkpoint, save_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.data import SplitSummary, batches, feature_statistics, prefetched, summarise
from sal_anchors.train.validate import Validation, Validator

METRICS_NAME = "metrics.jsonl"


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What an epoch brought; a row of ``metrics.jsonl``.

    Attributes:
        epoch: from 1.
        epochs: that there will be.
        train_loss: mean over the epoch's frames, augmented.
        dev_loss: mean over the development frames.
        dev_average_precision: of events; None without anchors in the development split.
        dev_false_reject_rate: at one false accept an hour; None as above.
        learning_rate: at the epoch's end.
        seconds: wall time.
        best: whether the checkpoint now holds this epoch's weights.
    """

    epoch: int
    epochs: int
    train_loss: float
    dev_loss: float
    dev_average_precision: float | None
    dev_false_reject_rate: float | None
    learning_rate: float
    seconds: float
    best: bool


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Where training left off.

    Attributes:
        run: the run folder.
        checkpoint: path of the best epoch's checkpoint.
        best: the epoch it holds.
        card: what the model is and costs.
        train: what the training split had to offer.
        dev: what the development split had to offer.
    """

    run: Path
    checkpoint: Path
    best: EpochReport
    card: ModelCard
    train: SplitSummary
    dev: SplitSummary


def train(
    manifest: Manifest,
    run: str | Path,
    config: TrainConfig | None = None,
    *,
    progress: Callable[[EpochReport], None] | None = None,
) -> TrainResult:
    """Train a streaming detector on the split ``train``; keep the epoch that is best on ``dev``.

    Best is the highest average precision of events, then the lowest loss. The run folder gets
    ``checkpoint.safetensors`` and ``metrics.jsonl``, a row an epoch, both from the first epoch
    on. The same manifest and configuration give the same weights on one CPU.

    Args:
        manifest: recordings with anchors.
        run: folder to write, made if need be; an earlier run in it is replaced.
        config: every knob; the defaults if None.
        progress: called after each epoch.

    Raises:
        TrainingError: if there is nothing to train on or to validate with, the loss is no longer
            a number, or the run folder cannot be written.
        CheckpointError: if a checkpoint cannot be written.
        AudioError: if a recording cannot be decoded.
    """
    config = config or TrainConfig()
    train_split, dev_split = _require_data(manifest)
    run = _make_run(Path(run))
    torch.manual_seed(config.seed)
    model = build_model(config.model, config.features.num_bins, len(manifest.classes))
    model.normalise_by(*feature_statistics(manifest, config))
    loss_function = StreamingAnchorLoss(config.loss.variant, config.loss.gamma, config.loss.lam)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    steps = config.epochs * math.ceil(train_split.rows / config.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _warmup_cosine(config.warmup, steps))
    validator = Validator(manifest, config)
    kept: list[EpochReport] = []

    with (run / METRICS_NAME).open("w", encoding="utf-8") as metrics:
        for epoch in range(1, config.epochs + 1):
            began = time.perf_counter()
            model.train()
            loss_sum, frames = 0.0, 0
            for batch in prefetched(batches(manifest, config, epoch=epoch)):
                optimiser.zero_grad()
                logits, _ = model(batch.features)
                loss = loss_function(logits, batch.labels, batch.weights)
                _require_finite(loss.item(), epoch, run)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
                optimiser.step()
                schedule.step()
                valid = int((batch.labels >= 0).sum())
                loss_sum += loss.item() * valid
                frames += valid

            model.eval()
            validation = validator.measure(model)
            _require_finite(validation.loss, epoch, run)
            report = EpochReport(
                epoch=epoch,
                epochs=config.epochs,
                train_loss=loss_sum / frames,
                dev_loss=validation.loss,
                dev_average_precision=validation.average_precision,
                dev_false_reject_rate=validation.false_reject_rate,
                learning_rate=float(schedule.get_last_lr()[0]),
                seconds=time.perf_counter() - began,
                best=not kept or _rank(validation) > _rank_of(kept[-1]),
            )
            if report.best:
                kept.append(report)
                save_checkpoint(_checkpoint(model, manifest, config, report), run / FILE_NAME)
            metrics.write(json.dumps(asdict(report)) + "\n")
            metrics.flush()
            if progress is not None:
                progress(report)

    return TrainResult(
        run=run,
        checkpoint=run / FILE_NAME,
        best=kept[-1],
        card=model_card(model, config.model.kind, manifest.grid),
        train=train_split,
        dev=dev_split,
    )


def _require_data(manifest: Manifest) -> tuple[SplitSummary, SplitSummary]:
    if len(manifest.classes) < 2:
        raise TrainingError(
            "the manifest has no class besides the background",
            where=manifest.path,
            hint="Align with a keyword (-k) or with a recipe whose rules name classes",
        )
    train_split, dev_split = summarise(manifest, "train"), summarise(manifest, "dev")
    if not train_split.rows:
        raise TrainingError(
            "no usable recording in the split 'train'",
            where=manifest.path,
            hint="See why with: sal-anchors inspect --plain",
        )
    for index, name in enumerate(manifest.classes):
        if index and not train_split.anchors[index]:
            raise TrainingError(
                f"the class {name!r} has no anchor in the split 'train' "
                f"({train_split.rows} recordings)",
                where=manifest.path,
                hint="Add recordings in which it is said, or align without it",
            )
    if not dev_split.rows:
        raise TrainingError(
            "no usable recording in the split 'dev', which chooses the best epoch",
            where=manifest.path,
            hint="Give some recordings the split 'dev' and align again",
        )
    return train_split, dev_split


def _make_run(run: Path) -> Path:
    try:
        run.mkdir(parents=True, exist_ok=True)
        (run / FILE_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise TrainingError(
            f"the run folder cannot be made ({error.strerror})",
            where=run,
            hint="Name another with --out",
        ) from None
    return run


def _require_finite(loss: float, epoch: int, run: Path) -> None:
    if math.isfinite(loss):
        return
    kept = run / FILE_NAME
    hint = f"{kept} holds the best epoch before" if epoch > 1 else "No checkpoint was written"
    raise TrainingError(
        f"the loss became {loss} in epoch {epoch}",
        where=run,
        hint=f"{hint}; train again with a lower learning rate",
    )


def _warmup_cosine(warmup: float, steps: int) -> Callable[[int], float]:
    """Factor of the learning rate: linear from 0 to 1, then ``(1 + cos(pi x)) / 2`` to 0."""
    rising = max(1, round(warmup * steps))

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return 0.5 + 0.5 * math.cos(math.pi * (step - rising) / max(1, steps - rising))

    return factor


def _rank(validation: Validation) -> tuple[float, float]:
    return validation.average_precision or 0.0, -validation.loss


def _rank_of(report: EpochReport) -> tuple[float, float]:
    return report.dev_average_precision or 0.0, -report.dev_loss


def _checkpoint(
    model: StreamingModel, manifest: Manifest, config: TrainConfig, report: EpochReport
) -> Checkpoint:
    return Checkpoint(
        model=model,
        config=config,
        recipe=manifest.recipe,
        grid=manifest.grid,
        classes=manifest.classes,
        epoch=report.epoch,
        metrics={
            "train_loss": report.train_loss,
            "dev_loss": report.dev_loss,
            "dev_average_precision": report.dev_average_precision,
            "dev_false_reject_rate": report.dev_false_reject_rate,
        },
        tool_version=__version__,
    )
