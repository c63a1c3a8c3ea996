"""One run of MFA: a child in a session of its own, its output in a log, ended when it hangs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sal_anchors.align.session import end_session, ended_with_us
from sal_anchors.errors import EngineError

_LOOK_EVERY_SECONDS = 0.5
_WALK_EVERY_SECONDS = 10.0
_KEPT_LINES = 400
_STAGE = re.compile(r"^\s*(?:INFO|WARNING|ERROR)\s+(\S.*?)\s*$")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        status: exit status, negative for a signal.
        lines: the last lines that it printed, without colours.
    """

    status: int
    lines: tuple[str, ...]


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    watched: Sequence[Path],
    progress_timeout: float,
    on_progress: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Run a command to its end; whatever happens, nothing that it started is left.

    Args:
        command: program and arguments; no shell is involved.
        environment: all of the child's environment.
        log: gets the command line and all that the child prints, after what it holds.
        watched: folders; a file written in one is a sign of progress, as is a line printed.
        progress_timeout: seconds without such a sign after which the run is ended.
        on_progress: gets each stage that the child names, from this thread.

    Raises:
        EngineError: the child does not start, or made no progress.
    """
    with log.open("ab") as file:
        file.write(f"$ {shlex.join(command)}\n".encode())
        file.flush()
        begun = file.tell()
        try:
            child = subprocess.Popen(  # noqa: S603
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(
                f"{command[0]} does not start ({error.strerror})", hint="See: sal-anchors doctor"
            ) from None
    try:
        with ended_with_us(), log.open("rb") as tail:
            tail.seek(begun)
            _watch(child, tail, log, watched, progress_timeout, on_progress)
    finally:
        end_session(child)
    with log.open("rb") as tail:
        tail.seek(begun)
        return Outcome(child.returncode, tuple(_lines(tail.read()))[-_KEPT_LINES:])


def _watch(
    child: subprocess.Popen[bytes],
    tail: IO[bytes],
    log: Path,
    watched: Sequence[Path],
    progress_timeout: float,
    on_progress: Callable[[str], None],
) -> None:
    """Wait for the child, telling its stages; raise if it stands still."""
    last = walked = time.monotonic()
    newest = _newest(watched)
    step = min(_LOOK_EVERY_SECONDS, progress_timeout / 4)
    rest = b""
    while True:
        ended = _wait(child, step)
        *whole, rest = (rest + tail.read()).replace(b"\r", b"\n").split(b"\n")
        if whole:
            last = time.monotonic()
        for line in _lines(b"\n".join(whole)):
            if stage := _STAGE.match(line):
                on_progress(stage[1])
        if ended:
            return
        now = time.monotonic()
        if now - walked >= min(_WALK_EVERY_SECONDS, progress_timeout / 2):
            walked, before, newest = now, newest, _newest(watched)
            last = now if newest > before else last
        if now - last > progress_timeout:
            raise EngineError(
                f"mfa made no progress for {progress_timeout:g} s and was ended",
                where=log,
                hint="Read the log's end; give more time with the limit without progress if the "
                "machine is slow, else fewer utterances",
            )


def _wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _newest(folders: Sequence[Path]) -> float:
    """The latest time at which any file or folder below was written; 0 for none."""
    return max((_modified(path) for folder in folders for path in _walk(folder)), default=0.0)


def _walk(folder: Path) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        yield parent
        yield from (f"{parent}/{name}" for name in names)


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - millions of files: no Path for each
    except OSError:
        return 0.0


def _lines(content: bytes) -> list[str]:
    text = content.replace(b"\r", b"\n").decode("utf-8", "replace")
    return [_COLOUR.sub("", line) for line in text.split("\n") if line.strip()]
