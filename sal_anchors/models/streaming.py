"""What a streaming model is to the rest of the package."""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor

State = Any
"""What a model carries from one call to the next; opaque to callers."""


class StreamingModel(Protocol):
    """A network that gives the same logits for a recording whole and in pieces."""

    @property
    def look_ahead_frames(self) -> int:
        """Frames after ``t`` that the logits of frame ``t`` depend on."""
        ...

    def __call__(self, features: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Logits (B, T, C) of ``features`` (B, T, F), and the state after the last frame.

        ``state`` is None at a stream's start, else what the previous call returned.
        """
        ...
