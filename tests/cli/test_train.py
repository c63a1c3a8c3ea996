from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sal_anchors.dataset import DataConfig
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train

main = pytest.importorskip("sal_anchors_cli.main")

QUICK = ["--epochs", "1", "--hidden", "8", "--set", "data.batch=6"]


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(main.app, ["train", *arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(main.app, ["train", *arguments])
    assert isinstance(result.exception, TrainingError), result.output
    return str(result.exception)


def test_the_configuration_that_is_printed_is_the_one_that_is_given(tmp_path: Path) -> None:
    given = ["--loss", "ce", "--model", "tcn", "--set", "model.kernel=3", "--epochs", "7"]
    (tmp_path / "train.toml").write_text(invoke("--print-config", *given))
    printed = invoke("--print-config", "--config", str(tmp_path / "train.toml"), "--seed", "3")
    config = tomllib.loads(printed)
    assert config["loss"]["variant"] == "ce"
    assert (config["model"]["kind"], config["model"]["kernel"]) == ("tcn", 3)
    assert (config["epochs"], config["seed"]) == (7, 3)


def test_a_file_is_outdone_by_options_and_these_by_set(tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text("epochs = 5\nseed = 5\nclip_norm = 5\n")
    given = ["--config", str(tmp_path / "train.toml"), "--epochs", "6", "--seed", "6"]
    config = tomllib.loads(invoke("--print-config", *given, "--set", "seed=7"))
    assert (config["clip_norm"], config["epochs"], config["seed"]) == (5, 6, 7)


def test_a_mistake_in_a_file_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text("[loss]\ngama = 2\n")
    said = refused("--print-config", "--config", str(tmp_path / "train.toml"))
    assert "train.toml: loss.gama: unknown key, the nearest is gamma" in said


def test_a_run_has_all_its_files_and_repeats_from_its_configuration(
    tones: Manifest, tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    run, again = tmp_path / "run", tmp_path / "again"
    said = invoke(str(tones.path), *QUICK, "--out", str(run), "--tensorboard")
    names = {path.name for path in run.iterdir()}
    files = {"checkpoint.safetensors", "state.safetensors", "metrics.jsonl", "config.toml"}
    assert names == files | {"curves.png", "posteriors.png", "tensorboard"}
    assert next((run / "tensorboard").iterdir()).stat().st_size > 0
    assert f"plot: {run}/curves.png" in said
    invoke(str(tones.path), "--config", str(run / "config.toml"), "--out", str(again))
    one, other = (path / "checkpoint.safetensors" for path in (run, again))
    assert one.read_bytes() == other.read_bytes()


def test_a_second_run_needs_to_be_told_what_to_do(tones: Manifest, tmp_path: Path) -> None:
    given = [str(tones.path), "--out", str(tmp_path / "run")]
    small = TrainConfig(epochs=1, data=DataConfig(batch=6), model=GRUConfig(hidden=8))
    train(tones, tmp_path / "run", small)
    assert "--resume" in refused(*given, *QUICK)
    said = refused(*given, "--resume", "--set", "seed=4")
    assert "another configuration: seed was 0, is now 4." in said
    invoke(*given, *QUICK, "--overwrite", "--seed", "4")


def test_without_a_manifest_it_is_a_usage_error() -> None:
    result = CliRunner().invoke(main.app, ["train"])
    assert result.exit_code == 2
    assert "MANIFEST" in result.output


def _command(*arguments: str) -> None:
    sys.stderr = sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    sys.argv = ["sal-anchors", "train", *arguments]
    main.main()


def test_an_interrupted_run_exits_with_130_and_can_be_resumed(
    tones: Manifest, tmp_path: Path
) -> None:
    given = [str(tones.path), "--out", str(tmp_path)]
    arguments = (*given, *QUICK, "--epochs", "10000")
    child = multiprocessing.get_context("fork").Process(target=_command, args=arguments)
    child.start()
    state, began = tmp_path / "state.safetensors", time.monotonic()
    while not state.exists() and time.monotonic() < began + 60:
        time.sleep(0.02)
    os.kill(child.pid or 0, signal.SIGINT)
    child.join(60)
    assert child.exitcode == 130
    assert (tmp_path / "checkpoint.safetensors").exists()
    assert "epochs was 10000, is now 2" in refused(*given, "--resume", "--epochs", "2")
