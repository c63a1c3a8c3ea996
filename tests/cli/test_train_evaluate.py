from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest

main = pytest.importorskip("sal_anchors_cli.main")


def test_train_writes_a_run_beside_the_manifest_and_says_where(tones: Manifest) -> None:
    result = CliRunner().invoke(
        main.app, ["train", str(tones.path), "--epochs", "1", "--hidden", "8", "--loss", "safl"]
    )
    assert result.exit_code == 0, result.output
    run = tones.path.with_suffix(".run")
    assert (run / "checkpoint.safetensors").is_file()
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 1
    assert "tones.run/checkpoint.safetensors" in result.stdout


def test_an_unknown_loss_names_the_nearest(tones: Manifest) -> None:
    result = CliRunner().invoke(main.app, ["train", str(tones.path), "--loss", "sale"])
    assert isinstance(result.exception, TrainingError)
    assert "unknown 'sale', the nearest is sal" in str(result.exception)


def test_every_network_can_be_chosen_and_says_what_it_costs(
    tones: Manifest, tmp_path: Path
) -> None:
    options = ["--epochs", "1", "--hidden", "8", "--stride", "2", "--look-ahead", "1"]
    run = ["--model", "tcn", "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(main.app, ["train", str(tones.path), *options, *run])
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "tcn: " in said
    assert "parameters" in said
    assert "look-ahead 1 frames (10 ms), delay 3 frames (30 ms)" in said


def test_an_unknown_network_lists_the_known(tones: Manifest) -> None:
    result = CliRunner().invoke(main.app, ["train", str(tones.path), "--model", "transformer"])
    assert isinstance(result.exception, TrainingError)
    assert "bcresnet" in str(result.exception)
