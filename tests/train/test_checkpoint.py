from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors
import safetensors.torch
import torch

from sal_anchors.errors import CheckpointError
from sal_anchors.manifest import Manifest
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.checkpoint import FILE_NAME, load_checkpoint, save_checkpoint
from sal_anchors.train.provenance import manifest_hash


def rewritten(run: Path, folder: Path, **changes: object) -> Path:
    """A copy of the run's checkpoint with another header."""
    with safetensors.safe_open(run / FILE_NAME, framework="pt") as file:
        header = json.loads(file.metadata()["sal_anchors"]) | changes
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    path = folder / FILE_NAME
    safetensors.torch.save_file(weights, path, metadata={"sal_anchors": json.dumps(header)})
    return path


def test_a_checkpoint_holds_all_that_is_needed_to_use_it(tones: Manifest, tone_run: Path) -> None:
    checkpoint = load_checkpoint(tone_run)
    assert checkpoint.recipe == tones.recipe
    assert checkpoint.grid == tones.grid
    assert checkpoint.classes == ("background", "up")
    assert checkpoint.config.data.batch == 2
    assert not checkpoint.model.training


def test_saving_what_was_loaded_changes_nothing(tone_run: Path, tmp_path: Path) -> None:
    first = load_checkpoint(tone_run / FILE_NAME)
    save_checkpoint(first, tmp_path / FILE_NAME)
    again = load_checkpoint(tmp_path)
    assert (again.config, again.metrics, again.epoch) == (first.config, first.metrics, first.epoch)
    weights = again.model.state_dict()
    assert all(torch.equal(w, weights[n]) for n, w in first.model.state_dict().items())
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_missing_checkpoint_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no checkpoint.*sal-anchors train"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not safetensors", b"\xff" * 64])
def test_a_damaged_file_is_one_clear_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(CheckpointError, match=FILE_NAME):
        load_checkpoint(tmp_path)


def test_a_file_cut_short_is_one_clear_error(tone_run: Path, tmp_path: Path) -> None:
    content = (tone_run / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="not a readable safetensors file"):
        load_checkpoint(tmp_path)


def test_another_version_names_both_and_the_tool_that_wrote_it(
    tone_run: Path, tmp_path: Path
) -> None:
    rewritten(tone_run, tmp_path, format_version=4, tool_version="9.1")
    with pytest.raises(CheckpointError, match=r"format 4.*reads format 3.*9\.1"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ["background", "up", "down"]}, "disagree"),
        ({"classes": 3}, "classes"),
        ({"surprise": 1}, "surprise"),
        ({"grid": {**FrameGrid().to_dict(), "hop": -1}}, "hop"),
        ({"config": {"model": {"hidden": 10**9}}}, "hidden"),
    ],
)
def test_a_header_that_does_not_hold_is_named(
    changes: dict[str, object], message: str, tone_run: Path, tmp_path: Path
) -> None:
    rewritten(tone_run, tmp_path, **changes)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(tmp_path)


def test_a_strangers_safetensors_file_is_no_checkpoint(tmp_path: Path) -> None:
    safetensors.torch.save_file({"w": torch.zeros(2)}, tmp_path / FILE_NAME)
    with pytest.raises(CheckpointError, match="sal-anchors train wrote"):
        load_checkpoint(tmp_path)


def test_a_failed_write_leaves_the_old_checkpoint(
    tone_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = load_checkpoint(tone_run)
    save_checkpoint(checkpoint, tmp_path / FILE_NAME)
    before = (tmp_path / FILE_NAME).read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CheckpointError, match="No space left"):
        save_checkpoint(checkpoint, tmp_path / FILE_NAME)
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_checkpoint_says_what_it_was_trained_on_and_with(tones: Manifest, tone_run: Path) -> None:
    found = load_checkpoint(tone_run).provenance
    assert found.torch_version == torch.__version__
    assert (found.manifest, found.engine, found.processes) == ("tones.anchors", "truth 0", 1)
    assert found.manifest_hash == manifest_hash(tones)
    assert (found.train.recordings, found.train.anchors) == (12, {"up": 6})
    assert found.dev.seconds == 4 * 1.5
