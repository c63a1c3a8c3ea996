"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn

from sal_anchors.dataset import Loader, feature_statistics, prefetched
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import StreamingModel, build_model, model_card, sensors_of
from sal_anchors.train.average import moving_average
from sal_anchors.train.checkpoint import FILE_NAME, Checkpoint, save_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.device import autocast, choose_device, moved
from sal_anchors.train.objective import Objective
from sal_anchors.train.processes import Processes, joined, unsynchronised
from sal_anchors.train.provenance import provenance_of
from sal_anchors.train.report import (
    EpochReport,
    TrainResult,
    Validation,
    next_report,
    stale_epochs,
)
from sal_anchors.train.requirements import require_data
from sal_anchors.train.run_folder import make_run, open_run, write_metrics
from sal_anchors.train.schedule import Schedule
from sal_anchors.train.state import STATE_NAME, SavedState, save_state
from sal_anchors.train.steps import Step, steps
from sal_anchors.train.validate import Validator


def train(
    manifest: Manifest,
    run: str | Path,
    config: TrainConfig | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Callable[[EpochReport], None] | None = None,
) -> TrainResult:
    """Train a streaming detector on the split ``train``; keep the epoch that is best on ``dev``.

    Best of the validated epochs has the highest ``config.measure`` of events, then the lowest
    loss. The run folder gets ``config.toml``, ``metrics.jsonl`` (a row an epoch),
    ``checkpoint.safetensors`` (the best epoch) and ``state.safetensors`` (the last one, to resume
    from), each written whole or not at all. The same manifest and configuration give the same
    weights on one CPU, interrupted and resumed or not.

    Under torchrun every process calls this; the first one validates, writes and tells.

    Args:
        manifest: recordings with anchors.
        run: folder to write, made if need be.
        config: every knob; if None that of the run to resume, else the defaults.
        resume: go on with the run in the folder; begin if it has none; a finished one stays.
        overwrite: begin anew although there is a run in the folder; its checkpoint stays until
            there is a new one.
        progress: called after each epoch, in the first process.

    Raises:
        TrainingError: if there is nothing to train on or to validate with, a run is in the folder
            and neither ``resume`` nor ``overwrite`` is given, the run to resume is another one,
            the loss is no longer a number, or the run folder cannot be made.
        GridMismatchError: if the run to resume is on another frame grid.
        CheckpointError: if a file of the run cannot be written, or that to resume from not read.
        DataError: if a recording is absent or damaged.
    """
    run = Path(run)
    saved = open_run(run, resume=resume, overwrite=overwrite)
    config = config or (saved.config if saved else TrainConfig())
    with joined(choose_device(config.device)) as processes:
        return _train(manifest, run, config, saved, processes, progress)


def _train(
    manifest: Manifest,
    run: Path,
    config: TrainConfig,
    saved: SavedState | None,
    processes: Processes,
    progress: Callable[[EpochReport], None] | None,
) -> TrainResult:
    device, world = processes.device, processes.world
    train_split, dev_split = require_data(manifest, config, processes=world)
    provenance = provenance_of(manifest, train_split, dev_split, processes=world)
    if saved:
        saved.require_same(config, manifest, provenance)

    torch.manual_seed(config.seed)
    model = build_model(config.model, config.data.features.num_bins, len(manifest.classes))
    sensors = sensors_of(config.model)
    model.normalise_by(
        *feature_statistics(manifest, config.data, seed=config.seed, sensors=sensors)
    )
    model.begin_with_background(config.background_odds)
    model.to(device)
    average = moving_average(model, config.ema) if config.ema else None
    judged = cast(StreamingModel, average.module) if average else model
    parallel = processes.wrapped(model)

    objective = Objective(config.loss, manifest.classes, device)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    loader = Loader(
        manifest,
        config.data,
        seed=config.seed,
        reach=model.reach,
        part=(processes.rank, world),
        sensors=sensors,
    )
    schedule = Schedule(
        peak=config.learning_rate,
        warmup=config.warmup,
        epochs=config.epochs,
        steps_per_epoch=math.ceil(len(loader) / config.accumulate),
    )
    validator = Validator(manifest, config, device=device)

    history: list[EpochReport] = []
    if saved:
        saved.restore(model, average, optimiser)
        history += saved.history
    if processes.first:  # the others have read it: wrapping a model waits for all of them
        make_run(run, config, history)

    while not _finished(history, config):
        epoch, began = len(history) + 1, time.perf_counter()
        torch.manual_seed(_seed(config.seed, epoch, processes.rank))
        batches = prefetched(loader.epoch(epoch))

        model.train()
        loss_sum = count = 0.0
        for index, step in enumerate(steps(batches, config.accumulate, objective, processes)):
            optimiser.zero_grad()
            loss_sum += _backward(parallel, step, objective, config, processes)
            count += step.count
            _require_finite(loss_sum, epoch, run)
            nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
            for group in optimiser.param_groups:
                group["lr"] = schedule.rate(epoch, index)
            optimiser.step()
            if average:
                average.update_parameters(model)
        (loss_sum,) = processes.total(loss_sum)

        judged.eval()
        validation = None
        if epoch % config.validate_every == 0 or epoch == config.epochs:
            validation = _shared(validator.measure(judged) if processes.first else None, processes)
            _require_finite(validation.loss, epoch, run)
        report = next_report(
            history,
            validation,
            config,
            train_loss=loss_sum / max(count, 1),
            learning_rate=optimiser.param_groups[0]["lr"],
            seconds=time.perf_counter() - began,
        )
        history.append(report)
        if processes.first:
            if report.best:
                kept = Checkpoint.of_epoch(judged, manifest, config, report, provenance)
                save_checkpoint(kept, run / FILE_NAME)
            save_state(
                run / STATE_NAME,
                manifest=manifest,
                config=config,
                provenance=provenance,
                history=history,
                model=model,
                average=average,
                optimiser=optimiser,
            )
            write_metrics(run, history)
            if progress is not None:
                progress(report)

    return TrainResult(
        run=run,
        checkpoint=run / FILE_NAME,
        history=tuple(history),
        best=next(report for report in reversed(history) if report.best),
        stopped_early=len(history) < config.epochs,
        card=model_card(model, config.model.kind, manifest.grid),
        train=train_split,
        dev=dev_split,
    )


def _backward(
    model: nn.Module,
    step: Step,
    objective: Objective,
    config: TrainConfig,
    processes: Processes,
) -> float:
    """Add the step's gradients; return the sum of this process's losses.

    Gradients are averaged over the processes, hence the factor ``world``.
    """
    factor = processes.world / step.count
    total = 0.0
    for index, batch in enumerate(step.batches):
        last = index == len(step.batches) - 1
        batch = moved(batch, processes.device)
        with nullcontext() if last else unsynchronised(model):
            with autocast(processes.device, config.precision):
                logits, _ = model(batch.features)
            loss = objective.sum(logits, batch.labels, batch.weights)
            torch.autograd.backward(factor * loss)
        total += loss.item()
    return total


def _finished(history: list[EpochReport], config: TrainConfig) -> bool:
    if config.patience and stale_epochs(history, config.measure) >= config.patience:
        return True
    return len(history) >= config.epochs


def _seed(seed: int, epoch: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed, epoch, rank]).generate_state(1)[0])


def _require_finite(loss: float, epoch: int, run: Path) -> None:
    if math.isfinite(loss):
        return
    kept = run / FILE_NAME
    hint = f"{kept} is as it was before" if kept.exists() else "No checkpoint was written"
    raise TrainingError(
        f"the loss became {loss} in epoch {epoch}",
        where=run,
        hint=f"{hint}; train again with a lower learning rate",
    )


def _shared(validation: Validation | None, processes: Processes) -> Validation:
    """The first process's measures, in all of them."""
    measures: list[float] = [0.0, 0.0, 0.0]
    if validation is not None:
        found = (validation.loss, validation.average_precision, validation.false_reject_rate)
        measures = [math.nan if measure is None else measure for measure in found]
    loss, *events = processes.total(*measures)
    precision, rejects = (None if math.isnan(measure) else measure for measure in events)
    return Validation(loss, precision, rejects)
