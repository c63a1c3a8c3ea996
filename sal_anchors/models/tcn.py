"""A causal temporal convolutional network: dilated, depthwise-separable, multi-scale.

Of the family of DS-TCN and of MDTC (Hou et al., "Multi-scale depthwise temporal convolution for
wake-up word detection", Interspeech 2021).
"""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.convolution import ConvUnit, TimeConv, framewise
from sal_anchors.models.streaming import Chain, Reach, State, StreamingLayer, reach_of


class TCNConfig(NetworkConfig):
    """A temporal convolutional network.

    Attributes:
        kernel: taps of each convolution in time.
        dilations: frames between taps, a block each, of a stack; the first should be 1.
        stacks: how often they are repeated; the head sees the sum of all stacks.
    """

    kind: Literal["tcn"] = "tcn"
    hidden: int = Field(default=40, ge=1, le=2048)
    kernel: int = Field(default=5, ge=2, le=64)
    dilations: tuple[int, ...] = Field(default=(1, 2, 4, 8), min_length=1, max_length=16)
    stacks: int = Field(default=2, ge=1, le=16)


class SeparableBlock(StreamingLayer):
    """Depthwise over time, two maps across channels, and the inputs added; (B, C, T) to the same.

    ``relu(x + bn(pw(relu(bn(pw(bn(dw(x)))))))``

    Args:
        channels: C.
        kernel: taps in time.
        dilation: frames between them.
    """

    def __init__(self, channels: int, kernel: int, dilation: int):
        super().__init__()
        self.depthwise = TimeConv(channels, channels, kernel, dilation=dilation, groups=channels)
        self.pointwise = nn.Sequential(
            nn.BatchNorm1d(channels),
            nn.Conv1d(channels, channels, 1, bias=False),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
            nn.Conv1d(channels, channels, 1, bias=False),
            nn.BatchNorm1d(channels),
        )

    @property
    def reach(self) -> Reach:
        """That of the depthwise convolution."""
        return self.depthwise.reach

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, C, T) to the same shape."""
        units, after = self.depthwise(inputs, state)
        return (inputs + framewise(self.pointwise, units)).relu(), after


class MultiScale(StreamingLayer):
    """Stacks of blocks one after the other; the sum of the outputs of all stacks.

    Args:
        config: kernel, dilations, stacks and channels.
    """

    def __init__(self, config: TCNConfig):
        super().__init__()
        self.stacks = nn.ModuleList(_stack(config) for _ in range(config.stacks))

    @property
    def reach(self) -> Reach:
        """That of all stacks, which is that of the last."""
        return reach_of(self.stacks)

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """``inputs`` (B, C, T) to the same shape."""
        units, total = inputs, torch.zeros_like(inputs)
        after = []
        for index, stack in enumerate(self.stacks):
            units, own_after = stack(units, None if state is None else state[index])
            total = total + units
            after.append(own_after)
        return total, tuple(after)


def tcn(config: TCNConfig, features: int) -> Chain:
    """The network over ``features`` channels; a plain convolution comes first."""
    first = TimeConv(
        features,
        config.hidden,
        max(config.kernel, config.stride) + config.look_ahead,
        stride=config.stride,
        look_ahead=config.look_ahead,
    )
    stem = ConvUnit(first, nn.BatchNorm1d(config.hidden), nn.ReLU())
    return Chain([stem, MultiScale(config)], config.hidden)


def _stack(config: TCNConfig) -> Chain:
    blocks = [SeparableBlock(config.hidden, config.kernel, step) for step in config.dilations]
    return Chain(blocks, config.hidden)
