"""Convolutions over time and frequency in front of gated recurrent units.

After Arik et al., "Convolutional Recurrent Neural Networks for Small-Footprint Keyword Spotting",
Interspeech 2017, arXiv 1703.05390; causal, and with logits for each frame.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.convolution import ConvUnit, TimeConv, framewise, halved, image_stem
from sal_anchors.models.recurrent import Recurrent
from sal_anchors.models.streaming import Chain, Reach, StreamingLayer


class CRNNConfig(NetworkConfig):
    """A convolutional recurrent network; ``hidden`` are its recurrent units.

    Attributes:
        channels: of both convolutions, each of which halves the bands.
        projection: units between convolutions and recurrent layer.
        layers: recurrent layers.
    """

    kind: Literal["crnn"] = "crnn"
    hidden: int = Field(default=64, ge=1, le=2048)
    channels: int = Field(default=16, ge=1, le=512)
    projection: int = Field(default=48, ge=1, le=2048)
    layers: int = Field(default=1, ge=1, le=8)


class Flatten(StreamingLayer):
    """(B, C, F, T) to (B, units, T) by a map of each frame.

    Args:
        inputs: C * F.
        units: of the result.
    """

    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.map = nn.Sequential(
            nn.Flatten(1, 2),
            nn.Conv1d(inputs, units, 1, bias=False),
            nn.BatchNorm1d(units),
            nn.ReLU(),
        )

    @property
    def reach(self) -> Reach:
        """A frame depends on itself."""
        return Reach()

    def forward(self, inputs: Tensor, state: tuple[()] | None = None) -> tuple[Tensor, tuple[()]]:
        """``inputs`` (B, C, F, T) to (B, units, T)."""
        return framewise(self.map, inputs), ()


def crnn(config: CRNNConfig, features: int) -> Chain:
    """The network over an image of ``features`` bands."""
    channels = config.channels
    first = image_stem(channels, stride=config.stride, look_ahead=config.look_ahead)
    second = ConvUnit(
        TimeConv(channels, channels, 3, bands=3, band_stride=2, band_padding=1),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )
    bands = halved(halved(features))
    return Chain(
        [
            first,
            second,
            Flatten(channels * bands, config.projection),
            Recurrent("gru", config.projection, config.hidden, config.layers),
        ],
        config.hidden,
    )
