"""Streaming networks: what they are to the rest, which there are, and what they cost.

``streaming`` says what a streaming layer is, ``convolution`` and ``recurrent`` hold the layers,
``tcn``, ``bcresnet`` and ``crnn`` are made of them, ``detector`` puts normalisation in front and a
head behind, ``networks`` makes one from a configuration, ``card`` counts what it costs.
``sensors`` brings other streams onto the audio's frame grid, ``fusion`` makes a network of them,
``build`` a detector of any configuration, and ``inputs`` what it sees of audio and streams.
"""

from __future__ import annotations

from sal_anchors.models.bcresnet import BCResNetConfig
from sal_anchors.models.build import KINDS, ModelConfig, build_model, sensors_of
from sal_anchors.models.card import ModelCard, model_card
from sal_anchors.models.crnn import CRNNConfig
from sal_anchors.models.detector import StreamingModel
from sal_anchors.models.fusion import FusionConfig, build_fusion
from sal_anchors.models.inputs import OnlineInputs, model_inputs, silent_inputs
from sal_anchors.models.networks import MODELS, Network, build_network
from sal_anchors.models.recurrent import GRUConfig, LSTMConfig
from sal_anchors.models.sensors import (
    Join,
    OnlineSensor,
    SensorConfig,
    on_frames,
    stream_columns,
)
from sal_anchors.models.streaming import Reach, State, join_states, state_of
from sal_anchors.models.tcn import TCNConfig

__all__ = [
    "KINDS",
    "MODELS",
    "BCResNetConfig",
    "CRNNConfig",
    "FusionConfig",
    "GRUConfig",
    "Join",
    "LSTMConfig",
    "ModelCard",
    "ModelConfig",
    "Network",
    "OnlineInputs",
    "OnlineSensor",
    "Reach",
    "SensorConfig",
    "State",
    "StreamingModel",
    "TCNConfig",
    "build_fusion",
    "build_model",
    "build_network",
    "join_states",
    "model_card",
    "model_inputs",
    "on_frames",
    "sensors_of",
    "silent_inputs",
    "state_of",
    "stream_columns",
]
