from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sal_anchors.loss import max_pooling_loss, streaming_anchor_loss

CLASSES = 3


def logits_of(labels: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(labels.numel())
    return 2 * torch.randn(*labels.shape, CLASSES, generator=generator, dtype=dtype)


def by_hand(logits: Tensor, labels: Tensor) -> list[float]:
    """The losses of background frames and events, in order."""
    losses = []
    for log_p, stream in zip(logits.log_softmax(-1).tolist(), labels.tolist(), strict=True):
        t = 0
        while t < len(stream):
            label, first = stream[t], t
            t += 1
            while label > 0 and t < len(stream) and stream[t] == label:
                t += 1
            if label >= 0:
                losses.append(min(-frame[label] for frame in log_p[first:t]))
    return losses


streams = st.integers(1, 12).flatmap(
    lambda frames: st.lists(
        st.lists(st.sampled_from([-100, 0, 0, 1, 1, 2]), min_size=frames, max_size=frames),
        min_size=1,
        max_size=3,
    )
)


@given(streams)
def test_it_is_its_definition_frame_by_frame(drawn: list[list[int]]) -> None:
    labels = torch.tensor(drawn)
    logits = logits_of(labels)
    expected = by_hand(logits, labels)
    total = max_pooling_loss(logits, labels, reduction="sum")
    assert float(total) == pytest.approx(sum(expected), rel=1e-12)
    mean = max_pooling_loss(logits, labels)
    assert float(mean) == pytest.approx(sum(expected) / max(1, len(expected)), rel=1e-12)


def test_an_event_teaches_its_best_frame_only() -> None:
    labels = torch.tensor([[0, 1, 1, 1, 0]])
    logits = torch.tensor([[0.0, 0.5, 2.0, -1.0, 0.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(max_pooling_loss(logits, labels), logits)
    assert gradient.nonzero()[:, 1].tolist() == [0, 2, 4]


def test_without_events_it_is_cross_entropy() -> None:
    labels = torch.zeros(2, 6, dtype=torch.long)
    logits = logits_of(labels)
    torch.testing.assert_close(
        max_pooling_loss(logits, labels), streaming_anchor_loss(logits, labels, variant="ce")
    )


def test_an_event_ends_with_its_stream() -> None:
    labels = torch.tensor([[0, 1], [1, 0]])
    logits = logits_of(labels)
    alone = [max_pooling_loss(logits[i : i + 1], labels[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(max_pooling_loss(logits, labels), sum(alone) / 2)


def test_gradients_agree_with_finite_differences() -> None:
    labels = torch.tensor([[0, 1, 1, 2, 2, 0, -100, 1]])
    logits = logits_of(labels).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: max_pooling_loss(x, labels), (logits,))


def test_frames_that_are_not_valid_contribute_nothing() -> None:
    labels = torch.tensor([[0, 1, 1, 0, 2, 2]])
    valid = torch.tensor([[True, True, True, True, False, False]])
    logits = logits_of(labels)
    logits[:, 4:] = float("nan")
    logits.requires_grad_()
    value = max_pooling_loss(logits, labels, valid=valid)
    torch.testing.assert_close(value, max_pooling_loss(logits[:, :4], labels[:, :4]))
    (gradient,) = torch.autograd.grad(value, logits)
    assert not gradient[:, 4:].any()
    nothing = max_pooling_loss(logits, labels, valid=torch.zeros_like(valid))
    assert nothing == 0
    assert not torch.autograd.grad(nothing, logits)[0].any()


def test_class_weights_multiply_background_and_events() -> None:
    labels = torch.tensor([[0, 1, 1, 0, 2]])
    logits = logits_of(labels)
    class_weights = torch.tensor([0.5, 2.0, 3.0])
    background, one, again, two = by_hand(logits, labels)
    found = max_pooling_loss(logits, labels, class_weights=class_weights, reduction="sum")
    expected = 0.5 * background + 2 * one + 0.5 * again + 3 * two
    assert float(found) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_certain_frames_give_finite_losses_and_gradients(dtype: torch.dtype) -> None:
    labels = torch.tensor([[0, 0, 1, 1, 1]])
    logits = torch.tensor([[1e4, -1e4, 1e4, 1e4, -1e4]], dtype=dtype, requires_grad=True)
    value = max_pooling_loss(logits, labels)
    assert torch.isfinite(value)
    assert torch.isfinite(torch.autograd.grad(value, logits)[0]).all()


def test_sixteen_bit_logits_are_computed_in_float32() -> None:
    labels = torch.tensor([[0, 1, 1]])
    logits = logits_of(labels, torch.float32).bfloat16()
    found = max_pooling_loss(logits, labels)
    assert found.dtype == torch.float32
    assert found == max_pooling_loss(logits.float(), labels)


def test_an_unknown_reduction_is_refused_by_value() -> None:
    labels = torch.tensor([[0, 1]])
    with pytest.raises(ValueError, match="'none'"):
        max_pooling_loss(logits_of(labels), labels, reduction="none")
