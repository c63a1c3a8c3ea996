"""Where to train, and in which precision."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import torch

from sal_anchors.dataset import Batch
from sal_anchors.errors import TrainingError
from sal_anchors.train.config import Precision


def choose_device(name: str) -> torch.device:
    """The device of a name such as ``cpu``, ``cuda`` or ``cuda:1``; ``auto`` is CUDA if there is.

    Under torchrun, ``auto`` and ``cuda`` are the GPU of this process's local rank.

    Raises:
        TrainingError: if there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise TrainingError(
            f"no device {name!r} here ({reason})", hint="Try the device 'auto' or 'cpu'"
        ) from None
    return device


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """The context of a forward pass: bfloat16 where asked for, or where ``auto`` finds a GPU that
    has it; else nothing."""
    if precision == "auto":
        has = device.type == "cuda" and torch.cuda.is_bf16_supported()
        precision = "bfloat16" if has else "float32"
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def moved(batch: Batch, device: torch.device) -> Batch:
    """The batch on a device."""
    if device.type == "cpu":
        return batch
    return replace(
        batch,
        features=batch.features.to(device),
        labels=batch.labels.to(device),
        weights=batch.weights.to(device),
    )
