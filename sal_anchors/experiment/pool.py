"""Several jobs at once, each in a process of its own, one thread each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sal_anchors.align.child import last_lines
from sal_anchors.align.session import end_session, ended_with_us
from sal_anchors.experiment.job import Job

_WAKE_SECONDS = 0.5
_INTERRUPTED = "interrupted"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_CHILD = (sys.executable, "-P", "-m", "sal_anchors.experiment.child")


@dataclass(frozen=True, slots=True)
class News:
    """What became of a job.

    Attributes:
        job: which one.
        epoch: that it has trained, 0 when it begins.
        epochs: that it will train at most; 0 when it is over.
        failure: why it failed; empty if it did not.
    """

    job: Job
    epoch: int = 0
    epochs: int = 0
    failure: str = ""


Listener = Callable[[News], None]


def run_jobs(
    jobs: Sequence[Job], *, processes: int, logs: Path, listener: Listener
) -> dict[str, str]:
    """Carry out jobs in their order, and return why some failed, by their names.

    However this call is left, by Ctrl-C too, no process stays behind; what each of them had
    written is whole, and the next call goes on from there.

    Args:
        jobs: to be done.
        processes: at most so many at a time, >= 1.
        logs: folder for what processes print, a file for each job that prints anything.
        listener: told of every beginning, epoch and end, one call at a time.
    """
    children, failures = _Children(), {}
    told = threading.Lock()

    def tell(news: News) -> None:
        with told:
            listener(news)

    with ended_with_us(), ThreadPoolExecutor(processes) as pool:
        futures = {pool.submit(_carry_out, job, logs, children, tell): job for job in jobs}
        pending = set(futures)
        try:
            while pending:  # a wait without end would not be left by Ctrl-C everywhere
                ended, pending = wait(pending, _WAKE_SECONDS, FIRST_COMPLETED)
                for future in ended:
                    if failure := future.result():
                        failures[futures[future].name] = failure
        except BaseException:
            for future in futures:
                future.cancel()
            children.end()
            raise
    return {job.name: failures[job.name] for job in jobs if job.name in failures}


class _Children:
    """The processes that run, to be ended together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether :meth:`end` was called."""
        return self._closed

    @contextmanager
    def start(self, log: Any) -> Iterator[subprocess.Popen[str] | None]:
        """A process in a session of its own; none after :meth:`end`."""
        with self._lock:
            child = None if self._closed else _start(log)
            if child is not None:
                self._running.add(child)
        try:
            yield child
        finally:
            if child is not None:
                end_session(child)
                _close(child)
                with self._lock:
                    self._running.discard(child)

    def end(self) -> None:
        """End all that run, and start no more."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for child in running:
            end_session(child)


def _start(log: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        _CHILD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, **_ONE_THREAD},
        encoding="utf-8",
        start_new_session=True,
    )


def _close(child: subprocess.Popen[str]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def _carry_out(job: Job, logs: Path, children: _Children, tell: Listener) -> str:
    """Why the job failed; empty if it did not."""
    logs.mkdir(parents=True, exist_ok=True)
    path, failure = logs / f"{job.name}.log", ""
    tell(News(job, epochs=job.config.epochs))
    with path.open("w", encoding="utf-8") as log, children.start(log) as child:
        if child is None:
            return _INTERRUPTED
        assert child.stdin is not None and child.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError):
            child.stdin.write(job.model_dump_json() + "\n")
            child.stdin.flush()
        for line in child.stdout:
            news = json.loads(line)
            failure = news.get("failed", failure)
            if "epoch" in news:
                tell(News(job, news["epoch"], news["epochs"]))
        status = child.wait()
    if children.closed:
        return _INTERRUPTED
    if status and not failure:
        said = last_lines(path, 1)
        failure = f"ended with status {status}" + (f": {said}; see {path}" if said else "")
    if not path.stat().st_size:
        path.unlink()
    tell(News(job, failure=failure))
    return failure
