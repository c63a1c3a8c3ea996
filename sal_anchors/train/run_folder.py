"""The folder of a run: what is in it, and that nothing in it is lost unasked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sal_anchors.errors import TrainingError
from sal_anchors.train.checkpoint import FILE_NAME
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.config_text import config_text
from sal_anchors.train.report import EpochReport
from sal_anchors.train.state import STATE_NAME, SavedState, load_state
from sal_anchors.train.tensor_file import write_bytes

METRICS_NAME = "metrics.jsonl"
CONFIG_NAME = "config.toml"
_OF_A_RUN = (FILE_NAME, STATE_NAME, METRICS_NAME, CONFIG_NAME)


def open_run(run: Path, *, resume: bool, overwrite: bool) -> SavedState | None:
    """The state to go on from, if any; nothing is written.

    Args:
        run: the folder; need not exist.
        resume: go on with the run in it, from the beginning if it was stopped in its first epoch.
        overwrite: begin anew although there is a run in it.

    Raises:
        TrainingError: there is a run in it and neither was asked for, both were, or there is a
            checkpoint that no training state belongs to.
        CheckpointError: the state cannot be read.
    """
    if resume and overwrite:
        raise TrainingError(
            "a run is either resumed or overwritten", where=run, hint="Give one of the two"
        )
    if run.exists() and not run.is_dir():
        raise TrainingError(
            "the run folder cannot be made, this is a file",
            where=run,
            hint="Name another with --out",
        )
    found = [name for name in _OF_A_RUN if (run / name).exists()]
    if found and not (resume or overwrite):
        raise TrainingError(
            f"there is a run in this folder already ({', '.join(found)})",
            where=run,
            hint="Go on with it: --resume; begin anew: --overwrite; keep it: another --out",
        )
    if not resume:
        return None
    if STATE_NAME in found:
        return load_state(run / STATE_NAME)
    if FILE_NAME in found:
        raise TrainingError(
            f"there is a checkpoint but no {STATE_NAME} to go on from",
            where=run,
            hint="Begin anew with --overwrite, or name another folder with --out",
        )
    return None


def make_run(run: Path, config: TrainConfig, history: Sequence[EpochReport]) -> None:
    """Make the folder, and write the configuration and the metrics so far.

    What a run before left is removed, but for its checkpoint: it stays until an epoch of this
    run replaces it.

    Raises:
        TrainingError: if the folder cannot be made.
        CheckpointError: if a file cannot be written.
    """
    try:
        run.mkdir(parents=True, exist_ok=True)
        if not history:
            (run / STATE_NAME).unlink(missing_ok=True)
            for old in (*run.glob("*.png"), *run.glob("tensorboard/events.out.tfevents.*")):
                old.unlink()
    except OSError as error:
        raise TrainingError(
            f"the run folder cannot be made ({error.strerror})",
            where=run,
            hint="Name another with --out",
        ) from None
    write_bytes(run / CONFIG_NAME, config_text(config).encode())
    write_metrics(run, history)


def write_metrics(run: Path, history: Sequence[EpochReport]) -> None:
    """``metrics.jsonl``: a row an epoch.

    Raises:
        CheckpointError: if it cannot be written.
    """
    rows = (json.dumps(asdict(report)) + "\n" for report in history)
    write_bytes(run / METRICS_NAME, "".join(rows).encode())
