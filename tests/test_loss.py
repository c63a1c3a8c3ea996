from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.loss import VARIANTS, StreamingAnchorLoss, streaming_anchor_loss

DTYPES = (torch.float32, torch.float64)


def batch(dtype: torch.dtype = torch.float64, ignored: bool = True) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(3, 7, 4, generator=generator, dtype=dtype) * 3
    labels = torch.randint(0, 4, (3, 7), generator=generator)
    weights = torch.rand(3, 7, generator=generator, dtype=dtype) * 2 + 0.5
    if ignored:
        labels[0, 2] = labels[1, 5:] = IGNORE_LABEL
    return logits.requires_grad_(), labels, weights


def value_and_gradient(loss: StreamingAnchorLoss, *arguments: Tensor) -> tuple[Tensor, Tensor]:
    value = loss(*arguments)
    (gradient,) = torch.autograd.grad(value, arguments[0])
    return value, gradient


def by_hand(
    logits: Tensor, labels: Tensor, weights: Tensor, variant: str, gamma: float, lam: float
) -> float:
    total = 0.0
    valid = 0
    for b in range(labels.shape[0]):
        for t in range(labels.shape[1]):
            if labels[b, t] == IGNORE_LABEL:
                continue
            valid += 1
            p = float(logits[b, t].detach().softmax(-1)[labels[b, t]])
            cross_entropy = -float(torch.log(torch.tensor(p, dtype=torch.float64)))
            focal = (1 - p) ** gamma * cross_entropy
            w = float(weights[b, t])
            total += {
                "ce": cross_entropy,
                "fl": focal,
                "sal": w * cross_entropy,
                "sa+fl": w * cross_entropy + lam * focal,
                "safl": w * focal,
            }[variant]
    return total / valid


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_is_its_formula_frame_by_frame(variant: str) -> None:
    logits, labels, weights = batch()
    found = streaming_anchor_loss(logits, labels, weights, variant=variant, gamma=1.5, lam=0.7)
    expected = by_hand(logits, labels, weights, variant, 1.5, 0.7)
    assert float(found.detach()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_cross_entropy_is_that_of_torch(dtype: torch.dtype) -> None:
    logits, labels, weights = batch(dtype)
    expected = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    found = streaming_anchor_loss(logits, labels, weights, variant="ce")
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("special", "weight", "general"),
    [
        (StreamingAnchorLoss("sal"), 1.0, StreamingAnchorLoss("ce")),
        (StreamingAnchorLoss("safl", gamma=0.0), None, StreamingAnchorLoss("sal")),
        (StreamingAnchorLoss("sa+fl", lam=0.0), None, StreamingAnchorLoss("sal")),
        (StreamingAnchorLoss("fl", gamma=0.0), None, StreamingAnchorLoss("ce")),
        (StreamingAnchorLoss("safl"), 1.0, StreamingAnchorLoss("fl")),
    ],
    ids=["SAL w=1 is CE", "SAFL g=0 is SAL", "SA+FL l=0 is SAL", "FL g=0 is CE", "SAFL w=1 is FL"],
)
def test_the_identities_of_the_family_hold_in_value_and_gradient(
    special: StreamingAnchorLoss,
    weight: float | None,
    general: StreamingAnchorLoss,
    dtype: torch.dtype,
) -> None:
    logits, labels, weights = batch(dtype)
    if weight is not None:
        weights = torch.full_like(weights, weight)
    torch.testing.assert_close(
        value_and_gradient(special, logits, labels, weights),
        value_and_gradient(general, logits, labels, weights),
    )


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_gradients_agree_with_finite_differences(variant: str, gamma: float) -> None:
    logits, labels, weights = batch()
    loss = StreamingAnchorLoss(variant, gamma=gamma, lam=0.5)
    assert torch.autograd.gradcheck(lambda x: loss(x, labels, weights), (logits,))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("extreme", [1e4, -1e4, float("inf"), float("nan")])
def test_ignored_frames_contribute_exactly_nothing(variant: str, extreme: float) -> None:
    logits, labels, weights = batch(torch.float32)
    ignored = labels == IGNORE_LABEL
    loss = StreamingAnchorLoss(variant)
    value, gradient = value_and_gradient(loss, logits, labels, weights)
    spoilt = logits.detach().clone()
    spoilt[ignored] = extreme
    spoilt[ignored, 0] = 0.0
    heavy = weights.masked_fill(ignored, float("nan"))
    spoilt_value, spoilt_gradient = value_and_gradient(loss, spoilt.requires_grad_(), labels, heavy)
    assert torch.equal(value, spoilt_value)
    assert torch.equal(gradient, spoilt_gradient)
    assert torch.equal(gradient[ignored], torch.zeros_like(gradient[ignored]))


@pytest.mark.parametrize("variant", VARIANTS)
def test_padding_does_not_change_the_mean(variant: str) -> None:
    logits, labels, weights = batch(torch.float64, ignored=False)
    loss = StreamingAnchorLoss(variant)
    padded = loss(
        functional.pad(logits, (0, 0, 0, 5)),
        functional.pad(labels, (0, 5), value=IGNORE_LABEL),
        functional.pad(weights, (0, 5)),
    )
    torch.testing.assert_close(padded, loss(logits, labels, weights))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_batch_of_ignored_frames_gives_zero_with_zero_gradients(variant: str) -> None:
    logits, labels, weights = batch()
    value, gradient = value_and_gradient(
        StreamingAnchorLoss(variant), logits, torch.full_like(labels, IGNORE_LABEL), weights
    )
    assert value == 0
    assert not gradient.any()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("gamma", [0.0, 0.01, 0.5, 0.99, 2.0])
@pytest.mark.parametrize("dtype", DTYPES)
def test_certain_frames_right_or_wrong_give_finite_losses_and_gradients(
    variant: str, gamma: float, dtype: torch.dtype
) -> None:
    logits = torch.tensor(
        [[[1e4, -1e4], [-1e4, 1e4], [0.0, 0.0], [40.0, 0.0], [1.0, 0.0]]], dtype=dtype
    ).requires_grad_()
    labels = torch.zeros(1, 5, dtype=torch.long)
    value, gradient = value_and_gradient(
        StreamingAnchorLoss(variant, gamma=gamma), logits, labels, torch.ones(1, 5, dtype=dtype)
    )
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    assert not gradient[0, 0].any()


@pytest.mark.parametrize("variant", VARIANTS)
def test_sixteen_bit_logits_are_computed_in_float32(variant: str) -> None:
    logits, labels, weights = batch(torch.float32)
    short = logits.detach().to(torch.bfloat16)
    found = streaming_anchor_loss(short, labels, weights, variant=variant)
    assert found.dtype == torch.float32
    assert found == streaming_anchor_loss(short.float(), labels, weights, variant=variant)


def test_the_loss_under_autocast_is_that_of_float32() -> None:
    logits, labels, weights = batch(torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = streaming_anchor_loss(logits, labels, weights, variant="sa+fl")
    assert found.dtype == torch.float32
    assert found == streaming_anchor_loss(logits, labels, weights, variant="sa+fl")


def test_reductions_agree_with_each_other() -> None:
    logits, labels, weights = batch()
    each = streaming_anchor_loss(logits, labels, weights, reduction="none")
    total = streaming_anchor_loss(logits, labels, weights, reduction="sum")
    mean = streaming_anchor_loss(logits, labels, weights)
    assert each.shape == labels.shape
    torch.testing.assert_close(each.sum(), total)
    torch.testing.assert_close(total / (labels != IGNORE_LABEL).sum(), mean)


def test_labels_may_be_sixteen_bit_as_in_the_manifest() -> None:
    logits, labels, weights = batch()
    found = streaming_anchor_loss(logits, labels.to(torch.int16), weights)
    assert found == streaming_anchor_loss(logits, labels, weights)


def test_cross_entropy_and_focal_loss_need_no_weights() -> None:
    logits, labels, weights = batch()
    for variant in ("ce", "fl"):
        without = streaming_anchor_loss(logits, labels, variant=variant)
        assert without == streaming_anchor_loss(logits, labels, weights, variant=variant)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "sale"}, "'sale'"),
        ({"gamma": -1.0}, "-1.0"),
        ({"gamma": float("nan")}, "nan"),
        ({"lam": -0.5}, "-0.5"),
        ({"reduction": "median"}, "'median'"),
    ],
)
def test_options_out_of_range_are_refused_by_value(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StreamingAnchorLoss(**options)


def test_shapes_that_disagree_are_refused_by_value() -> None:
    logits, labels, weights = batch()
    with pytest.raises(ValueError, match=r"\(3, 6\)"):
        streaming_anchor_loss(logits, labels[:, :6], weights)
    with pytest.raises(ValueError, match=r"\(2, 7\)"):
        streaming_anchor_loss(logits, labels, weights[:2])
    with pytest.raises(ValueError, match=r"\(21, 4\)"):
        streaming_anchor_loss(logits.flatten(0, 1), labels, weights)
    with pytest.raises(ValueError, match="needs weights"):
        streaming_anchor_loss(logits, labels)
    with pytest.raises(ValueError, match=r"valid must have shape \(3, 7\), got \(3, 5\)"):
        streaming_anchor_loss(logits, labels, weights, valid=labels[:, :5] > 0)
    with pytest.raises(ValueError, match="valid must be bool"):
        streaming_anchor_loss(logits, labels, weights, valid=labels)
    with pytest.raises(ValueError, match=r"class_weights must have shape \(4,\), got \(3,\)"):
        streaming_anchor_loss(logits, labels, weights, class_weights=torch.ones(3))


def test_labels_out_of_range_are_refused_by_value() -> None:
    logits, labels, weights = batch()
    labels[0, 0] = 9
    with pytest.raises(ValueError, match="9"):
        streaming_anchor_loss(logits, labels, weights)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_mask_of_valid_frames_is_the_label_to_ignore(variant: str) -> None:
    logits, labels, weights = batch(ignored=False)
    valid = torch.rand(3, 7, generator=torch.Generator().manual_seed(1)) < 0.6
    loss = StreamingAnchorLoss(variant)
    masked = loss(logits, labels, weights, valid=valid)
    assert masked == loss(logits, labels.masked_fill(~valid, IGNORE_LABEL), weights)
    assert masked != loss(logits, labels, weights)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_class_weight_multiplies_the_loss_of_its_frames(variant: str) -> None:
    logits, labels, weights = batch()
    class_weights = torch.tensor([0.5, 2.0, 0.0, 3.0])
    options = {"variant": variant, "reduction": "none"}
    plain = streaming_anchor_loss(logits, labels, weights, **options)
    found = streaming_anchor_loss(logits, labels, weights, class_weights=class_weights, **options)
    for label, class_weight in enumerate(class_weights):
        frames = labels == label
        torch.testing.assert_close(found[frames], class_weight.double() * plain[frames])
    module = StreamingAnchorLoss(variant, class_weights=class_weights)
    torch.testing.assert_close(
        module(logits, labels, weights), found.sum() / (labels != IGNORE_LABEL).sum()
    )


def test_class_weights_move_with_the_module_and_stay_in_its_state() -> None:
    module = StreamingAnchorLoss(class_weights=torch.ones(4)).double()
    assert module.class_weights is not None
    assert module.class_weights.dtype == torch.float64
    assert list(module.state_dict()) == ["class_weights"]
    assert not StreamingAnchorLoss().state_dict()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_one_logit_is_two_classes_of_which_the_background_has_logit_zero(
    variant: str, dtype: torch.dtype
) -> None:
    logits, labels, weights = batch(dtype)
    labels = labels.clamp(max=1)
    one = logits.detach()[..., 0].clone().requires_grad_()
    options = {"gamma": 1.5, "class_weights": torch.tensor([1.0, 3.0])}
    loss = StreamingAnchorLoss(variant, **options)
    found = value_and_gradient(loss, one, labels, weights)
    two = torch.stack((torch.zeros_like(one), one), -1)
    value = loss(two, labels, weights)
    torch.testing.assert_close(found, (value, torch.autograd.grad(value, one)[0]))
    column = one.detach().unsqueeze(-1).requires_grad_()
    assert found[0] == loss(column, labels, weights)


def test_cross_entropy_of_one_logit_is_the_binary_one_of_torch() -> None:
    logits, labels, _ = batch(ignored=False)
    one, labels = logits[..., 0], labels.clamp(max=1)
    torch.testing.assert_close(
        streaming_anchor_loss(one, labels, variant="ce"),
        functional.binary_cross_entropy_with_logits(one, labels.double()),
    )


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_gradients_of_one_logit_agree_with_finite_differences(variant: str, gamma: float) -> None:
    logits, labels, weights = batch()
    one = logits.detach()[..., 0].clone().requires_grad_()
    loss = StreamingAnchorLoss(variant, gamma=gamma)
    assert torch.autograd.gradcheck(lambda x: loss(x, labels.clamp(max=1), weights), (one,))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("gamma", [0.01, 0.5, 2.0])
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_logit_that_is_certain_gives_finite_losses_and_gradients(
    variant: str, gamma: float, dtype: torch.dtype
) -> None:
    nan = float("nan")
    logits = torch.tensor([[1e4, -1e4, 0.0, 40.0, nan], [1e4, -1e4, 1.0, -40.0, nan]], dtype=dtype)
    labels = torch.tensor([[0, 0, 0, 0, -100], [1, 1, 1, 1, -100]])
    loss = StreamingAnchorLoss(variant, gamma=gamma)
    ones = torch.ones(2, 5, dtype=dtype)
    value, gradient = value_and_gradient(loss, logits.requires_grad_(), labels, ones)
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    assert gradient[0, 1] == gradient[1, 0] == 0
    assert not gradient[:, 4].any()


def test_labels_of_one_logit_are_zero_or_one() -> None:
    logits, labels, weights = batch()
    with pytest.raises(ValueError, match=r"\[0, 2\) or -100, got values from 0 to 3"):
        streaming_anchor_loss(logits[..., 0], labels, weights)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_batch_without_frames_gives_zero(variant: str) -> None:
    logits = torch.zeros(2, 0, 4, requires_grad=True)
    labels = torch.zeros(2, 0, dtype=torch.long)
    value, gradient = value_and_gradient(
        StreamingAnchorLoss(variant), logits, labels, torch.zeros(2, 0)
    )
    assert value == 0
    assert gradient.shape == logits.shape


def test_gradients_can_be_taken_twice_from_one_graph() -> None:
    logits, labels, weights = batch()
    value = streaming_anchor_loss(logits, labels, weights, variant="safl")
    first = torch.autograd.grad(value, logits, retain_graph=True)
    assert torch.equal(first[0], torch.autograd.grad(value, logits)[0])


def test_second_derivatives_are_refused_rather_than_wrong() -> None:
    logits, labels, weights = batch()
    value = streaming_anchor_loss(logits, labels, weights)
    with pytest.raises(NotImplementedError, match="no second derivatives"):
        torch.autograd.grad(value, logits, create_graph=True)


def test_weights_may_be_learned() -> None:
    logits, labels, weights = batch()
    weights = weights.requires_grad_()
    assert torch.autograd.gradcheck(lambda w: streaming_anchor_loss(logits, labels, w), (weights,))


def test_the_loss_under_autocast_learns_through_a_sixteen_bit_layer() -> None:
    _, labels, weights = batch()
    layer = torch.nn.Linear(5, 4)
    features = torch.randn(3, 7, 5, generator=torch.Generator().manual_seed(2))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = layer(features)
        value = streaming_anchor_loss(logits, labels, weights, variant="safl")
        value.backward()
    assert logits.dtype == torch.bfloat16
    assert value.dtype == torch.float32
    assert layer.weight.grad is not None
    assert torch.isfinite(layer.weight.grad).all()
    assert layer.weight.grad.any()
