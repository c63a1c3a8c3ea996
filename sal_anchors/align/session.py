"""Ending a child process and all that it started, however we are left ourselves."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GRACE_SECONDS = 5.0


@contextmanager
def ended_with_us() -> Iterator[None]:
    """Make SIGTERM and SIGHUP, where nothing else handles them, unwind as Ctrl-C does, so that
    the child, in a session of its own, is not left behind."""

    def unwind(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    numbers = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if threading.current_thread() is threading.main_thread()
        and signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in numbers:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def end_session(child: subprocess.Popen[Any]) -> None:
    """End the child and all it started: SIGTERM, then, after a grace time, SIGKILL.

    Its session's process group is ended even if the child itself has gone.
    """
    if child.returncode is None or _group_lives(child.pid):
        _signal(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and (child.poll() is None or _group_lives(child.pid)):
            threading.Event().wait(0.05)
        _signal(child.pid, signal.SIGKILL)
    child.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return
