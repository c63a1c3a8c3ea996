"""What a streaming layer is: a function of inputs and an explicit state, and how far it reaches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from sal_anchors.timebase import FrameGrid

State: TypeAlias = Any
"""What a layer carries from one call to the next: a tensor, or a tuple of states.

The first axis of every tensor is the batch. It is a value: a call returns a new one and leaves the
one it was given as it is, so that a stream can be forked, kept, or moved to another process.
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which input frames an output frame depends on.

    Output frame ``u`` depends on the input frames ``[u * stride - past, u * stride + look_ahead]``,
    as far as they are not before the stream's start, and on no other; ``T`` input frames give
    ``num_outputs(T)`` output frames.

    Attributes:
        past: input frames before an output's own, >= 0; None if all of them.
        look_ahead: input frames after an output's own, >= 0.
        stride: input frames from one output frame to the next, >= 1.
    """

    past: int | None = 0
    look_ahead: int = 0
    stride: int = 1

    @property
    def receptive_field(self) -> int | None:
        """Input frames that an output depends on: ``past + 1 + look_ahead``; None if unbounded."""
        return None if self.past is None else self.past + 1 + self.look_ahead

    @property
    def delay(self) -> int:
        """Algorithmic delay in input frames: ``stride + look_ahead``.

        An instant is in the decision of its own output frame at most this long after: until its
        output frame is full, and then for the look-ahead.
        """
        return self.stride + self.look_ahead

    def num_outputs(self, frames: int) -> int:
        """Output frames of a stream: ``max(0, ceil((frames - look_ahead) / stride))``."""
        return max(0, -(-(frames - self.look_ahead) // self.stride))

    def target_grid(self, grid: FrameGrid) -> FrameGrid:
        """The grid that labels and weights belong on, from that of the input frames: every
        ``stride``-th frame."""
        return grid.strided(self.stride)

    def decision_grid(self, grid: FrameGrid) -> FrameGrid:
        """The grid whose frame ``u`` ends when output ``u`` is out: :meth:`target_grid` later by
        the look-ahead. Detections are timed on it."""
        return grid.strided(self.stride, first=self.look_ahead)

    def then(self, after: Reach) -> Reach:
        """The reach of this layer followed by ``after``."""
        unbounded = self.past is None or after.past is None
        return Reach(
            None if unbounded else (self.past or 0) + (after.past or 0) * self.stride,
            self.look_ahead + after.look_ahead * self.stride,
            self.stride * after.stride,
        )


class StreamingLayer(nn.Module, ABC):
    """A layer that gives the same outputs for a stream whole and in pieces.

    It keeps nothing between calls: what it must remember is in the state. That holds in
    evaluation mode; in training mode batch normalisation uses the statistics of the batch.
    """

    @property
    @abstractmethod
    def reach(self) -> Reach:
        """Which input frames an output frame depends on."""

    @abstractmethod
    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """The output frames that ``inputs`` complete, and the state after them.

        Both may have no frames at all. ``state`` is None at a stream's start, else what the
        previous call returned.
        """


def reach_of(layers: Iterable[nn.Module]) -> Reach:
    """The reach of streaming layers one after the other."""
    reach = Reach()
    for layer in layers:
        if isinstance(layer, StreamingLayer):
            reach = reach.then(layer.reach)
    return reach


class Chain(StreamingLayer):
    """Layers one after the other; the state is the tuple of theirs.

    Args:
        layers: at least one.
        outputs: channels of the last.
    """

    def __init__(self, layers: Sequence[StreamingLayer], outputs: int):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.outputs = outputs

    @property
    def reach(self) -> Reach:
        """That of the layers together."""
        return reach_of(self.layers)

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """``inputs`` through all layers; ``state`` is None at a stream's start."""
        after: list[State] = []
        for index, layer in enumerate(self.layers):
            inputs, own_after = layer(inputs, None if state is None else state[index])
            after.append(own_after)
        return inputs, tuple(after)


def join_states(states: Sequence[State]) -> State:
    """One batch of streams from the states of several; each must have taken as many frames,
    modulo the stride."""
    joined: State = tree_map(lambda *leaves: torch.cat(leaves), *states)
    return joined


def state_of(state: State, stream: int) -> State:
    """The state of one stream of a batch, as a batch of one."""
    alone: State = tree_map(lambda leaf: leaf[stream : stream + 1], state)
    return alone
