from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sal_anchors.dataset import DataConfig
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.device import autocast, choose_device
from sal_anchors.train.loop import train

CPU = torch.device("cpu")


def test_cpus_stay_in_float32_unless_asked() -> None:
    product = torch.nn.Linear(2, 2)
    for precision, dtype in (
        ("auto", torch.float32),
        ("float32", torch.float32),
        ("bfloat16", torch.bfloat16),
    ):
        with autocast(CPU, precision):
            assert product(torch.ones(1, 2)).dtype == dtype


def test_half_precision_trains_and_keeps_weights_in_float32(
    tones: Manifest, tmp_path: Path
) -> None:
    small = GRUConfig(hidden=8, projection=8)
    runs = []
    for precision in ("float32", "bfloat16"):
        config = TrainConfig(
            epochs=1, data=DataConfig(batch=6), model=small, precision=precision, device="cpu"
        )
        runs.append(load_checkpoint(train(tones, tmp_path / precision, config).run))
    full, half = runs
    weights = half.model.state_dict()
    assert all(weight.dtype == torch.float32 for weight in weights.values())
    assert not torch.equal(weights["head.weight"], full.model.state_dict()["head.weight"])
    assert half.metrics["dev_loss"] == pytest.approx(full.metrics["dev_loss"], rel=0.05)


@pytest.mark.parametrize("name", ["tpu", "cuda:77"])
def test_a_device_that_is_not_there_is_one_clear_error(name: str) -> None:
    with pytest.raises(TrainingError, match=rf"no device '{name}' here.*'auto' or 'cpu'"):
        choose_device(name)
