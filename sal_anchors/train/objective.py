"""The loss that is trained, as a sum and the number it is to be divided by."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.errors import TrainingError
from sal_anchors.loss import max_pooling_loss, streaming_anchor_loss
from sal_anchors.train.config import LossConfig


class Objective:
    """A member of the loss family with its options.

    Sum and count are kept apart, so that the mean over several batches, or over the batches of
    several processes, is that of one large batch.

    Args:
        config: the options.
        classes: names; index 0 is the background.
        device: that the losses are computed on.

    Raises:
        TrainingError: if a class weight is for a class that there is not.
    """

    def __init__(
        self, config: LossConfig, classes: tuple[str, ...], device: torch.device | str = "cpu"
    ):
        self._config = config
        self._class_weights = _class_weights(config, classes, device)

    def count(self, labels: Tensor) -> int:
        """What the sum is divided by, of labels (B, T): the valid frames; with max-pooling, those
        of background and the events."""
        counted = labels != IGNORE_LABEL
        if self._config.variant == "maxpool":
            first = functional.pad(labels[:, 1:] != labels[:, :-1], (1, 0), value=True)
            counted &= first | (labels == 0)
        return int(counted.sum())

    def sum(self, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """The loss of logits (B, T, C), labels and weights (B, T), not divided."""
        config = self._config
        if config.variant == "maxpool":
            return max_pooling_loss(
                logits, labels, class_weights=self._class_weights, reduction="sum"
            )
        return streaming_anchor_loss(
            logits,
            labels,
            weights,
            class_weights=self._class_weights,
            variant=config.variant,
            gamma=config.gamma,
            lam=config.lam,
            reduction="sum",
        )


def _class_weights(
    config: LossConfig, classes: tuple[str, ...], device: torch.device | str
) -> Tensor | None:
    if unknown := [name for name in config.class_weights if name not in classes]:
        raise TrainingError(
            f"loss.class_weights names {unknown[0]!r}, which is no class of the manifest",
            hint=f"Its classes: {', '.join(classes)}",
        )
    if not config.class_weights:
        return None
    return torch.tensor([config.class_weights.get(name, 1.0) for name in classes], device=device)
