"""``sal-anchors doctor`` on this machine, where everything that is needed is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def _doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("sal-anchors"), "doctor", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )


def test_the_default_engine_and_the_trainer_are_ready_and_lines_fit() -> None:
    answer = _doctor()
    assert answer.returncode == 0, answer.stdout
    for part in ("python", "pocketsphinx", "torch", "pyarrow", "mfa", "viter", "ctc", "ffmpeg"):
        assert f"  {part} " in answer.stdout
    assert "The default engine and the trainer can run." in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


def test_json_holds_the_same() -> None:
    answer = _doctor("--json", "--mfa-command", "no-such-program mfa")
    values = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert values["ready"] is True
    (mfa,) = [engine for engine in values["engines"] if engine["name"] == "mfa"]
    assert "no-such-program" in mfa["advice"]
