"""All that an interrupted run needs to go on as if nothing had happened.

Model, moving average and optimiser as named tensors, history and configuration as JSON, in one
safetensors file. Random numbers need no state: each epoch draws from generators seeded anew by
(seed, epoch, process), and the learning rate is a function of the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from torch import Tensor, nn

from sal_anchors import __version__
from sal_anchors.errors import CheckpointError, SalAnchorsError, TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.provenance import RunProvenance
from sal_anchors.train.report import EpochReport
from sal_anchors.train.tensor_file import damaged, read_tensors, write_tensors

STATE_NAME = "state.safetensors"
STATE_VERSION = 1
_REPORTS = TypeAdapter(tuple[EpochReport, ...])


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: int
    tool_version: str
    config: TrainConfig
    grid: dict[str, Any]
    classes: tuple[str, ...]
    provenance: RunProvenance
    history: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class SavedState:
    """The state of a run after an epoch.

    Attributes:
        path: it was read from.
        config: of the run.
        grid: of the manifest.
        classes: of the manifest.
        provenance: of the run.
        history: the epochs so far.
        tensors: by name.
    """

    path: Path
    config: TrainConfig
    grid: FrameGrid
    classes: tuple[str, ...]
    provenance: RunProvenance
    history: tuple[EpochReport, ...]
    tensors: dict[str, Tensor]

    def require_same(
        self, config: TrainConfig, manifest: Manifest, provenance: RunProvenance
    ) -> None:
        """Refuse to go on with anything else than what the run began with.

        Raises:
            GridMismatchError: the manifest is on another frame grid.
            TrainingError: another configuration, number of processes or manifest.
        """
        self.grid.require_same(manifest.grid, here=str(self.path), there=str(manifest.path))
        if self.classes != manifest.classes:
            raise TrainingError(
                f"the run has the classes {', '.join(self.classes)}, the manifest "
                f"{', '.join(manifest.classes)}",
                where=self.path,
                hint="Give the manifest that the run began with, or another folder with --out",
            )
        if changes := list(_changes(_flat(self.config), _flat(config))):
            raise TrainingError(
                f"the run has another configuration: {'; '.join(changes)}",
                where=self.path,
                hint="Resume with that of its config.toml, or name another folder with --out",
            )
        if provenance.processes != self.provenance.processes:
            raise TrainingError(
                f"the run had {self.provenance.processes} processes, there are now "
                f"{provenance.processes}",
                where=self.path,
                hint="Resume with as many",
            )
        if provenance.manifest_hash != self.provenance.manifest_hash:
            raise TrainingError(
                f"the manifest is not the one that the run began with "
                f"({self.provenance.manifest}), or was changed since",
                where=manifest.path,
                hint="Give that one, or train on this one with another folder in --out",
            )

    def restore(
        self, model: nn.Module, average: nn.Module | None, optimiser: torch.optim.Optimizer
    ) -> None:
        """Give the modules and the optimiser the values of the state.

        Raises:
            CheckpointError: the tensors do not fit.
        """
        try:
            model.load_state_dict(self._under("model."))
            if average is not None:
                average.load_state_dict(self._under("average."))
            moments: dict[int, dict[str, Tensor]] = {}
            for name, tensor in self._under("optimiser.").items():
                index, _, key = name.partition(".")
                moments.setdefault(int(index), {})[key] = tensor
            optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
        except (RuntimeError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())
            raise damaged(self.path, f"weights and configuration disagree ({reason})") from None

    def _under(self, prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(prefix)
        }


def save_state(
    path: Path,
    *,
    manifest: Manifest,
    config: TrainConfig,
    provenance: RunProvenance,
    history: Sequence[EpochReport],
    model: nn.Module,
    average: nn.Module | None,
    optimiser: torch.optim.Optimizer,
) -> None:
    """Write the state whole or not at all.

    Raises:
        CheckpointError: if it cannot be written; what was at ``path`` stays.
    """
    header = _Header(
        format_version=STATE_VERSION,
        tool_version=__version__,
        config=config,
        grid=manifest.grid.to_dict(),
        classes=manifest.classes,
        provenance=provenance,
        history=[asdict(report) for report in history],
    )
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    if average is not None:
        tensors |= {f"average.{name}": t for name, t in average.state_dict().items()}
    for index, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{key}": tensor for key, tensor in moments.items()}
    write_tensors(path, tensors, header.model_dump_json())


def load_state(path: Path) -> SavedState:
    """Read a state.

    Raises:
        CheckpointError: if it is damaged or of another format version.
    """
    values, tensors = read_tensors(
        path, version=STATE_VERSION, what="training state", writer="sal-anchors train"
    )
    try:
        header = _Header.model_validate(values)
        history = _REPORTS.validate_python(header.history)
        grid = FrameGrid.from_dict(header.grid)
    except (ValidationError, SalAnchorsError) as error:
        reason = " ".join(str(error).split())
        raise damaged(path, f"its header is not valid ({reason})") from None
    if not history:
        raise CheckpointError("a training state without an epoch", where=path)
    return SavedState(
        path, header.config, grid, header.classes, header.provenance, history, tensors
    )


def _flat(config: TrainConfig) -> dict[str, Any]:
    return dict(_leaves("", config.model_dump(mode="json")))


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{prefix}.{key}" if prefix else key, inner)
    else:
        yield prefix, value


def _changes(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*before, *now)):
        old, new = before.get(key, "absent"), now.get(key, "absent")
        if old != new:
            yield f"{key} was {old}, is now {new}"
