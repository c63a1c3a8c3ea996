"""A small recurrent streaming network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class StreamingGRU(nn.Module):
    """Normalisation, a linear projection, gated recurrent units, a linear head.

    The gated recurrent unit is that of Cho et al., 2014, arXiv 1406.1078. With the defaults of
    :class:`~sal_anchors.models.ModelConfig`, 40 features and 2 classes it has about 29 thousand
    parameters.

    Args:
        num_features: features a frame, F.
        num_classes: classes, C, background included.
        hidden: units a layer.
        projection: units between features and first layer; 0 for none.
        layers: recurrent layers.
        dropout: probability in [0, 1) that the head does not see a unit, in training only.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        num_features: int,
        num_classes: int,
        *,
        hidden: int = 72,
        projection: int = 48,
        layers: int = 1,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("std", torch.ones(num_features))
        self.projection = nn.Linear(num_features, projection) if projection else None
        self.gru = nn.GRU(projection or num_features, hidden, layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, num_classes)

    @property
    def look_ahead_frames(self) -> int:
        """Always 0: a frame's logits depend on it and the frames before it."""
        return 0

    def normalise_by(self, mean: Tensor, std: Tensor) -> None:
        """Set the features' mean and standard deviation, each (F,); std is kept >= 1e-3."""
        self.mean.copy_(mean)
        self.std.copy_(std.clamp(min=1e-3))

    def forward(self, features: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits (B, T, C) of ``features`` (B, T, F), and the state (layers, B, hidden).

        Args:
            features: as :mod:`sal_anchors.features` gives them; T may be 0.
            state: None at a stream's start, else what the previous call returned.
        """
        if state is None:
            shape = (self.gru.num_layers, features.shape[0], self.gru.hidden_size)
            state = features.new_zeros(shape)
        if features.shape[1] == 0:
            return features.new_zeros(features.shape[0], 0, self.head.out_features), state
        units = (features - self.mean) / self.std
        if self.projection is not None:
            units = torch.relu(self.projection(units))
        units, state = self.gru(units, state)
        return self.head(self.dropout(units)), state
