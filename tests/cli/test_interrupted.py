"""``sal-anchors align`` killed, interrupted, or started twice, with real processes and signals."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

CopyPrompts = Callable[..., Path]
Clips = Callable[[int], Path]

COMMAND = Path(sys.executable).with_name("sal-anchors")
KILLS = int(os.environ.get("SAL_ANCHORS_KILLS", "5"))
"""How often the test with random kills kills."""


@pytest.fixture
def clips(tmp_path: Path, copy_prompts: CopyPrompts, prompts: Path) -> Clips:
    """``clips(n)``: a corpus of so many real prompts."""

    def make(count: int) -> Path:
        names = sorted(path.stem for path in prompts.glob("*.flac"))[:count]
        return copy_prompts(tmp_path / "corpus", *names)

    return make


def _align(corpus: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    """The command, in a process group of its own."""
    return subprocess.Popen(
        [COMMAND, "align", corpus, "-k", "please", "-o", out, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _files(folder: Path) -> dict[str, bytes]:
    """Everything in a manifest's folder but the results kept for the next run."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".results" not in path.relative_to(folder).parts
    }


def _members(group: int) -> list[str]:
    """Command lines of the processes of a group that still run."""
    answer = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,args="],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split(None, 2) for line in answer.stdout.splitlines())
    return [line[2] for line in lines if int(line[0]) == group and not line[1].startswith("Z")]


def _left(group: int, seconds: float = 10.0) -> list[str]:
    """Those of a group that still run after so long at most."""
    deadline = time.monotonic() + seconds
    while (members := _members(group)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return members


def _wait_for_results(run: subprocess.Popen[str], out: Path) -> None:
    """Until a first result is kept; an empty store's journal is smaller."""
    journal = out / ".results" / "results.sqlite-wal"
    while run.poll() is None and not (journal.exists() and journal.stat().st_size > 26_000):
        time.sleep(0.02)


def test_a_run_killed_at_random_moments_ends_with_the_bytes_of_one_that_was_not(
    tmp_path: Path, clips: Clips
) -> None:
    corpus = clips(10)
    (corpus / "elephants.txt").write_text("elephants do not appear in this")
    shutil.copy(next(corpus.glob("*.flac")), corpus / "elephants.flac")
    (corpus / "text.wav").write_text("no audio")
    began = time.monotonic()
    assert _align(corpus, tmp_path / "whole").wait() == 1
    seconds = time.monotonic() - began
    generator = random.Random(3)
    out = tmp_path / "killed"
    killed = 0
    while killed < KILLS:
        with _align(corpus, out, "--jobs", str(generator.choice((1, 2)))) as run:
            time.sleep(generator.uniform(0.2 * seconds, seconds))
            if run.poll() is not None:
                shutil.rmtree(out)
                continue
            os.killpg(run.pid, signal.SIGKILL)
            killed += 1
    with _align(corpus, out) as run:
        assert run.wait() == 1
    assert _files(out) == _files(tmp_path / "whole")
    assert not list(out.glob(".writing-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_told_leaves_no_process_and_the_next_run_goes_on(
    tmp_path: Path, clips: Clips, number: signal.Signals
) -> None:
    corpus, out = clips(24), tmp_path / "x.anchors"
    with _align(corpus, out, "--jobs", "2") as run:
        _wait_for_results(run, out)
        os.killpg(run.pid, number) if number is signal.SIGINT else run.send_signal(number)
        told = run.communicate(timeout=20)
    assert run.returncode == 130, told
    assert "Traceback" not in "".join(told)
    assert "interrupted; what was aligned is kept: run the same command again" in told[1]
    assert _left(run.pid) == []
    assert not list(out.glob(".writing-*"))
    with _align(corpus, out, "--jobs", "2") as run:
        told = run.communicate()
    assert run.returncode == 0, told
    assert "aligned in an earlier run" in told[0]


def test_a_killed_run_takes_its_workers_with_it(tmp_path: Path, clips: Clips) -> None:
    with _align(clips(24), tmp_path / "x.anchors", "--jobs", "2") as run:
        while run.poll() is None and len(_members(run.pid)) < 3:
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert _left(run.pid) == []


def test_a_second_process_on_the_same_folder_is_refused_and_the_first_ends_well(
    tmp_path: Path, clips: Clips
) -> None:
    corpus, out = clips(24), tmp_path / "x.anchors"
    with _align(corpus, out) as first:
        while first.poll() is None and not list(out.glob(".writing-*")):
            time.sleep(0.02)
        with _align(corpus, out) as second:
            told = second.communicate()[1]
        assert second.returncode == 2
        assert "another process is writing to this folder" in told
        assert first.wait() == 0
    assert (out / "manifest.json").exists()
