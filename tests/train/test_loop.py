from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.dataset import DataConfig
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import LossConfig, TrainConfig
from sal_anchors.train.loop import EpochReport, train

Maker = Callable[..., Manifest]
QUICK = TrainConfig(epochs=2, data=DataConfig(batch=3), model=GRUConfig(hidden=8, projection=8))


def test_the_detector_learns_the_tones(tone_run: Path) -> None:
    metrics = load_checkpoint(tone_run).metrics
    assert metrics["dev_average_precision"] == 1.0


def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    tones: Manifest, tmp_path: Path
) -> None:
    runs = [
        load_checkpoint(train(tones, tmp_path / name, QUICK.model_copy(update=update)).run)
        for name, update in (("a", {}), ("b", {}), ("c", {"seed": 1}))
    ]
    first, same, other = (run.model.state_dict() for run in runs)
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_metrics_have_a_row_an_epoch_and_the_checkpoint_is_the_best(
    tones: Manifest, tmp_path: Path
) -> None:
    seen: list[EpochReport] = []
    result = train(
        tones, tmp_path / "run", QUICK.model_copy(update={"epochs": 4}), progress=seen.append
    )
    rows = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4] == [report.epoch for report in seen]
    best = max(rows, key=lambda row: (row["dev_average_precision"], -row["dev_loss"]))
    assert best["epoch"] == result.best.epoch == load_checkpoint(result.run).epoch
    assert load_checkpoint(result.run).metrics["dev_loss"] == best["dev_loss"]


def test_only_every_third_epoch_and_the_last_are_validated(tones: Manifest, tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"epochs": 4, "validate_every": 3})
    result = train(tones, tmp_path / "run", config)
    assert [one.dev_loss is None for one in result.history] == [True, True, False, False]
    assert result.best.epoch in (3, 4)
    whole = train(tones, tmp_path / "whole", config.model_copy(update={"validate_every": 1}))
    losses = [[one.train_loss for one in found.history] for found in (result, whole)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("variant", ["ce", "fl", "sa+fl", "safl"])
def test_every_loss_trains(variant: str, tones: Manifest, tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"loss": LossConfig(variant=variant), "epochs": 1})
    assert train(tones, tmp_path, config).best.train_loss > 0


def test_a_loss_that_is_no_number_stops_training_and_keeps_the_checkpoint(
    tones: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(report: EpochReport) -> None:
        with torch.no_grad():
            for parameter in parameters:
                parameter.fill_(float("nan"))

    from sal_anchors.train import loop

    parameters: list[torch.Tensor] = []
    build = loop.build_model

    def remember(*arguments: object) -> object:
        model = build(*arguments)
        parameters.extend(model.parameters())
        return model

    monkeypatch.setattr(loop, "build_model", remember)
    with pytest.raises(TrainingError, match=r"nan in epoch 2.*lower learning rate"):
        train(tones, tmp_path, QUICK, progress=spoil)
    kept = load_checkpoint(tmp_path)
    assert kept.epoch == 1
    assert all(torch.isfinite(weight).all() for weight in kept.model.state_dict().values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train": 0}, "no usable recording in the split 'train'"),
        ({"dev": 0}, r"split 'dev'.*Give some recordings"),
        ({"positive": False}, "class 'up' has no anchor in the split 'train'"),
        ({"recipe": Recipe()}, "no class besides the background"),
    ],
)
def test_what_cannot_be_trained_on_is_said_before_anything_is_written(
    options: dict[str, object], message: str, tone_manifest: Maker, tmp_path: Path
) -> None:
    manifest = tone_manifest(**{"train": 2, "dev": 2, "test": 0, **options})
    with pytest.raises(TrainingError, match=message):
        train(manifest, tmp_path / "run", QUICK)
    assert not (tmp_path / "run").exists()


def test_a_run_folder_that_is_a_file_is_refused(tones: Manifest, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(TrainingError, match="--out"):
        train(tones, tmp_path / "run", QUICK)
    assert (tmp_path / "run").read_text() == "mine"
