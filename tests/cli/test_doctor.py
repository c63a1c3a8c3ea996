"""``sal-anchors doctor`` on this machine, where everything is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sal_anchors.doctor import examine


def test_the_default_engine_and_the_trainer_are_ready() -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("sal-anchors"), "doctor"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    for part in ("python", "pocketsphinx", "torch", "pyarrow", "montreal-forced-aligner"):
        assert part in answer.stdout
    assert "not needed" in answer.stdout or "This version does" in answer.stdout


def test_every_part_has_a_version_or_says_what_to_do() -> None:
    checks = {check.name: check for check in examine()}
    assert checks["pocketsphinx"].version.startswith("5.")
    for check in checks.values():
        assert check.ready or check.advice
        assert check.version or not check.ready
    assert not checks["montreal-forced-aligner"].required
