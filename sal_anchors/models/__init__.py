"""Streaming networks and how to build them from a configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.models.gru import StreamingGRU
from sal_anchors.models.streaming import State, StreamingModel

__all__ = ["ModelConfig", "State", "StreamingGRU", "StreamingModel", "build_model"]


class ModelConfig(BaseModel):
    """Which network, and how large.

    Attributes:
        kind: family of the network.
        hidden: units a layer.
        projection: units between features and first layer; 0 for none.
        layers: recurrent layers.
        dropout: before the head, in training only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["gru"] = "gru"
    hidden: int = Field(default=72, ge=1, le=2048)
    projection: int = Field(default=48, ge=0, le=2048)
    layers: int = Field(default=1, ge=1, le=8)
    dropout: float = Field(default=0.1, ge=0, lt=1)


def build_model(config: ModelConfig, num_features: int, num_classes: int) -> StreamingGRU:
    """A network with random weights from torch's global generator."""
    return StreamingGRU(
        num_features,
        num_classes,
        hidden=config.hidden,
        projection=config.projection,
        layers=config.layers,
        dropout=config.dropout,
    )
