"""An external program, run so that nothing of it outlives the call."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sal_anchors.align.session import end_session, ended_with_us

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def run_child(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> int:
    """Run a program to its end and return its exit status, negative if a signal ended it.

    It runs in a process group of its own. However this call is left, by Ctrl-C too, the whole
    group is ended first: asked, and killed five seconds later.

    Args:
        command: program and arguments; no shell sees them.
        log: what the program prints, both streams, is added to this file as it comes.
        environment: added to this process's own.
        on_line: called with each line, without colours and line end.

    Raises:
        OSError: the program cannot be started.
    """
    with log.open("a", encoding="utf-8") as kept:
        child = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            assert child.stdout is not None  # noqa: S101
            with ended_with_us(), child.stdout as printed:
                for raw in printed:
                    line = _COLOURS.sub("", raw).rstrip()
                    kept.write(f"{line}\n")
                    on_line(line)
                return child.wait()
        finally:
            end_session(child)


def last_lines(log: Path, count: int = 3) -> str:
    """The last lines of a log that say something, joined by `` | ``."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines()]
    return " | ".join([line for line in lines if line][-count:])
