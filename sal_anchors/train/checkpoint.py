"""A trained detector on disk: weights in safetensors, everything else as JSON in its header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from sal_anchors import __version__
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.errors import CheckpointError, SalAnchorsError
from sal_anchors.manifest import Manifest
from sal_anchors.models import StreamingModel, build_model
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.provenance import RunProvenance
from sal_anchors.train.report import EpochReport
from sal_anchors.train.tensor_file import damaged, read_tensors, write_tensors

FILE_NAME = "checkpoint.safetensors"
FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A trained detector and how it came to be.

    Attributes:
        model: the network, in evaluation mode after loading; the features' mean and standard
            deviation are among its tensors.
        config: it was trained with; holds loss, features, model and seed.
        recipe: of the manifest it was trained on.
        grid: frame grid of the features; the model's ``reach`` gives that of the posteriors.
        classes: names; index 0 is the background.
        epoch: after which the weights were kept, from 1.
        metrics: of that epoch.
        tool_version: of sal-anchors.
        provenance: what it was trained on and with.
    """

    model: StreamingModel
    config: TrainConfig
    recipe: Recipe
    grid: FrameGrid
    classes: tuple[str, ...]
    epoch: int
    metrics: Mapping[str, float | None]
    tool_version: str
    provenance: RunProvenance

    @classmethod
    def of_epoch(
        cls,
        model: StreamingModel,
        manifest: Manifest,
        config: TrainConfig,
        report: EpochReport,
        provenance: RunProvenance,
    ) -> Self:
        """The checkpoint of an epoch of a run."""
        return cls(
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
            provenance=provenance,
        )


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
    provenance: RunProvenance


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
        provenance=checkpoint.provenance,
    )
    write_tensors(path, checkpoint.model.state_dict(), header.model_dump_json())


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
        model = build_model(header.config.model, header.config.data.features.num_bins, len(classes))
        model.load_state_dict(weights)
    except (RuntimeError, SalAnchorsError) as error:
        reason = " ".join(str(error).split())
        raise damaged(path, f"weights and configuration disagree ({reason})") from None
    return Checkpoint(
        model=model.eval(),
        config=header.config,
        recipe=header.recipe,
        grid=grid,
        classes=classes,
        epoch=header.epoch,
        metrics=header.metrics,
        tool_version=header.tool_version,
        provenance=header.provenance,
    )


def _read(path: Path) -> tuple[_Header, dict[str, Tensor]]:
    if not path.is_file():
        raise CheckpointError(
            "there is no checkpoint", where=path, hint="Train first: sal-anchors train MANIFEST"
        )
    values, weights = read_tensors(
        path, version=FORMAT_VERSION, what="checkpoint", writer="sal-anchors train"
    )
    try:
        return _Header.model_validate(values), weights
    except (ValidationError, SalAnchorsError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else {"msg": str(error)}
        place = ".".join(str(part) for part in reason.get("loc", ())) or "header"
        raise damaged(path, f"its header is not valid ({place}: {reason['msg']})") from None
