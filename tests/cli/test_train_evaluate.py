from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sal_anchors.errors import CheckpointError
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


def test_evaluate_prints_rates_latency_and_what_they_rest_on(
    tones: Manifest, tone_run: Path
) -> None:
    result = CliRunner().invoke(main.app, ["evaluate", str(tone_run), str(tones.path)])
    assert result.exit_code == 0, result.output
    assert "up: 3 positives, 0.002 h of negatives" in result.stdout
    assert "0 of 3" in result.stdout
    assert "too few to resolve 0.5, 1, 5 FA/h" in " ".join(result.stdout.split())


def test_evaluate_as_json_is_only_json_on_stdout(tones: Manifest, tone_run: Path) -> None:
    result = CliRunner().invoke(main.app, ["evaluate", str(tone_run), str(tones.path), "--json"])
    report = json.loads(result.stdout)
    assert report["overall"]["positives"] == 3
    assert report["overall"]["operating_points"][0]["misses"] == 0


def test_an_unknown_loss_is_a_usage_error_that_lists_the_known(tones: Manifest) -> None:
    result = CliRunner().invoke(main.app, ["train", str(tones.path), "--loss", "sale"])
    assert result.exit_code == 2
    assert "sa+fl" in result.output


def test_a_missing_run_is_the_librarys_error(tones: Manifest, tmp_path: Path) -> None:
    result = CliRunner().invoke(main.app, ["evaluate", str(tmp_path), str(tones.path)])
    assert isinstance(result.exception, CheckpointError)


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


def test_an_unknown_network_is_a_usage_error_that_lists_the_known(tones: Manifest) -> None:
    result = CliRunner().invoke(main.app, ["train", str(tones.path), "--model", "transformer"])
    assert result.exit_code == 2
    assert "bcresnet" in result.output
