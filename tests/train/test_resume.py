from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from sal_anchors.dataset import DataConfig
from sal_anchors.errors import CheckpointError, GridMismatchError, TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig, TCNConfig
from sal_anchors.train.checkpoint import FILE_NAME, load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train
from sal_anchors.train.report import EpochReport
from sal_anchors.train.state import STATE_NAME

SMALL = GRUConfig(hidden=8, projection=8, dropout=0.2)
CONFIG = TrainConfig(epochs=4, data=DataConfig(batch=5), model=SMALL, ema=0.9, accumulate=2)


class StopError(Exception):
    pass


def stop_after(epoch: int) -> Any:
    def stop(report: EpochReport) -> None:
        if report.epoch == epoch:
            raise StopError

    return stop


def tensors(run: Path, name: str = STATE_NAME) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(run / name)


def same(one: Path, other: Path) -> bool:
    for name in (STATE_NAME, FILE_NAME):
        first, second = tensors(one, name), tensors(other, name)
        if first.keys() != second.keys():
            return False
        if not all(torch.equal(first[key], second[key]) for key in first):
            return False
    return measures(one) == measures(other)


def measures(run: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def interrupted(manifest: Manifest, run: Path, config: TrainConfig, epoch: int = 2) -> Path:
    with pytest.raises(StopError):
        train(manifest, run, config, progress=stop_after(epoch))
    return run


@pytest.mark.parametrize(
    "change", [{}, {"model": TCNConfig(hidden=8, stacks=1, dilations=(1, 2)), "ema": 0.0}]
)
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(
    change: dict[str, Any], tones: Manifest, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update=change)
    train(tones, tmp_path / "whole", config)
    run = interrupted(tones, tmp_path / "run", config)
    result = train(tones, run, resume=True)
    assert [report.epoch for report in result.history] == [1, 2, 3, 4]
    assert same(run, tmp_path / "whole")


def _train_until_killed(manifest: Path, run: Path, config: TrainConfig) -> None:
    train(Manifest.open(manifest), run, config, resume=True)


def test_a_run_killed_again_and_again_ends_as_the_uninterrupted_one(
    tones: Manifest, tmp_path: Path
) -> None:
    began = time.monotonic()
    train(tones, tmp_path / "whole", CONFIG)
    whole = time.monotonic() - began
    rng = random.Random(0)
    run, kills, context = tmp_path / "run", 0, multiprocessing.get_context("fork")
    for _ in range(100):
        child = context.Process(target=_train_until_killed, args=(tones.path, run, CONFIG))
        child.start()
        child.join(rng.uniform(0.1, 0.8) * whole)
        if not child.is_alive():
            break
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        kills += 1
        assert not (run / FILE_NAME).exists() or load_checkpoint(run).epoch >= 1
    assert kills
    assert child.exitcode == 0
    assert same(run, tmp_path / "whole")


def test_a_finished_run_is_left_as_it_is(tones: Manifest, tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"epochs": 1})
    first = train(tones, tmp_path, config)
    state = (tmp_path / STATE_NAME).read_bytes()
    again = train(tones, tmp_path, config, resume=True)
    assert again.history == first.history
    assert (tmp_path / STATE_NAME).read_bytes() == state


def test_a_run_that_is_there_is_neither_replaced_nor_resumed_unasked(
    tones: Manifest, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"epochs": 1})
    train(tones, tmp_path, config)
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(TrainingError, match=r"a run in this folder already.*--resume.*--overwrite"):
        train(tones, tmp_path, config)
    with pytest.raises(TrainingError, match="one of the two"):
        train(tones, tmp_path, config, resume=True, overwrite=True)
    assert (tmp_path / FILE_NAME).read_bytes() == before
    other = config.model_copy(update={"seed": 5})
    train(tones, tmp_path, other, overwrite=True)
    assert load_checkpoint(tmp_path).config.seed == 5
    assert len(measures(tmp_path)) == 1


def test_overwriting_keeps_the_old_checkpoint_until_there_is_a_new_one(
    tones: Manifest, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"epochs": 1})
    train(tones, tmp_path, config)
    before = (tmp_path / FILE_NAME).read_bytes()
    bad = config.model_copy(update={"learning_rate": 1e30, "clip_norm": 1e30, "epochs": 3})
    with pytest.raises(TrainingError, match="is as it was before"):
        train(tones, tmp_path, bad, overwrite=True)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_another_configuration_is_refused_by_the_names_of_its_keys(
    tones: Manifest, tmp_path: Path
) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 1)
    before = (run / STATE_NAME).read_bytes()
    update = {"learning_rate": 0.5, "model": SMALL.model_copy(update={"hidden": 9})}
    message = r"model\.hidden was 8, is now 9; learning_rate was 0\.006, is now 0\.5"
    with pytest.raises(TrainingError, match=message):
        train(tones, run, CONFIG.model_copy(update=update), resume=True)
    assert (run / STATE_NAME).read_bytes() == before


def test_another_manifest_is_refused(tones: Manifest, tone_manifest: Any, tmp_path: Path) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 1)
    with pytest.raises(GridMismatchError, match=r"hop \(160, 320\)"):
        train(tone_manifest(hop=320), run, resume=True)
    with pytest.raises(TrainingError, match="not the one that the run began with"):
        train(tone_manifest(train=14), run, resume=True)


def test_the_same_manifest_elsewhere_is_the_same(
    tones: Manifest, tone_manifest: Any, tmp_path: Path
) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 3)
    assert len(train(tone_manifest(), run, resume=True).history) == 4


def test_a_checkpoint_without_a_state_cannot_be_resumed(tones: Manifest, tmp_path: Path) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 1)
    (run / STATE_NAME).unlink()
    with pytest.raises(TrainingError, match=r"no state\.safetensors to go on from"):
        train(tones, run, resume=True)


def test_a_damaged_state_is_one_clear_error(tones: Manifest, tmp_path: Path) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 1)
    content = (run / STATE_NAME).read_bytes()
    (run / STATE_NAME).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="not a readable safetensors file"):
        train(tones, run, resume=True)


def test_a_state_of_another_version_names_both(tones: Manifest, tmp_path: Path) -> None:
    run = interrupted(tones, tmp_path / "run", CONFIG, 1)
    with safetensors.safe_open(run / STATE_NAME, framework="pt") as file:
        header = json.loads(file.metadata()["sal_anchors"])
    header |= {"format_version": 9, "tool_version": "7.0"}
    metadata = {"sal_anchors": json.dumps(header)}
    safetensors.torch.save_file(tensors(run), run / STATE_NAME, metadata=metadata)
    with pytest.raises(CheckpointError, match=r"format 9, .* reads format 1.*7\.0"):
        train(tones, run, resume=True)
