from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sal_anchors.errors import SalAnchorsError
from sal_anchors.experiment.job import Job, jobs_of
from sal_anchors.experiment.plan import short_plan
from sal_anchors.experiment.plan_file import plan_of
from sal_anchors.experiment.record import Stage, standing
from sal_anchors.experiment.work import carry_out
from sal_anchors.manifest import Manifest

main = pytest.importorskip("sal_anchors_cli.main")

COMMAND = Path(sys.executable).with_name("sal-anchors")
SETTINGS = ["model.hidden=8", "model.projection=8", "data.batch=3", "epochs=4"]
SET = [word for setting in SETTINGS for word in ("--set", setting)]
GIVEN = ["--losses", "ce,sal", "--models", "gru", "--seeds", "1", *SET]


def refused(manifest: Manifest, *arguments: object) -> SalAnchorsError:
    words = ["compare", str(manifest.path), *map(str, arguments)]
    result = CliRunner().invoke(main.app, words)
    assert isinstance(result.exception, SalAnchorsError), result.output
    return result.exception


def jobs(manifest: Manifest, out: Path) -> tuple[Job, ...]:
    plan = plan_of({**short_plan(["ce", "sal"], ["gru"], 1), "set": SETTINGS})
    return jobs_of(plan, manifest, out)


def test_a_killed_comparison_leaves_no_process_and_the_same_command_goes_on(
    tones: Manifest, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ce, sal = jobs(tones, out)
    carry_out(ce)
    command = [COMMAND, "compare", tones.path, *GIVEN, "-o", out]
    killed = subprocess.Popen(command, stderr=subprocess.PIPE)
    rows, deadline = sal.folder / "metrics.jsonl", time.monotonic() + 60
    while not (rows.exists() and rows.read_text()):
        assert time.monotonic() < deadline and killed.poll() is None
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    stopped = rows.read_text()
    time.sleep(2)  # an epoch takes a tenth of that
    assert rows.read_text() == stopped
    assert standing(sal).stage is Stage.BEGUN

    carry_out(sal)
    result = CliRunner().invoke(main.app, list(map(str, command[1:])))
    assert result.exit_code == 0, (result.output, result.exception)
    assert "2 runs: 2 finished, 0 to go on with, 0 to begin" in result.stderr
    assert "3 positives" in result.stdout and "h of negatives" in result.stdout
    assert "With a single seed" in result.stdout
    assert (out / "comparison.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--losses", "ce,sall"], r"'gru' with 'sall': loss\.variant"),
        (["--models", "gru,lstn"], r"'lstn' with 'ce': .*nearest is lstm"),
        (["--losses", "ce,fl", "--reference", "sal"], "there is no arm 'sal'"),
        (["--set", "epoch=3"], "unknown key, the nearest is epochs"),
        (["--plan", "absent.toml"], "there is no such plan"),
        (["--target", "1", "--target", "1"], "targets: 1.0 is there twice"),
    ],
)
def test_mistakes_are_said_before_anything_is_written(
    arguments: list[str], message: str, tones: Manifest, tmp_path: Path
) -> None:
    error = refused(tones, *arguments, "-o", tmp_path / "out")
    assert re.search(message, str(error)), str(error)
    assert not (tmp_path / "out").exists()


def test_a_plan_and_losses_together_are_refused(tones: Manifest, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('[[arms]]\nname = "a"\n')
    words = ["compare", str(tones.path), "--plan", str(tmp_path / "plan.toml"), "--losses", "ce"]
    result = CliRunner().invoke(main.app, words)
    assert result.exit_code == 2
    assert "give one of both" in " ".join(result.output.split())
