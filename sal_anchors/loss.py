"""The Streaming Anchor Loss family: frame-wise cross entropy weighted around anchors.

The idea is that of Sarawgi et al., "Streaming Anchor Loss: Augmenting Supervision with Temporal
Significance", ICASSP 2024, arXiv 2310.05886; the forms here are this project's own statement of
it. The focal factor is that of Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017,
arXiv 1708.02002. The max-pooling loss is that of Sun et al., "Max-pooling loss training of long
short-term memory networks for small-footprint keyword spotting", SLT 2016, arXiv 1705.02411.

Every loss here takes the same heads, labels and masks:

- logits (B, T, C) of C >= 2 classes, the background being class 0; or (B, T, 1) or (B, T) of one
  logit ``z`` with ``p(1) = sigmoid(z)``. 16-bit logits are computed in float32.
- labels (B, T), integers in [0, C), in [0, 2) for one logit, or -100.
- A frame is valid if its label is not -100 and ``valid``, if given, is true there. Others
  contribute nothing to value or gradient, whatever their logits and weights.
- class weights (C,), (2,) for one logit, >= 0: a frame's loss is multiplied by that of its label.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from sal_anchors.anchors.anchor import IGNORE_LABEL

Variant = Literal["ce", "fl", "sal", "sa+fl", "safl"]
Reduction = Literal["mean", "sum", "none"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)


def streaming_anchor_loss(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    *,
    valid: Tensor | None = None,
    class_weights: Tensor | None = None,
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

    Args:
        logits: (B, T, C), (B, T, 1) or (B, T).
        labels: (B, T), class indices or -100.
        weights: (B, T), >= 0; may be None for ``ce`` and ``fl``, which do not use them.
        valid: (B, T), bool, false where padded; None if the labels say it all.
        class_weights: (C,), >= 0.
        variant: one of ``VARIANTS``.
        gamma: focal strength, >= 0.
        lam: share of the focal term in ``sa+fl``, >= 0.
        reduction: ``mean`` is the sum over valid frames divided by their number (0 if there are
            none), ``sum`` the sum, ``none`` the (B, T) losses with 0 at frames that are not valid.

    Raises:
        ValueError: for shapes that do not agree, labels out of range, missing weights, an unknown
            variant or reduction, or a negative gamma or lam.
    """
    _check_options(variant, gamma, lam, reduction)
    labels = _valid_labels(labels, valid)
    logits = _frame_logits(logits, labels)
    losses = _cross_entropy(logits, labels)
    counted = labels != IGNORE_LABEL
    if variant == "fl":
        losses = _focal(losses, gamma)
    elif variant != "ce":
        if weights is None:
            raise ValueError(f"the loss {variant!r} needs weights of shape {tuple(labels.shape)}")
        _require_shape("weights", weights, labels.shape)
        weights = torch.where(counted, weights, 0).to(losses.dtype)
        if variant == "sal":
            losses = weights * losses
        elif variant == "safl":
            losses = weights * _focal(losses, gamma)
        else:
            losses = weights * losses + lam * _focal(losses, gamma)
    if class_weights is not None:
        losses = losses * _of_labels(class_weights, labels, logits)
    if reduction == "none":
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total / counted.sum().clamp(min=1)


def max_pooling_loss(
    logits: Tensor,
    labels: Tensor,
    *,
    valid: Tensor | None = None,
    class_weights: Tensor | None = None,
    reduction: Literal["mean", "sum"] = "mean",
) -> Tensor:
    """Cross entropy of all background frames and of the best frame of each event.

    An event is a run of frames with one label k > 0, such as the policy ``span`` gives; its other
    frames count for nothing, so that the network is free to choose where in the event to fire::

        sum over background frames t of -log p_t(0) + sum over events of -log max_t p_t(k)

    Frames that share an event's maximum share its gradient. Runs of one class that touch are one
    event. Needs no anchors and no weights; it is what SAL is to be compared with.

    Args:
        logits: (B, T, C), (B, T, 1) or (B, T).
        labels: (B, T), class indices or -100.
        valid: (B, T), bool, false where padded; None if the labels say it all.
        class_weights: (C,), >= 0.
        reduction: ``mean`` is the sum divided by the number of background frames and events (0 if
            there are none), ``sum`` the sum.

    Raises:
        ValueError: for shapes that do not agree, labels out of range, or an unknown reduction.
    """
    if reduction not in ("mean", "sum"):
        raise ValueError(f"unknown reduction {reduction!r}, expected mean or sum")
    labels = _valid_labels(labels, valid)
    logits = _frame_logits(logits, labels)
    losses = _cross_entropy(logits, labels)
    if class_weights is not None:
        losses = losses * _of_labels(class_weights, labels, logits)
    starts = functional.pad(labels[:, 1:] != labels[:, :-1], (1, 0), value=True) | (labels <= 0)
    segments = starts.flatten().cumsum(0) - 1
    smallest = torch.zeros_like(losses.flatten()).scatter_reduce(
        0, segments, losses.flatten(), "amin", include_self=False
    )
    total = smallest.sum()
    counted = starts & (labels != IGNORE_LABEL)
    return total if reduction == "sum" else total / counted.sum().clamp(min=1)


class StreamingAnchorLoss(nn.Module):
    """:func:`streaming_anchor_loss` as a module, called with ``(logits, labels, weights)``.

    Args:
        variant: one of ``VARIANTS``.
        gamma: focal strength, >= 0.
        lam: share of the focal term in ``sa+fl``, >= 0.
        reduction: ``mean`` over valid frames, ``sum`` or ``none``.
        class_weights: (C,), >= 0; a buffer, which moves with the module.

    Raises:
        ValueError: for an option out of its range.
    """

    class_weights: Tensor | None

    def __init__(
        self,
        variant: Variant = "sal",
        gamma: float = 2.0,
        lam: float = 1.0,
        reduction: Reduction = "mean",
        *,
        class_weights: Tensor | None = None,
    ):
        super().__init__()
        _check_options(variant, gamma, lam, reduction)
        self.variant: Variant = variant
        self.gamma = gamma
        self.lam = lam
        self.reduction: Reduction = reduction
        self.register_buffer("class_weights", class_weights)

    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        valid: Tensor | None = None,
    ) -> Tensor:
        """The loss of ``logits`` (B, T, C) against ``labels`` and ``weights`` (B, T)."""
        return streaming_anchor_loss(
            logits,
            labels,
            weights,
            valid=valid,
            class_weights=self.class_weights,
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


class _FrameCrossEntropy(torch.autograd.Function):
    """``l = -log p`` of each frame's label, 0 at ignored frames, from logits (N, C).

    ``dl/dlogits = p - onehot(label)``, with 0 at ignored frames even if their logits are nan, which
    would cost autograd's own cross entropy two more passes over the logits to mask.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        log_p = logits.log_softmax(-1)
        ctx.save_for_backward(log_p, labels)
        return functional.nll_loss(log_p, labels, ignore_index=IGNORE_LABEL, reduction="none")

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        if torch.is_grad_enabled():
            raise NotImplementedError("the loss has no second derivatives (create_graph=True)")
        log_p, labels = ctx.saved_tensors
        column = labels.clamp(min=0).unsqueeze(1)
        gradient = log_p.exp().scatter_(1, column, log_p.gather(1, column).expm1())
        gradient.mul_(grad.unsqueeze(1))
        ignored = (labels == IGNORE_LABEL).nonzero().squeeze(1)
        return gradient.index_fill_(0, ignored, 0), None


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """``-log p`` of each frame's label, (B, T), from logits (B, T, C) or (B, T, 1)."""
    function = _one_logit if logits.shape[-1] == 1 else _FrameCrossEntropy.apply
    try:
        losses: Tensor = function(logits.flatten(0, 1), labels.flatten())
    except IndexError:
        found = labels[labels != IGNORE_LABEL]
        raise ValueError(
            f"labels must be in [0, {_classes(logits)}) or {IGNORE_LABEL}, "
            f"got values from {int(found.min())} to {int(found.max())}"
        ) from None
    return losses.view(labels.shape)


def _one_logit(logits: Tensor, labels: Tensor) -> Tensor:
    """``-log sigmoid(z)`` where the label is 1, ``-log sigmoid(-z)`` where it is 0; from (N, 1)."""
    z = logits.masked_fill((labels == IGNORE_LABEL).unsqueeze(1), 0)
    log_p = torch.cat((functional.logsigmoid(-z), functional.logsigmoid(z)), 1)
    return functional.nll_loss(log_p, labels, ignore_index=IGNORE_LABEL, reduction="none")


def _focal(losses: Tensor, gamma: float) -> Tensor:
    """``(1 - p)^gamma * l`` from ``l = -log p``, with ``1 - p = -expm1(-l)``.

    The clamp keeps the slope of ``x^gamma`` at ``x = 0`` finite; there ``l`` is 0 too.
    """
    miss = (-torch.expm1(-losses)).clamp(min=torch.finfo(losses.dtype).tiny)
    return miss.pow(gamma) * losses


def _frame_logits(logits: Tensor, labels: Tensor) -> Tensor:
    """The logits as (B, T, C) or (B, T, 1), in float32 or float64."""
    if labels.ndim != 2 or logits.shape[:2] != labels.shape or logits.ndim > 3:
        raise ValueError(
            "logits must be (B, T, C), or (B, T) of one logit, and labels (B, T); "
            f"got logits {tuple(logits.shape)} and labels {tuple(labels.shape)}"
        )
    if logits.dtype in (torch.bfloat16, torch.float16):
        logits = logits.float()
    return logits.unsqueeze(-1) if logits.ndim == 2 else logits


def _classes(logits: Tensor) -> int:
    return max(2, logits.shape[-1])


def _valid_labels(labels: Tensor, valid: Tensor | None) -> Tensor:
    """The labels as int64, -100 where frames are not valid."""
    if labels.is_floating_point():
        raise ValueError(f"labels must be integers, got {labels.dtype}")
    if valid is None:
        return labels.long()
    _require_shape("valid", valid, labels.shape)
    if valid.dtype != torch.bool:
        raise ValueError(f"valid must be bool, got {valid.dtype}")
    return labels.long().masked_fill(~valid, IGNORE_LABEL)


def _of_labels(class_weights: Tensor, labels: Tensor, logits: Tensor) -> Tensor:
    """The class weight of each frame's label, (B, T); arbitrary where it is -100."""
    _require_shape("class_weights", class_weights, (_classes(logits),))
    return class_weights.to(logits.dtype)[labels.clamp(min=0)]


def _require_shape(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    if tensor.shape != shape:
        raise ValueError(f"{name} must have shape {tuple(shape)}, got {tuple(tensor.shape)}")


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
