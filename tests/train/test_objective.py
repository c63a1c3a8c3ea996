from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.errors import TrainingError
from sal_anchors.loss import VARIANTS, max_pooling_loss, streaming_anchor_loss
from sal_anchors.train.config import LossConfig
from sal_anchors.train.objective import Objective

CLASSES = ("background", "up", "down")
Frames = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def frames(seed: int, streams: int = 3, length: int = 40) -> Frames:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(streams, length, 3, generator=generator, dtype=torch.float64)
    runs = torch.randint(-1, 3, (streams, length // 5), generator=generator)
    labels = runs.repeat_interleave(5, 1)
    weights = 1 + torch.rand(streams, length, generator=generator, dtype=torch.float64)
    return logits, labels.where(labels >= 0, -100), weights


@given(st.sampled_from(VARIANTS), st.integers(0, 1000))
def test_the_sum_by_the_count_is_the_librarys_mean(variant: str, seed: int) -> None:
    logits, labels, weights = frames(seed)
    objective = Objective(LossConfig(variant=variant, gamma=1.5, lam=0.5), CLASSES)
    mean = streaming_anchor_loss(logits, labels, weights, variant=variant, gamma=1.5, lam=0.5)
    found = objective.sum(logits, labels, weights) / max(1, objective.count(labels))
    assert found.item() == pytest.approx(mean.item(), rel=1e-9)


@given(st.integers(0, 1000))
def test_max_pooling_counts_background_frames_and_events(seed: int) -> None:
    logits, labels, weights = frames(seed)
    objective = Objective(LossConfig(variant="maxpool"), CLASSES)
    found = objective.sum(logits, labels, weights) / max(1, objective.count(labels))
    assert found.item() == pytest.approx(max_pooling_loss(logits, labels).item(), rel=1e-9)


@pytest.mark.parametrize("variant", [*VARIANTS, "maxpool"])
def test_parts_of_a_batch_add_up_to_the_whole(variant: str) -> None:
    logits, labels, weights = frames(7, streams=4)
    objective = Objective(LossConfig(variant=variant), CLASSES)
    whole = objective.sum(logits, labels, weights)
    parts = [objective.sum(logits[s], labels[s], weights[s]) for s in (slice(1), slice(1, 4))]
    assert sum(parts).item() == pytest.approx(whole.item())
    assert objective.count(labels[:1]) + objective.count(labels[1:]) == objective.count(labels)


@pytest.mark.parametrize("variant", ["ce", "maxpool"])
def test_a_class_weight_scales_the_frames_of_its_class(variant: str) -> None:
    logits, _, weights = frames(3)
    labels = torch.full(weights.shape, 2)
    plain = Objective(LossConfig(variant=variant), CLASSES).sum(logits, labels, weights)
    heavy = LossConfig(variant=variant, class_weights={"down": 3.0})
    assert Objective(heavy, CLASSES).sum(logits, labels, weights) == pytest.approx(3 * plain)


def test_a_weight_for_an_unknown_class_names_the_known_ones() -> None:
    with pytest.raises(TrainingError, match=r"'left'.*background, up, down"):
        Objective(LossConfig(class_weights={"left": 2.0}), CLASSES)
