"""Networks as they are after some training: weights at random, statistics of real size."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from sal_anchors.models import MODELS, ModelConfig, StreamingModel, build_model

torch.set_num_threads(1)  # layers of this size gain nothing from more, and lose much if busy

FEATURES = 20
SMALL: dict[str, dict[str, Any]] = {
    "gru": {"hidden": 12, "projection": 8, "layers": 2},
    "lstm": {"hidden": 12, "projection": 8, "layers": 2},
    "tcn": {"hidden": 8, "kernel": 3, "dilations": (1, 2), "stacks": 2},
    "bcresnet": {"hidden": 4},
    "crnn": {"hidden": 8, "channels": 4, "projection": 8},
}


def small(kind: str, **options: Any) -> ModelConfig:
    """A configuration of a few hundred to a few thousand parameters."""
    return MODELS[kind](**{**SMALL[kind], **options})


@cache
def settled(config: ModelConfig, classes: int = 3, seed: int = 0) -> StreamingModel:
    """The network in evaluation mode, its normalisation as after training."""
    torch.manual_seed(seed)
    model = build_model(config, FEATURES, classes)
    model.normalise_by(torch.full((FEATURES,), 8.0), torch.full((FEATURES,), 3.0))
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.momentum = 1.0
        model(sound(4, 200))
        for parameter in model.parameters():
            parameter.mul_(1.0 + 0.1 * torch.randn_like(parameter))
    return model.eval()


def sound(batch: int, frames: int, *, features: int = FEATURES) -> torch.Tensor:
    """Features at random, of the size of log-mel energies."""
    return torch.randn(batch, frames, features) * 3 + 8
