from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sal_anchors.dataset import DataConfig
from sal_anchors.errors import CheckpointError, DataError, SalAnchorsError, TrainingError
from sal_anchors.manifest import Manifest, write_manifest
from sal_anchors.manifest.header import counts_of
from sal_anchors.models import GRUConfig
from sal_anchors.train.checkpoint import FILE_NAME, load_checkpoint
from sal_anchors.train.config import LossConfig, TrainConfig
from sal_anchors.train.loop import train
from sal_anchors.train.report import EpochReport

QUICK = TrainConfig(
    epochs=3, data=DataConfig(batch=6), model=GRUConfig(hidden=8, projection=8), device="cpu"
)
Hook = Callable[[EpochReport], None]


@pytest.fixture
def copied(tones: Manifest, tmp_path: Path) -> Manifest:
    """The tones in a folder of their own, to be spoiled."""
    shutil.copytree(tones.path.parent, tmp_path / "corpus")
    return Manifest.open(tmp_path / "corpus" / tones.path.name)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs root to mount a small file system")
    options = ["-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


def fails_after_epoch(
    first: Hook, error: type[SalAnchorsError], message: str, manifest: Manifest, run: Path
) -> None:
    """Training fails after its first epoch, with that epoch's checkpoint as it was."""
    kept: list[bytes] = []

    def spoil(report: EpochReport) -> None:
        if report.epoch == 1:
            kept.append((run / FILE_NAME).read_bytes())
            first(report)

    with pytest.raises(error, match=message):
        train(manifest, run, QUICK, progress=spoil)
    assert (run / FILE_NAME).read_bytes() == kept[0]
    assert load_checkpoint(run).epoch == 1
    assert not list(run.glob(".*.tmp"))


def test_audio_that_vanishes_is_named_and_the_run_can_go_on(copied: Manifest) -> None:
    run, lost = copied.path.parent / "run", copied.path.parent / "train-003.wav"
    content = lost.read_bytes()
    fails_after_epoch(lambda _: lost.unlink(), DataError, r"train-003\.wav", copied, run)
    lost.write_bytes(content)
    assert len(train(copied, run, resume=True).history) == 3


def test_a_full_disk_is_said_and_the_run_can_go_on(tones: Manifest, small_disk: Path) -> None:
    run, filler = small_disk / "run", small_disk / "filler"

    def fill(report: EpochReport) -> None:
        with pytest.raises(OSError, match="No space left"), filler.open("wb") as file:
            while True:
                file.write(bytes(1024))
                file.flush()

    fails_after_epoch(fill, CheckpointError, "No space left on device.*--resume", tones, run)
    filler.unlink()
    assert len(train(tones, run, resume=True).history) == 3


def test_a_class_weight_for_no_class_is_said_before_anything_is_written(
    tones: Manifest, tmp_path: Path
) -> None:
    config = QUICK.model_copy(update={"loss": LossConfig(class_weights={"left": 2.0})})
    with pytest.raises(TrainingError, match=r"'left'.*background, up"):
        train(tones, tmp_path / "run", config)
    assert not (tmp_path / "run").exists()


def test_patience_needs_anchors_to_wait_for(
    tone_manifest: Callable[..., Manifest], tmp_path: Path
) -> None:
    manifest = tone_manifest(train=2, dev=1, test=0)
    silent = dataclasses.replace(next(manifest.rows("dev")), events=(), anchors=())
    rows = [*manifest.rows("train"), silent]
    header = manifest.header
    write_manifest(
        tmp_path / "silent.anchors",
        rows,
        lambda parts, tally: dataclasses.replace(header, parts=parts, counts=counts_of(tally)),
    )
    silent_dev = Manifest.open(tmp_path / "silent.anchors", audio_root=manifest.audio_root)
    config = QUICK.model_copy(update={"patience": 1, "epochs": 1})
    with pytest.raises(TrainingError, match="no anchor in the split 'dev'"):
        train(silent_dev, tmp_path / "run", config)
    never = config.model_copy(update={"patience": None})
    assert train(silent_dev, tmp_path / "run", never).best.dev_average_precision is None


def test_training_stops_when_the_measure_no_longer_rises(tones: Manifest, tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"patience": 2, "epochs": 60, "learning_rate": 1e-9})
    result = train(tones, tmp_path / "run", config)
    assert result.stopped_early
    history = [report.events("average_precision") for report in result.history]
    assert max(history[-2:]) <= max(history[:-2])
    again = train(tones, tmp_path / "run", config, resume=True)
    assert len(again.history) == len(history)
