"""Recurrent networks: gated recurrent units and long short-term memory."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from torch import Tensor, nn

from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.convolution import ConvUnit, TimeConv
from sal_anchors.models.memory import begin_with_memory
from sal_anchors.models.streaming import Chain, Reach, State, StreamingLayer


class _RecurrentConfig(NetworkConfig):
    """Options of both.

    Attributes:
        projection: units that the newest ``stride + look_ahead`` frames are mapped to in front of
            the first layer; 0 for none, which needs a stride of 1 and no look-ahead.
        layers: recurrent layers.
    """

    projection: int = Field(default=48, ge=0, le=2048)
    layers: int = Field(default=1, ge=1, le=8)

    @model_validator(mode="after")
    def _sees_every_frame(self) -> Self:
        if not self.projection and (self.stride > 1 or self.look_ahead):
            raise ValueError("a stride or a look-ahead needs a projection of at least 1 unit")
        return self


class GRUConfig(_RecurrentConfig):
    """Gated recurrent units: Cho et al., 2014, arXiv 1406.1078."""

    kind: Literal["gru"] = "gru"
    hidden: int = Field(default=72, ge=1, le=2048)


class LSTMConfig(_RecurrentConfig):
    """Long short-term memory: Hochreiter and Schmidhuber, 1997, with a forget gate."""

    kind: Literal["lstm"] = "lstm"


class Recurrent(StreamingLayer):
    """``nn.GRU`` or ``nn.LSTM`` over (B, C, T); the state is (B, layers, hidden), for LSTM a pair.

    Args:
        cell: which of them.
        inputs: channels.
        hidden: units a layer.
        layers: how many.
    """

    def __init__(self, cell: Literal["gru", "lstm"], inputs: int, hidden: int, layers: int):
        super().__init__()
        kind = nn.GRU if cell == "gru" else nn.LSTM
        self.cell: nn.GRU | nn.LSTM = kind(inputs, hidden, layers, batch_first=True)
        begin_with_memory(self.cell)

    @property
    def reach(self) -> Reach:
        """All the past."""
        return Reach(None)

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """``inputs`` (B, C, T) to (B, hidden, T)."""
        if state is None:
            zeros = inputs.new_zeros(len(inputs), self.cell.num_layers, self.cell.hidden_size)
            state = (zeros, zeros) if isinstance(self.cell, nn.LSTM) else zeros
        if inputs.shape[-1] == 0:
            return inputs.new_zeros(len(inputs), self.cell.hidden_size, 0), state
        if isinstance(self.cell, nn.LSTM):
            units, after = self.cell(inputs.mT, tuple(_swapped(part) for part in state))
            return units.mT, tuple(_swapped(part) for part in after)
        units, after = self.cell(inputs.mT, _swapped(state))
        return units.mT, _swapped(after)


def recurrent(config: GRUConfig | LSTMConfig, features: int) -> Chain:
    """The network over ``features`` channels."""
    layers: list[StreamingLayer] = []
    width = features
    if config.projection:
        width = config.projection
        stacked = TimeConv(
            features,
            width,
            config.stride + config.look_ahead,
            stride=config.stride,
            look_ahead=config.look_ahead,
            bias=True,
        )
        layers.append(ConvUnit(stacked, nn.ReLU()))
    layers.append(Recurrent(config.kind, width, config.hidden, config.layers))
    return Chain(layers, config.hidden)


def _swapped(state: Tensor) -> Tensor:
    """Batch and layer axis exchanged."""
    return state.transpose(0, 1).contiguous()
