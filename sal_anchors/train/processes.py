"""The processes of a run: one, or those that torchrun started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

_PATIENCE = timedelta(hours=6)  # others wait while the first validates


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of how many this process is.

    Attributes:
        rank: from 0.
        world: how many there are.
        device: that this one trains on.
    """

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the one that validates, writes and tells."""
        return self.rank == 0

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over all processes in its backward pass."""
        return model if self.world == 1 else DistributedDataParallel(model)

    def total(self, *numbers: float) -> list[float]:
        """Sums over all processes."""
        if self.world == 1:
            return list(numbers)
        sums = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        dist.all_reduce(sums)
        return sums.tolist()


def this_process() -> tuple[int, int]:
    """Rank and number of processes, as torchrun says; (0, 1) without it."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """The group of processes, left at the end; NCCL between GPUs, else gloo."""
    rank, world = this_process()
    if world == 1:
        yield Processes(0, 1, device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Processes(rank, world, device)
    finally:
        dist.destroy_process_group()


def unsynchronised(model: nn.Module) -> AbstractContextManager[object]:
    """A context in which backward passes add to this process's gradients only."""
    return model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext()
