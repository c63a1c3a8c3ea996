"""The command line as a whole: quick to start, and clear when it cannot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sal_anchors import __version__

COMMAND = Path(sys.executable).with_name("sal-anchors")
HEAVY = ("torch", "pyarrow", "pocketsphinx", "numpy", "pydantic", "textual", "matplotlib")


def test_no_heavy_package_is_loaded_at_the_start() -> None:
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import sal_anchors_cli.main"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = re.findall(r"\|\s+([\w.]+)$", answer.stderr, re.MULTILINE)
    assert "sal_anchors_cli.main" in loaded
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []


def _cpu_seconds(*command: str) -> float:
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL); u = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(u.ru_utime + u.ru_stime)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def test_help_takes_little_more_than_that_of_an_empty_command_line() -> None:
    empty = "import typer; app = typer.Typer(); app.command()(lambda: None); app()"
    ours, least = zip(
        *(
            (
                _cpu_seconds(str(COMMAND), "--help"),
                _cpu_seconds(sys.executable, "-c", empty, "--help"),
            )
            for _ in range(6)
        ),
        strict=True,
    )
    assert min(ours) < 1.8 * min(least)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


def test_help_lists_every_command() -> None:
    answer = _run("--help")
    assert answer.returncode == 0
    for command in ("align", "inspect", "train", "evaluate", "doctor"):
        assert re.search(rf"\b{command}\b", answer.stdout)


def test_the_version_is_the_package_s() -> None:
    assert _run("--version").stdout == f"sal-anchors {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["align"], ["align", ".", "--jobs", "0"], ["inspect", "--nope"]]
)
def test_wrong_usage_is_status_two(arguments: list[str]) -> None:
    answer = _run(*arguments)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "Usage" in answer.stderr
