"""What the options of all networks have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class NetworkConfig(BaseModel):
    """Options that every network has.

    Attributes:
        hidden: units or channels a layer; sets the size.
        stride: feature frames from one output frame to the next.
        look_ahead: feature frames that a frame's logits wait for; each adds a hop of delay.
        dropout: probability in [0, 1) that the head does not see a unit, in training only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hidden: int = Field(default=64, ge=1, le=2048)
    stride: int = Field(default=1, ge=1, le=16)
    look_ahead: int = Field(default=0, ge=0, le=50)
    dropout: float = Field(default=0.1, ge=0, lt=1)
