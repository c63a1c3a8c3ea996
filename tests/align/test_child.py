"""External programs: their output, their status, and that nothing of them is left behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from sal_anchors.align.child import last_lines, run_child

SPAWNS_A_SLEEPER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def _runs(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_lines_of_both_streams_reach_the_caller_and_the_log(tmp_path: Path) -> None:
    program = (
        "import sys; print('\\x1b[31mred\\x1b[0m'); print('bad', file=sys.stderr); sys.exit(3)"
    )
    lines: list[str] = []
    log = tmp_path / "log"
    status = run_child([sys.executable, "-c", program], log=log, on_line=lines.append)
    assert status == 3
    assert sorted(lines) == ["bad", "red"]
    assert sorted(log.read_text(encoding="utf-8").split()) == ["bad", "red"]


def test_the_environment_is_added_to_this_process_s_own(tmp_path: Path) -> None:
    program = "import os; print(os.environ['ADDED'], os.environ['PATH'] != '')"
    lines: list[str] = []
    run_child(
        [sys.executable, "-c", program],
        log=tmp_path / "log",
        environment={"ADDED": "yes"},
        on_line=lines.append,
    )
    assert lines == ["yes True"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to look for processes")
def test_an_interrupt_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    started: list[int] = []

    def interrupt(line: str) -> None:
        started.append(int(line))
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_child([sys.executable, "-c", SPAWNS_A_SLEEPER], log=tmp_path / "log", on_line=interrupt)
    assert time.monotonic() - began < 10
    deadline = time.monotonic() + 5
    while _runs(started[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(started[0])


def test_a_program_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_child([tmp_path / "none"], log=tmp_path / "log")


def test_the_last_lines_of_a_log_are_those_that_say_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\ntwo\n\n  three  \n\n" + os.linesep, encoding="utf-8")
    assert last_lines(log, 2) == "two | three"
