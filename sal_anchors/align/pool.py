"""A process pool that keeps order, holds few items at once, and outlives a dying worker."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_IN_FLIGHT_A_JOB = 4


def map_ordered(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    jobs: int,
    initializer: Callable[..., None],
    initargs: tuple[object, ...],
    on_crash: Callable[[T], R],
) -> Iterator[R]:
    """``map(function, items)`` over spawned processes, in order.

    At most ``4 * jobs`` items are in flight. If a worker dies, the items in flight are tried
    again one at a time, each in a pool of its own; one that kills its worker again gives
    ``on_crash(item)``. No worker outlives this generator or its process, however they end;
    Ctrl-C is left to the process that made them.

    Args:
        function: importable by name, as are its argument and result picklable by the pool.
        jobs: worker processes, >= 1.
        initializer: run once in each worker, with ``initargs``.
        on_crash: makes the result of an item that kills its worker.
    """

    context = get_context("spawn")
    end, lifeline = context.Pipe(duplex=False)

    def executor(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, context, _begin, (end, initializer, initargs))

    def alone(item: T) -> R:
        with executor(1) as single:
            try:
                return single.submit(function, item).result()
            except BrokenProcessPool:
                return on_crash(item)

    pool = executor(jobs)
    flight: deque[tuple[T, Future[R]]] = deque()

    def submit(item: T) -> Future[R]:
        try:
            return pool.submit(function, item)
        except BrokenProcessPool as error:
            broken: Future[R] = Future()
            broken.set_exception(error)
            return broken

    def finished(at_most_left: int) -> Iterator[R]:
        nonlocal pool
        while len(flight) > at_most_left:
            try:
                result = flight[0][1].result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool = executor(jobs)
                suspects = [item for item, _ in flight]
                flight.clear()
                yield from map(alone, suspects)
                return
            flight.popleft()
            yield result

    try:
        for item in items:
            flight.append((item, submit(item)))
            yield from finished(_IN_FLIGHT_A_JOB * jobs - 1)
        yield from finished(0)
    finally:
        lifeline.close()
        pool.shutdown(wait=True, cancel_futures=True)
        end.close()


def _begin(
    lifeline: Connection, initializer: Callable[..., None], initargs: tuple[object, ...]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    initializer(*initargs)


def _end_with(lifeline: Connection) -> None:
    """End this process when the other end of the pipe is closed, if by its process's death."""
    lifeline.poll(None)
    os._exit(0)
