"""An exponential moving average of a model's weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def moving_average(model: nn.Module, decay: float) -> AveragedModel:
    """A copy of the model that follows it: ``average += (1 - d) * (model - average)`` a step.

    The decay after ``n`` steps is ``d = min(decay, (1 + n) / (10 + n))``, so that an average over
    few steps is not one of the random weights it began with. Statistics of batch normalisation
    are averaged too.

    Args:
        model: with the weights to begin from.
        decay: in [0, 1).
    """
    update: Callable[..., None] = partial(_follow, decay)
    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)


@torch.no_grad()
def _follow(
    decay: float, averages: Sequence[Tensor], values: Sequence[Tensor], steps: Tensor
) -> None:
    if not averages[0].is_floating_point():
        torch._foreach_copy_(list(averages), list(values))
        return
    count = int(steps)
    weight = 1 - min(decay, (1 + count) / (10 + count))
    torch._foreach_lerp_(list(averages), list(values), weight)
