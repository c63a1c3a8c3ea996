"""The process pool, with real processes that really die."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sal_anchors.align.pool import map_ordered


@pytest.fixture(autouse=True)
def _importable_by_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The worker functions, in a module that spawned processes can import by name."""
    module = tmp_path / "pool_workers.py"
    module.write_text(
        "import os, time\n"
        "started = 0\n"
        "def start(offset):\n"
        "    global started\n"
        "    started = offset\n"
        "def slow_first(item):\n"
        "    time.sleep(0.3 if item == 0 else 0)\n"
        "    return started + item\n"
        "def dies_on_seven(item):\n"
        "    if item == 7:\n"
        "        os._exit(3)\n"
        "    return started + item\n"
        "def raises_on_three(item):\n"
        "    if item == 3:\n"
        "        raise ValueError('three')\n"
        "    return item\n"
        "def never_starts(offset):\n"
        "    os._exit(1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def _start(jobs: int, function: str, items: object, start: str = "start") -> Iterator[object]:
    import pool_workers  # type: ignore[import-not-found]

    return map_ordered(
        getattr(pool_workers, function),
        items,  # type: ignore[arg-type]
        jobs=jobs,
        initializer=getattr(pool_workers, start),
        initargs=(100,),
        on_crash=lambda item: f"crash {item}",
    )


def test_results_keep_the_order_of_their_items() -> None:
    assert list(_start(2, "slow_first", range(20))) == list(range(100, 120))


def test_no_items_give_no_results() -> None:
    assert list(_start(2, "slow_first", [])) == []


def test_an_item_that_kills_its_worker_fails_alone() -> None:
    results = list(_start(2, "dies_on_seven", range(20)))
    assert results == ["crash 7" if item == 7 else 100 + item for item in range(20)]


def test_workers_that_cannot_start_crash_their_items_and_do_not_hang() -> None:
    began = time.monotonic()
    assert list(_start(1, "slow_first", [1], start="never_starts")) == ["crash 1"]
    assert time.monotonic() - began < 30


def test_an_exception_in_the_function_is_the_caller_s() -> None:
    results = _start(2, "raises_on_three", range(20))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_items_are_taken_as_results_are_wanted() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(1_000):
            taken += 1
            yield item

    jobs = 2
    results = _start(jobs, "slow_first", items())
    assert taken == 0
    for given in range(1, 31):
        next(results)
        assert taken - given < 4 * jobs
    results.close()  # type: ignore[attr-defined]
    assert taken < 30 + 4 * jobs


def test_a_pool_left_early_leaves_no_processes_behind() -> None:
    results = _start(2, "slow_first", range(100))
    next(results)
    results.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 10
    while _children_in_pool() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _children_in_pool()


def _children_in_pool() -> list[str]:
    """Command lines of this process's children that run multiprocessing's spawn."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rsplit(")", 1)[1].split()[1]
            command = (stat.parent / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if int(parent) == os.getpid() and "spawn_main" in command:
            found.append(command)
    return found
