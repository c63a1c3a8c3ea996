"""What a model is and costs."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from sal_anchors.models.detector import StreamingModel
from sal_anchors.timebase import FrameGrid


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is and costs on a frame grid.

    Attributes:
        kind: name of the network.
        parameters: trained numbers.
        macs_per_second: multiply-accumulates of matrix products and convolutions for a second of
            audio, streamed; activations, normalisation and features are not counted.
        receptive_field: feature frames that an output frame depends on; None if all of the past.
        look_ahead: feature frames after its own among them.
        stride: feature frames from one output frame to the next.
        delay: algorithmic delay, feature frames (:attr:`~sal_anchors.models.Reach.delay`).
        hop_seconds: of the feature frames.
    """

    kind: str
    parameters: int
    macs_per_second: int
    receptive_field: int | None
    look_ahead: int
    stride: int
    delay: int
    hop_seconds: float

    @property
    def receptive_seconds(self) -> float | None:
        """Of the receptive field, in hops; None if unbounded."""
        return None if self.receptive_field is None else self.receptive_field * self.hop_seconds

    @property
    def look_ahead_seconds(self) -> float:
        """Of the look-ahead."""
        return self.look_ahead * self.hop_seconds

    @property
    def delay_seconds(self) -> float:
        """From an instant to the decision of its own output frame, at most."""
        return self.delay * self.hop_seconds

    def __str__(self) -> str:
        seen = "all of the past"
        if self.receptive_seconds is not None:
            seen = f"{self.receptive_field} frames ({1000 * self.receptive_seconds:g} ms)"
        return (
            f"{self.kind}: {self.parameters:,} parameters, "
            f"{self.macs_per_second / 1e6:.3g} M multiply-accumulates/s; sees {seen}, "
            f"look-ahead {self.look_ahead} frames ({1000 * self.look_ahead_seconds:g} ms), "
            f"delay {self.delay} frames ({1000 * self.delay_seconds:g} ms)"
        )


def model_card(model: StreamingModel, kind: str, grid: FrameGrid) -> ModelCard:
    """The card of a model whose features are on ``grid``."""
    reach = model.reach
    return ModelCard(
        kind=kind,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        macs_per_second=round(macs_per_frame(model) * grid.sample_rate / grid.hop),
        receptive_field=reach.receptive_field,
        look_ahead=reach.look_ahead,
        stride=reach.stride,
        delay=reach.delay,
        hop_seconds=grid.hop_seconds,
    )


def macs_per_frame(model: StreamingModel) -> float:
    """Multiply-accumulates for a feature frame of a stream that has run for a while.

    Counted by torch over the shapes alone, half of its floating-point operations.
    """
    shapes = copy.deepcopy(model).to("meta").eval()
    reach = model.reach
    frames = reach.stride * 16
    features = torch.empty(1, frames + reach.look_ahead, len(model.mean), device="meta")
    with torch.no_grad():
        _, state = shapes(features)
        with FlopCounterMode(display=False) as counter:
            shapes(features[:, :frames], state)
    return float(counter.get_total_flops()) / 2 / frames
