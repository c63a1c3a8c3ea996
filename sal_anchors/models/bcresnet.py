"""A causal network with broadcasted residuals, after BC-ResNet.

Kim et al., "Broadcasted Residual Learning for Efficient Keyword Spotting", Interspeech 2021, arXiv
2106.04140. Here every convolution over time is causal, and the mean over time before the
classifier is left out, so that each frame has its own logits.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.convolution import ConvUnit, TimeConv, framewise, halved, image_stem
from sal_anchors.models.streaming import Chain, Reach, StreamingLayer

_STAGES = ((2, 1.0, 1, 1), (2, 1.5, 2, 2), (4, 2.0, 2, 4), (4, 2.5, 1, 8))
"""Blocks, channels relative to ``hidden``, frequency stride and dilation of each stage."""
_BANDS = 5


class BCResNetConfig(NetworkConfig):
    """A broadcasted-residual network: 8 hidden channels for BC-ResNet-1, 16 for BC-ResNet-2."""

    kind: Literal["bcresnet"] = "bcresnet"
    hidden: int = Field(default=16, ge=2, le=512)


class SubSpectralNorm(nn.Module):
    """Batch normalisation of (B, C, F, T) with statistics of its own for each of up to five
    equal bands of frequency.

    Chang et al., "SubSpectral Normalization for Neural Audio Data Processing", 2021, arXiv
    2103.13620.

    Args:
        channels: C.
        frequencies: F; the number of bands is the largest up to 5 that divides it.
    """

    def __init__(self, channels: int, frequencies: int):
        super().__init__()
        self.bands = max(n for n in range(1, _BANDS + 1) if frequencies % n == 0)
        self.norm = nn.BatchNorm2d(channels * self.bands)

    def forward(self, inputs: Tensor) -> Tensor:
        """``inputs`` (B, C, F, T) to the same shape."""
        batch, channels, frequencies, frames = inputs.shape
        banded = inputs.reshape(batch, channels * self.bands, frequencies // self.bands, frames)
        normed: Tensor = self.norm(banded)
        return normed.reshape(inputs.shape)


class BroadcastBlock(StreamingLayer):
    """``relu(y + broadcast(g(mean over F of y)))`` with ``y = f2(x)``, plus ``x`` itself where the
    channels stay.

    ``f2`` is a depthwise convolution over frequency, behind a map across channels where they
    change; ``g`` a depthwise convolution over time and a map across channels.

    Args:
        inputs: channels.
        outputs: channels.
        frequencies: of the inputs.
        band_stride: bands from one output to the next.
        dilation: frames between the three taps in time.
        dropout: of whole channels, in training only.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        frequencies: int,
        *,
        band_stride: int,
        dilation: int,
        dropout: float,
    ):
        super().__init__()
        self.straight = inputs == outputs and band_stride == 1
        widen: list[nn.Module] = []
        if not self.straight:
            widen = [nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.frequency = nn.Sequential(
            *widen,
            nn.Conv2d(
                outputs, outputs, (3, 1), (band_stride, 1), (1, 0), groups=outputs, bias=False
            ),
            SubSpectralNorm(outputs, halved(frequencies, band_stride)),
        )
        self.time = ConvUnit(
            TimeConv(outputs, outputs, 3, dilation=dilation, groups=outputs),
            nn.BatchNorm1d(outputs),
            nn.SiLU(),
            nn.Conv1d(outputs, outputs, 1, bias=False),
            nn.Dropout1d(dropout),
        )

    @property
    def reach(self) -> Reach:
        """That of the convolution over time."""
        return self.time.reach

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, C, F, T) to (B, C', F', T)."""
        units = framewise(self.frequency, inputs)
        over_time, after = self.time(units.mean(dim=2), state)
        units = units + over_time.unsqueeze(2)
        return (units + inputs if self.straight else units).relu(), after


class Collapse(StreamingLayer):
    """(B, C, F, T) to (B, D, T): depthwise over bands and time, a map across channels, and the
    mean over what is left of the bands.

    Args:
        inputs: C.
        outputs: D.
        bands: taps in frequency, <= F.
    """

    def __init__(self, inputs: int, outputs: int, bands: int):
        super().__init__()
        self.conv = ConvUnit(
            TimeConv(inputs, inputs, 5, bands=bands, groups=inputs),
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )

    @property
    def reach(self) -> Reach:
        """That of the convolution."""
        return self.conv.reach

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, C, F, T) to (B, D, T)."""
        units, after = self.conv(inputs, state)
        return units.mean(dim=2), after


def bcresnet(config: BCResNetConfig, features: int) -> Chain:
    """The network over an image of ``features`` bands."""
    width = 2 * config.hidden
    stem = image_stem(width, stride=config.stride, look_ahead=config.look_ahead)
    layers: list[StreamingLayer] = [stem]
    bands = halved(features)
    for blocks, factor, band_stride, dilation in _STAGES:
        for index in range(blocks):
            outputs = round(factor * config.hidden)
            step = 1 if index else band_stride
            layers.append(
                BroadcastBlock(
                    width,
                    outputs,
                    bands,
                    band_stride=step,
                    dilation=dilation,
                    dropout=config.dropout,
                )
            )
            width, bands = outputs, halved(bands, step)
    layers.append(Collapse(width, 4 * config.hidden, min(5, bands)))
    return Chain(layers, 4 * config.hidden)
