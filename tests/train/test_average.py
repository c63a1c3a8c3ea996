from __future__ import annotations

import pytest
import torch
from torch import nn

from sal_anchors.train.average import moving_average


def test_it_begins_with_the_first_weights_and_follows_with_the_decay() -> None:
    model = nn.Linear(1, 1, bias=False)
    average = moving_average(model, 0.5)
    expected = None
    for step in range(30):
        value = float(step**2)
        with torch.no_grad():
            model.weight.fill_(value)
        average.update_parameters(model)
        if expected is None:
            expected = value
        else:
            decay = min(0.5, (1 + step) / (10 + step))
            expected = decay * expected + (1 - decay) * value
        assert average.module.weight.item() == pytest.approx(expected, rel=1e-5)


def test_statistics_of_batch_normalisation_are_averaged_and_counters_copied() -> None:
    model = nn.BatchNorm1d(2)
    average = moving_average(model, 0.9)
    for scale in (1.0, 10.0, 100.0):
        model(scale * torch.randn(16, 2))
        average.update_parameters(model)
    assert (average.module.running_var < model.running_var).all()
    assert average.module.num_batches_tracked == 3


def test_it_can_be_saved_and_restored() -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 2)
    first, second = moving_average(model, 0.9), moving_average(model, 0.9)
    first.update_parameters(model)
    second.load_state_dict(first.state_dict())
    with torch.no_grad():
        model.weight.add_(1)
    first.update_parameters(model)
    second.update_parameters(model)
    assert torch.equal(first.module.weight, second.module.weight)
    assert not torch.equal(first.module.weight, model.weight)
