"""What a run folder is of, so that a finished run is known by what made it and not by its name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sal_anchors.errors import ExperimentError
from sal_anchors.experiment.job import Job
from sal_anchors.train.tensor_file import write_bytes

RECORD_NAME = "run.json"
REPORT_NAME = "evaluation.json"
SCORES_NAME = "scores.parquet"
RESAMPLED_NAME = "resampled.npz"
_RESULTS = (REPORT_NAME, SCORES_NAME, RESAMPLED_NAME)


class Stage(StrEnum):
    """How far a run is.

    ``new``: nothing is there. ``changed``: what is there is of another plan. ``begun``: training
    or measuring is not done. ``finished``: all is there.
    """

    NEW = "new"
    CHANGED = "changed"
    BEGUN = "begun"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is, and, if another one is there, how that differs."""

    stage: Stage
    changes: tuple[str, ...] = ()


def standing(job: Job) -> Standing:
    """How far a job is.

    Raises:
        ExperimentError: there is something in its folder that no comparison made.
    """
    record = _read(job.folder)
    if record is None:
        return Standing(Stage.NEW)
    before, wanted = dict(_leaves("", record.get("training"))), dict(_leaves("", job.training))
    changes = [
        f"{key} was {before.get(key, 'absent')}, is now {wanted.get(key, 'absent')}"
        for key in dict.fromkeys((*before, *wanted))
        if before.get(key, "absent") != wanted.get(key, "absent")
    ]
    if changes:
        return Standing(Stage.CHANGED, tuple(changes))
    there = all((job.folder / name).is_file() for name in _RESULTS)
    if there and record.get("evaluation") == job.evaluation:
        return Standing(Stage.FINISHED)
    return Standing(Stage.BEGUN)


def begin(job: Job) -> None:
    """Record that the job's folder is being filled; what another plan left in it is removed.

    Raises:
        ExperimentError: there is something in it that no comparison made.
        CheckpointError: the record cannot be written.
    """
    if standing(job).stage is Stage.CHANGED:
        _clear(job.folder)
    job.folder.mkdir(parents=True, exist_ok=True)
    _write(job, None)


def finish(job: Job) -> None:
    """Record that all results are there.

    Raises:
        CheckpointError: the record cannot be written.
    """
    _write(job, job.evaluation)


def _clear(folder: Path) -> None:
    """Remove all but the record, which says what the rest is of until there is another."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != RECORD_NAME:
            path.unlink()


def _write(job: Job, evaluation: dict[str, Any] | None) -> None:
    named = {"model": job.model, "arm": job.arm, "seed": job.seed}
    record = {**named, "training": job.training, "evaluation": evaluation}
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    write_bytes(job.folder / RECORD_NAME, text.encode())


def _read(folder: Path) -> dict[str, Any] | None:
    path = folder / RECORD_NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ExperimentError(
                f"is no run of a comparison ({RECORD_NAME} is missing)",
                where=folder,
                hint="Name another folder with --out",
            ) from None
        return None
    except (OSError, ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise ExperimentError("is damaged", where=path, hint=f"Remove {folder} to run it again")
    return record


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _leaves(f"{prefix}.{key}" if prefix else str(key), inner)
    else:
        yield prefix, value
