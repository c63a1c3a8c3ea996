from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sal_anchors.dataset import Batch, DataConfig
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import LossConfig, TrainConfig
from sal_anchors.train.config_text import config_text
from sal_anchors.train.loop import train
from sal_anchors.train.objective import Objective
from sal_anchors.train.processes import Processes
from sal_anchors.train.requirements import require_data
from sal_anchors.train.steps import steps

CONFIG = TrainConfig(
    epochs=1,
    data=DataConfig(batch=3),
    model=GRUConfig(hidden=8, projection=8, dropout=0.0),
    device="cpu",
)
CPU = torch.device("cpu")


def torchrun(processes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return subprocess.run(
        [sys.executable, *command, "-m", "sal_anchors_cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("rows", [13])
def test_two_processes_are_one_with_the_doubled_batch(
    rows: int, tone_manifest: Callable[..., Manifest], tmp_path: Path
) -> None:
    """Thirteen recordings: in the last step one process has nothing left."""
    manifest = tone_manifest(train=rows, dev=2, test=0)
    (tmp_path / "train.toml").write_text(config_text(CONFIG))
    run = ["--config", str(tmp_path / "train.toml"), "--out", str(tmp_path / "two")]
    done = torchrun(2, "train", str(manifest.path), *run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("checkpoint: ") == 1
    doubled = CONFIG.model_copy(update={"data": DataConfig(batch=6)})
    train(manifest, tmp_path / "one", doubled)
    two, one = (load_checkpoint(tmp_path / name) for name in ("two", "one"))
    assert two.epoch == one.epoch
    assert two.provenance.processes == 2
    for name, weight in one.model.state_dict().items():
        torch.testing.assert_close(two.model.state_dict()[name], weight, rtol=1e-4, atol=1e-5)
    for name, measure in one.metrics.items():
        assert two.metrics[name] == pytest.approx(measure, rel=1e-4)


@pytest.mark.parametrize("variant", ["sal", "maxpool"])
def test_accumulated_batches_are_one_large_batch(
    variant: str, tones: Manifest, tmp_path: Path
) -> None:
    update = {"loss": LossConfig(variant=variant), "data": DataConfig(batch=12)}
    whole = CONFIG.model_copy(update=update)
    parts = whole.model_copy(update={"data": DataConfig(batch=4), "accumulate": 3})
    runs = [train(tones, tmp_path / str(n), config).run for n, config in enumerate((whole, parts))]
    one, other = (load_checkpoint(run).model.state_dict() for run in runs)
    for name, weight in one.items():
        torch.testing.assert_close(other[name], weight, rtol=1e-4, atol=1e-5)


def batch(labels: list[int]) -> Batch:
    shape = (1, len(labels))
    return Batch(torch.zeros(*shape, 4), torch.tensor([labels]), torch.ones(shape))


def test_a_step_counts_the_valid_frames_of_all_its_batches() -> None:
    batches = iter([batch([0, 1, -100]), batch([0, 0]), batch([-100, -100])])
    objective = Objective(LossConfig(), ("background", "up"))
    found = list(steps(batches, 2, objective, Processes(0, 1, CPU)))
    assert [(len(step.batches), step.count) for step in found] == [(2, 4), (1, 1)]


def test_more_processes_than_recordings_are_refused(tones: Manifest) -> None:
    with pytest.raises(TrainingError, match=r"12 recordings .* for 13 processes"):
        require_data(tones, TrainConfig(), processes=13)
