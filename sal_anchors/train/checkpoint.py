"""A trained detector on disk: weights in safetensors, everything else as JSON in its header."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from pydantic import BaseModel, ConfigDict, ValidationError

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.errors import CheckpointError, SalAnchorsError
from sal_anchors.models import StreamingModel, build_model
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.config import TrainConfig

FILE_NAME = "checkpoint.safetensors"
FORMAT_VERSION = 2
_KEY = "sal_anchors"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A trained detector and how it came to be.

    Attributes:
        model: the network, in evaluation mode after loading.
        config: it was trained with; holds loss, features, model and seed.
        recipe: of the manifest it was trained on.
        grid: frame grid of the features; the model's ``reach`` gives that of the posteriors.
        classes: names; index 0 is the background.
        epoch: after which the weights were kept, from 1.
        metrics: of that epoch.
        tool_version: of sal-anchors.
    """

    model: StreamingModel
    config: TrainConfig
    recipe: Recipe
    grid: FrameGrid
    classes: tuple[str, ...]
    epoch: int
    metrics: Mapping[str, float | None]
    tool_version: str


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: int
    tool_version: str
    config: TrainConfig
    recipe: Recipe
    grid: dict[str, Any]
    classes: tuple[str, ...]
    epoch: int
    metrics: dict[str, float | None]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write ``path`` whole or not at all: to a temporary name beside it, then renamed.

    Raises:
        CheckpointError: if it cannot be written; what was at ``path`` stays.
    """
    header = _Header(
        format_version=FORMAT_VERSION,
        tool_version=checkpoint.tool_version,
        config=checkpoint.config,
        recipe=checkpoint.recipe,
        grid=checkpoint.grid.to_dict(),
        classes=checkpoint.classes,
        epoch=checkpoint.epoch,
        metrics=dict(checkpoint.metrics),
    )
    weights = {name: tensor.contiguous() for name, tensor in checkpoint.model.state_dict().items()}
    content = safetensors.torch.save(weights, metadata={_KEY: header.model_dump_json()})
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CheckpointError(
            f"cannot be written ({error.strerror})",
            where=path,
            hint="Make room or name another folder with --out",
        ) from None


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Args:
        path: the file, or the run folder that holds it.

    Raises:
        CheckpointError: if it is absent, damaged, of another format version, or its weights do
            not fit its configuration.
    """
    path = Path(path)
    if path.is_dir():
        path = path / FILE_NAME
    header, weights = _read(path)
    classes = header.classes
    try:
        grid = FrameGrid.from_dict(header.grid)
        model = build_model(header.config.model, header.config.features.num_bins, len(classes))
        model.load_state_dict(weights)
    except (RuntimeError, SalAnchorsError) as error:
        reason = " ".join(str(error).split())
        raise _damaged(path, f"weights and configuration disagree ({reason})") from None
    return Checkpoint(
        model=model.eval(),
        config=header.config,
        recipe=header.recipe,
        grid=grid,
        classes=classes,
        epoch=header.epoch,
        metrics=header.metrics,
        tool_version=header.tool_version,
    )


def _read(path: Path) -> tuple[_Header, dict[str, Any]]:
    if not path.is_file():
        raise CheckpointError(
            "there is no checkpoint", where=path, hint="Train first: sal-anchors train MANIFEST"
        )
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            header = _parse_header(metadata, path)
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError) as error:
        raise _damaged(path, f"not a readable safetensors file ({error})") from None
    return header, weights


def _parse_header(metadata: dict[str, str], path: Path) -> _Header:
    if _KEY not in metadata:
        raise CheckpointError(
            f"a safetensors file without the {_KEY!r} header",
            where=path,
            hint="Give a checkpoint that sal-anchors train wrote",
        )
    try:
        values = json.loads(metadata[_KEY])
        found = values["format_version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _damaged(path, "its header is not the JSON it should be") from None
    if found != FORMAT_VERSION:
        raise CheckpointError(
            f"checkpoint format {found!r}, this sal-anchors reads format {FORMAT_VERSION}",
            where=path,
            hint="Train again, or use the sal-anchors version that wrote it "
            f"({values.get('tool_version', 'unknown')})",
        )
    try:
        return _Header.model_validate(values)
    except (ValidationError, SalAnchorsError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else {"msg": str(error)}
        place = ".".join(str(part) for part in reason.get("loc", ())) or "header"
        raise _damaged(path, f"its header is not valid ({place}: {reason['msg']})") from None


def _damaged(path: Path, problem: str) -> CheckpointError:
    return CheckpointError(problem, where=path, hint="Copy it again from its source, or train anew")
