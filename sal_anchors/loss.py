"""The Streaming Anchor Loss family: frame-wise cross entropy weighted around anchors.

The idea is that of Sarawgi et al., "Streaming Anchor Loss: Augmenting Supervision with Temporal
Significance", ICASSP 2024, arXiv 2310.05886; the forms here are this project's own statement of
it. The focal factor is that of Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017,
arXiv 1708.02002.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from sal_anchors.anchors.anchor import IGNORE_LABEL

Variant = Literal["ce", "fl", "sal", "sa+fl", "safl"]
Reduction = Literal["mean", "sum", "none"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)
_WEIGHTED = ("sal", "sa+fl", "safl")


def streaming_anchor_loss(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    *,
    variant: Variant = "sal",
    gamma: float = 2.0,
    lam: float = 1.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """The loss of a batch of streams.

    With ``p_t`` the probability of the frame's label, ``l_t = -log p_t`` and ``w_t`` the frame's
    weight::

        ce     l_t
        fl     (1 - p_t)^gamma * l_t
        sal    w_t * l_t
        sa+fl  w_t * l_t + lam * (1 - p_t)^gamma * l_t
        safl   w_t * (1 - p_t)^gamma * l_t

    Frames with the label -100 contribute nothing to value or gradient, whatever their logits and
    weights. 16-bit logits are computed in float32.

    Args:
        logits: (B, T, C), unnormalised log-probabilities.
        labels: (B, T), integers in [0, C) or -100.
        weights: (B, T), >= 0; may be None for ``ce`` and ``fl``, which do not use them.
        variant: one of ``VARIANTS``.
        gamma: focal strength, >= 0.
        lam: share of the focal term in ``sa+fl``, >= 0.
        reduction: ``mean`` is the sum over valid frames divided by their number (0 if there are
            none), ``sum`` the sum, ``none`` the (B, T) losses with 0 at ignored frames.

    Raises:
        ValueError: for shapes that do not agree, labels out of range, an unknown variant or
            reduction, or a negative gamma or lam.
    """
    _check_options(variant, gamma, lam, reduction)
    _check_shapes(logits, labels, weights, variant)
    if logits.dtype in (torch.bfloat16, torch.float16):
        logits = logits.float()
    valid = labels != IGNORE_LABEL
    frame_loss = _cross_entropy(logits, labels.long(), valid)
    if variant == "fl":
        frame_loss = _focal(frame_loss, gamma)
    elif weights is not None and variant != "ce":
        frame_loss = _weighted(frame_loss, torch.where(valid, weights, 0.0), variant, gamma, lam)
    if reduction == "none":
        return frame_loss
    total = frame_loss.sum()
    return total if reduction == "sum" else total / valid.sum().clamp(min=1)


class StreamingAnchorLoss(nn.Module):
    """:func:`streaming_anchor_loss` as a module, called with ``(logits, labels, weights)``.

    Args:
        variant: one of ``VARIANTS``.
        gamma: focal strength, >= 0.
        lam: share of the focal term in ``sa+fl``, >= 0.
        reduction: ``mean`` over valid frames, ``sum`` or ``none``.

    Raises:
        ValueError: for an option out of its range.
    """

    def __init__(
        self,
        variant: Variant = "sal",
        gamma: float = 2.0,
        lam: float = 1.0,
        reduction: Reduction = "mean",
    ):
        super().__init__()
        _check_options(variant, gamma, lam, reduction)
        self.variant: Variant = variant
        self.gamma = gamma
        self.lam = lam
        self.reduction: Reduction = reduction

    def forward(self, logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
        """The loss of ``logits`` (B, T, C) against ``labels`` and ``weights`` (B, T)."""
        return streaming_anchor_loss(
            logits,
            labels,
            weights,
            variant=self.variant,
            gamma=self.gamma,
            lam=self.lam,
            reduction=self.reduction,
        )

    def extra_repr(self) -> str:
        """The options, for ``repr``."""
        return (
            f"variant={self.variant!r}, gamma={self.gamma}, lam={self.lam}, "
            f"reduction={self.reduction!r}"
        )


def _cross_entropy(logits: Tensor, labels: Tensor, valid: Tensor) -> Tensor:
    """``-log p`` of each frame's label, (B, T); ignored frames are cut off from the graph."""
    safe = torch.where(valid.unsqueeze(-1), logits, 0.0)
    try:
        losses = functional.cross_entropy(
            safe.flatten(0, 1), labels.flatten(), ignore_index=IGNORE_LABEL, reduction="none"
        )
    except IndexError:
        found = labels[valid]
        raise ValueError(
            f"labels must be in [0, {logits.shape[-1]}) or {IGNORE_LABEL}, "
            f"got values from {int(found.min())} to {int(found.max())}"
        ) from None
    return losses.view(labels.shape)


def _weighted(
    losses: Tensor, weights: Tensor, variant: Variant, gamma: float, lam: float
) -> Tensor:
    weights = weights.to(losses.dtype)
    if variant == "safl":
        return weights * _focal(losses, gamma)
    anchored = weights * losses
    return anchored if variant == "sal" else anchored + lam * _focal(losses, gamma)


def _focal(losses: Tensor, gamma: float) -> Tensor:
    """``(1 - p)^gamma * l`` from ``l = -log p``, with ``1 - p = -expm1(-l)``.

    The clamp keeps the slope of ``x^gamma`` at ``x = 0`` finite; there ``l`` is 0 too.
    """
    miss = (-torch.expm1(-losses)).clamp(min=torch.finfo(losses.dtype).tiny)
    return miss.pow(gamma) * losses


def _check_options(variant: str, gamma: float, lam: float, reduction: str) -> None:
    if variant not in VARIANTS:
        raise ValueError(f"unknown loss variant {variant!r}, expected one of {', '.join(VARIANTS)}")
    for name, value in (("gamma", gamma), ("lam", lam)):
        if not 0 <= value < float("inf"):
            raise ValueError(f"{name} must be a finite number >= 0, got {value!r}")
    if reduction not in get_args(Reduction):
        raise ValueError(
            f"unknown reduction {reduction!r}, expected one of {', '.join(get_args(Reduction))}"
        )


def _check_shapes(logits: Tensor, labels: Tensor, weights: Tensor | None, variant: str) -> None:
    if logits.ndim != 3:
        raise ValueError(f"logits must be (B, T, C), got shape {tuple(logits.shape)}")
    if labels.shape != logits.shape[:2]:
        raise ValueError(
            f"labels must be (B, T) = {tuple(logits.shape[:2])} as the logits, "
            f"got shape {tuple(labels.shape)}"
        )
    if labels.is_floating_point():
        raise ValueError(f"labels must be integers, got {labels.dtype}")
    if weights is None:
        if variant in _WEIGHTED:
            raise ValueError(f"the loss {variant!r} needs weights of shape {tuple(labels.shape)}")
    elif weights.shape != labels.shape:
        raise ValueError(
            f"weights must be (B, T) = {tuple(labels.shape)} as the labels, "
            f"got shape {tuple(weights.shape)}"
        )
