"""Convolutions over time whose state is the frames they still need."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sal_anchors.models.streaming import Reach, StreamingLayer


class TimeConv(StreamingLayer):
    """A convolution over the last axis, time: of (B, C, T) or (B, C, F, T).

    Output ``u`` is the convolution at the input frames
    ``[u * stride + look_ahead - dilation * (kernel - 1), u * stride + look_ahead]``, every
    ``dilation``-th of them; zeros stand before the stream's start. The state is the tail of the
    inputs that later outputs need, (B, C, n) or (B, C, F, n).

    Args:
        inputs: channels.
        outputs: channels.
        kernel: taps in time.
        bands: taps in frequency; None for inputs without that axis.
        stride: frames from one output to the next.
        band_stride: bands from one output to the next.
        band_padding: zeros at both ends of the frequency axis.
        dilation: frames between taps.
        look_ahead: frames after the output's own, < ``kernel`` if ``dilation`` is 1.
        groups: of channels.
        bias: whether there is one.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        bands: int | None = None,
        stride: int = 1,
        band_stride: int = 1,
        band_padding: int = 0,
        dilation: int = 1,
        look_ahead: int = 0,
        groups: int = 1,
        bias: bool = False,
    ):
        super().__init__()
        self._span = dilation * (kernel - 1) + 1
        self._stride = stride
        self._look_ahead = look_ahead
        if look_ahead >= self._span:
            raise ValueError(f"look_ahead {look_ahead} must be below the kernel's {self._span}")
        self.conv: nn.Conv1d | nn.Conv2d
        if bands is None:
            self.conv = nn.Conv1d(
                inputs, outputs, kernel, stride, dilation=dilation, groups=groups, bias=bias
            )
        else:
            self.conv = nn.Conv2d(
                inputs,
                outputs,
                (bands, kernel),
                (band_stride, stride),
                (band_padding, 0),
                dilation=(1, dilation),
                groups=groups,
                bias=bias,
            )

    @property
    def reach(self) -> Reach:
        """That of the kernel."""
        return Reach(self._span - 1 - self._look_ahead, self._look_ahead, self._stride)

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, C, T) or (B, C, F, T) to as many axes, T' frames."""
        if state is None:
            state = inputs.new_zeros(*inputs.shape[:-1], self._span - 1 - self._look_ahead)
        frames = torch.cat([state, inputs], dim=-1)
        outputs = max(0, (frames.shape[-1] - self._span) // self._stride + 1)
        if outputs == 0:
            return framewise(self.conv, frames[..., :0], least=self._span), frames
        return self.conv(frames), frames[..., outputs * self._stride :].clone()


class ConvUnit(StreamingLayer):
    """A :class:`TimeConv` and modules that treat each frame alone, such as batch normalisation
    (whose statistics are fixed in evaluation mode) and activations.

    Args:
        conv: first.
        framewise: then, in turn.
    """

    def __init__(self, conv: TimeConv, *framewise: nn.Module):
        super().__init__()
        self.conv = conv
        self.framewise = nn.Sequential(*framewise)

    @property
    def reach(self) -> Reach:
        """That of the convolution."""
        return self.conv.reach

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, C, T) or (B, C, F, T) to as many axes, T' frames."""
        units, after = self.conv(inputs, state)
        return framewise(self.framewise, units), after


class ImageUnit(ConvUnit):
    """A :class:`ConvUnit` that takes features (B, F, T) as an image of one channel."""

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``inputs`` (B, F, T) to (B, C, F', T')."""
        return super().forward(inputs.unsqueeze(1), state)


def image_stem(channels: int, *, stride: int, look_ahead: int) -> ImageUnit:
    """From features (B, F, T) to ``channels`` maps of half as many bands."""
    return ImageUnit(
        TimeConv(
            1,
            channels,
            max(5, stride) + look_ahead,
            bands=5,
            band_stride=2,
            band_padding=2,
            stride=stride,
            look_ahead=look_ahead,
        ),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


def halved(frequencies: int, stride: int = 2) -> int:
    """Bands that a convolution leaves that pads to keep them: ``ceil(frequencies / stride)``."""
    return -(-frequencies // stride)


def framewise(module: nn.Module, inputs: Tensor, *, least: int = 1) -> Tensor:
    """A module on (B, ..., T) that treats each frame alone; T may be 0, for which torch's
    convolutions have no answer.

    Args:
        module: what to call.
        inputs: its inputs.
        least: frames that it takes at once.
    """
    if inputs.shape[-1]:
        return torch.as_tensor(module(inputs))
    filled = nn.functional.pad(inputs, (0, least))
    return torch.as_tensor(module(filled))[..., :0]
