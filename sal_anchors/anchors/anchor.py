"""Events placed on a frame grid, and the training targets rendered from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.events.event import EventKind

BACKGROUND = 0
IGNORE_LABEL = -100


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event placed on a frame grid.

    Attributes:
        frame: index of the first frame that has seen ``time``.
        time: seconds from the utterance's start.
        kind: kind of the event.
        label: label of the event.
        class_index: index into the recipe's classes; 0 (background) if the recipe gives the
            event no class of its own.
        confidence: of the event, in [0, 1].
    """

    frame: int
    time: float
    kind: EventKind
    label: str
    class_index: int
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameTargets:
    """What a model is trained on, one entry a frame.

    Attributes:
        labels: int16 (T,), class indices, -100 where the loss ignores the frame.
        weights: float32 (T,), temporal weights in [floor, peak].
        anchors: in time order.
    """

    labels: NDArray[np.int16]
    weights: NDArray[np.float32]
    anchors: tuple[Anchor, ...]
