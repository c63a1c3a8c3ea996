"""Which networks there are, and how to build one from its configuration."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from sal_anchors.models.bcresnet import BCResNetConfig, bcresnet
from sal_anchors.models.crnn import CRNNConfig, crnn
from sal_anchors.models.recurrent import GRUConfig, LSTMConfig, recurrent
from sal_anchors.models.streaming import Chain
from sal_anchors.models.tcn import TCNConfig, tcn

DEFAULT_KIND = "gru"


def kind_of(value: Any) -> Any:
    """The kind that a configuration, or the values of one, is of."""
    if isinstance(value, dict):
        return value.get("kind", DEFAULT_KIND)
    return getattr(value, "kind", None)


Network = Annotated[
    Annotated[GRUConfig, Tag("gru")]
    | Annotated[LSTMConfig, Tag("lstm")]
    | Annotated[TCNConfig, Tag("tcn")]
    | Annotated[BCResNetConfig, Tag("bcresnet")]
    | Annotated[CRNNConfig, Tag("crnn")],
    Discriminator(kind_of),
]
"""The configuration of any network; ``kind`` says which, a GRU where it is left out."""

MODELS: dict[
    str,
    type[GRUConfig] | type[LSTMConfig] | type[TCNConfig] | type[BCResNetConfig] | type[CRNNConfig],
] = {
    "gru": GRUConfig,
    "lstm": LSTMConfig,
    "tcn": TCNConfig,
    "bcresnet": BCResNetConfig,
    "crnn": CRNNConfig,
}
"""Configurations of networks by name."""


def build_network(config: Network, num_features: int) -> Chain:
    """A network without a head, (B, num_features, T) to (B, outputs, T'), with random weights."""
    match config:
        case GRUConfig() | LSTMConfig():
            return recurrent(config, num_features)
        case TCNConfig():
            return tcn(config, num_features)
        case BCResNetConfig():
            return bcresnet(config, num_features)
        case CRNNConfig():
            return crnn(config, num_features)
