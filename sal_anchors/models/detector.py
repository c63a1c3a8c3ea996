"""A streaming detector: normalised features through a network to logits."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from sal_anchors.models.streaming import Chain, Reach, State


class StreamingModel(nn.Module):
    """Normalisation by fixed statistics, a network, and a linear head.

    In evaluation mode a recording whole and in pieces of any size gives the same logits. Nothing
    is kept between calls but the state that the caller carries.

    Args:
        network: (B, F, T) to (B, ``network.outputs``, T').
        num_features: features a frame, F.
        num_classes: classes, C, background included.
        dropout: probability in [0, 1) that the head does not see a unit, in training only.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: Chain, num_features: int, num_classes: int, *, dropout: float):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("std", torch.ones(num_features))
        self.network = network
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(network.outputs, num_classes)

    @property
    def reach(self) -> Reach:
        """Which feature frames the logits of an output frame depend on."""
        return self.network.reach

    def normalise_by(self, mean: Tensor, std: Tensor) -> None:
        """Set the features' mean and standard deviation, each (F,); std is kept >= 1e-3."""
        self.mean.copy_(mean)
        self.std.copy_(std.clamp(min=1e-3))

    @torch.no_grad()
    def begin_with_background(self, odds: float) -> None:
        """Set the head's biases so that, before training, the background is ``odds`` times as
        likely as any class where the units say nothing: ``log(odds)``, and 0 for the classes.

        Without it the first steps go into learning that events are rare, and what they leave
        behind is a worse network (Lin et al., "Focal loss for dense object detection", 2017,
        section 3.3).
        """
        self.head.bias.zero_()
        self.head.bias[0] = math.log(odds)

    def forward(self, features: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Logits (B, T', C) of ``features`` (B, T, F), and the state after the last frame.

        Args:
            features: as :mod:`sal_anchors.features` gives them; T may be 0.
            state: None at a stream's start, else what the previous call returned.
        """
        normal = (features - self.mean) / self.std
        units, after = self.network(normal.mT, state)
        return self.head(self.dropout(units.mT)), after
