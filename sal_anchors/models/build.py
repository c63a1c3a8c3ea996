"""A detector from its configuration: a network on audio, or on audio and other streams."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from sal_anchors.models.bcresnet import BCResNetConfig
from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.crnn import CRNNConfig
from sal_anchors.models.detector import StreamingModel
from sal_anchors.models.fusion import FusionConfig, build_fusion
from sal_anchors.models.networks import MODELS, build_network, kind_of
from sal_anchors.models.recurrent import GRUConfig, LSTMConfig
from sal_anchors.models.sensors import SensorConfig
from sal_anchors.models.tcn import TCNConfig

ModelConfig = Annotated[
    Annotated[GRUConfig, Tag("gru")]
    | Annotated[LSTMConfig, Tag("lstm")]
    | Annotated[TCNConfig, Tag("tcn")]
    | Annotated[BCResNetConfig, Tag("bcresnet")]
    | Annotated[CRNNConfig, Tag("crnn")]
    | Annotated[FusionConfig, Tag("fusion")],
    Discriminator(kind_of),
]
"""The configuration of any detector; ``kind`` says which, a GRU where it is left out."""

KINDS: dict[str, type[NetworkConfig]] = {**MODELS, "fusion": FusionConfig}
"""Configurations by kind: networks on audio, and their fusion with other streams."""


def sensors_of(config: ModelConfig) -> tuple[SensorConfig, ...]:
    """The streams that a detector takes beside the audio, in the order of their columns."""
    return config.streams if isinstance(config, FusionConfig) else ()


def build_model(config: ModelConfig, num_features: int, num_classes: int) -> StreamingModel:
    """A detector with random weights from torch's global generator.

    Args:
        config: of the detector.
        num_features: of the audio, a frame; columns of other streams come on top.
        num_classes: background included.
    """
    if isinstance(config, FusionConfig):
        return build_fusion(config, num_features, num_classes)
    network = build_network(config, num_features)
    return StreamingModel(network, num_features, num_classes, dropout=config.dropout)
