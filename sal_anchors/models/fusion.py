"""A detector on audio and any number of other streams, fused early or late."""

from __future__ import annotations

from typing import Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from sal_anchors.models.config import NetworkConfig
from sal_anchors.models.detector import StreamingModel
from sal_anchors.models.networks import DEFAULT_KIND, MODELS, Network, build_network
from sal_anchors.models.recurrent import GRUConfig
from sal_anchors.models.sensors import SensorConfig
from sal_anchors.models.streaming import Chain, Reach, State, StreamingLayer

_IMAGES = ("bcresnet", "crnn")
_MODALITY_AXIS = 1


class FusionConfig(NetworkConfig):
    """A network on audio features and other streams, all on the audio's frame grid.

    ``stride`` and ``look_ahead`` hold for all streams, whatever ``audio`` and ``sensor`` say.

    Attributes:
        hidden: units of the layer behind the joined networks of late fusion.
        mode: ``early`` joins the streams in front of one network, ``audio``; ``late`` gives each
            its own network and joins what they find.
        streams: beside the audio, in the order of their columns.
        audio: network of the audio, or of all.
        sensor: network of each other stream, for late fusion.
        modality_dropout: probability in [0, 1) that a recording misses a stream, audio included,
            in training; at least one stays.
    """

    kind: Literal["fusion"] = "fusion"
    hidden: int = Field(default=32, ge=1, le=2048)
    mode: Literal["early", "late"] = "late"
    streams: tuple[SensorConfig, ...] = Field(min_length=1)
    audio: Network = GRUConfig()
    sensor: Network = GRUConfig(hidden=24, projection=16)
    modality_dropout: float = Field(default=0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        names = [stream.name for stream in self.streams]
        if len(set(names)) < len(names):
            raise ValueError(f"two streams have the same name: {', '.join(names)}")
        if self.sensor.kind in _IMAGES or (self.mode == "early" and self.audio.kind in _IMAGES):
            known = ", ".join(kind for kind in MODELS if kind not in _IMAGES)
            raise ValueError(
                f"{', '.join(_IMAGES)} take frequencies only: use them for audio in late fusion, "
                f"else one of {known}, such as {DEFAULT_KIND}"
            )
        return self


class Fusion(StreamingLayer):
    """(B, F + sum of the streams' channels, T) to (B, hidden, T').

    A stream is absent in the frames where its values are NaN. Its values are then 0, the mean,
    and a channel beside them is 0 where it is 1 else; only an audio network on images has none.

    Args:
        config: of the network.
        audio_features: F.
    """

    def __init__(self, config: FusionConfig, audio_features: int):
        super().__init__()
        self._sizes = [audio_features, *(stream.channels for stream in config.streams)]
        self._dropout = config.modality_dropout
        self._marked = [config.audio.kind not in _IMAGES, *(True for _ in config.streams)]
        timing = {"stride": config.stride, "look_ahead": config.look_ahead}
        kinds = [config.audio, *(config.sensor for _ in config.streams)]
        widths = [size + marked for size, marked in zip(self._sizes, self._marked, strict=True)]
        if config.mode == "early":
            kinds, widths = kinds[:1], [sum(widths)]
        networks = [
            build_network(kind.model_copy(update=timing), width)
            for kind, width in zip(kinds, widths, strict=True)
        ]
        self.networks = nn.ModuleList(networks)
        self.outputs = sum(network.outputs for network in networks)
        self._reach = _joint_reach([network.reach for network in networks])

    @property
    def reach(self) -> Reach:
        """That of the network that looks back farthest."""
        return self._reach

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """``inputs`` (B, F + sum of the streams' channels, T), NaN where absent."""
        streams = self._present(inputs)
        if len(self.networks) == 1:
            streams = [torch.cat(streams, dim=1)]
        found, after = [], []
        for index, (network, stream) in enumerate(zip(self.networks, streams, strict=True)):
            units, own_after = network(stream, None if state is None else state[index])
            found.append(units)
            after.append(own_after)
        return torch.cat(found, dim=1), tuple(after)

    def _present(self, inputs: Tensor) -> list[Tensor]:
        """Each stream with 0 for NaN and its mark, some of them dropped in training."""
        streams = list(torch.split(inputs, self._sizes, dim=1))
        present = torch.stack([~stream.isnan().any(dim=1) for stream in streams], _MODALITY_AXIS)
        if self.training and self._dropout:
            present = present & _kept(len(inputs), len(streams), self._dropout, inputs.device)
        marks = present.to(inputs.dtype)
        return [
            torch.cat([stream.where(here, 0.0), mark] if marked else [stream.where(here, 0.0)], 1)
            for stream, here, mark, marked in zip(
                streams,
                torch.split(present, 1, _MODALITY_AXIS),
                torch.split(marks, 1, _MODALITY_AXIS),
                self._marked,
                strict=True,
            )
        ]


class Joint(StreamingLayer):
    """A rectified linear map of each frame, (B, C, T) to (B, units, T)."""

    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.map = nn.Linear(inputs, units)

    @property
    def reach(self) -> Reach:
        """A frame depends on itself."""
        return Reach()

    def forward(self, inputs: Tensor, state: tuple[()] | None = None) -> tuple[Tensor, tuple[()]]:
        """``inputs`` (B, C, T) to (B, units, T)."""
        return self.map(inputs.mT).relu().mT, ()


def build_fusion(config: FusionConfig, audio_features: int, num_classes: int) -> StreamingModel:
    """A detector on features (B, T, F + sum of the streams' channels), audio first.

    Its normalisation has a mean and a deviation for each column; absent values do not count.
    """
    fusion = Fusion(config, audio_features)
    layers: list[StreamingLayer] = [fusion]
    width = fusion.outputs
    if config.mode == "late":
        layers.append(Joint(width, config.hidden))
        width = config.hidden
    columns = audio_features + sum(stream.channels for stream in config.streams)
    return StreamingModel(Chain(layers, width), columns, num_classes, dropout=config.dropout)


def _joint_reach(reaches: list[Reach]) -> Reach:
    first = reaches[0]
    pasts = [reach.past for reach in reaches if reach.past is not None]
    past = max(pasts) if len(pasts) == len(reaches) else None
    return Reach(past, first.look_ahead, first.stride)


def _kept(batch: int, streams: int, dropout: float, device: torch.device) -> Tensor:
    """Which streams each recording keeps, bool (batch, streams, 1); never none."""
    drawn = torch.rand(batch, streams, device=device)
    kept = drawn >= dropout
    kept[torch.arange(batch, device=device), drawn.argmax(dim=1)] = True
    return kept.unsqueeze(-1)
