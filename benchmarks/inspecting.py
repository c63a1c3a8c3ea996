"""``sal-anchors inspect`` on a million utterances: time to start, to answer a key, and memory.

    python benchmarks/inspecting.py FOLDER [--rows 1000000]

builds in FOLDER, or finds there from an earlier run, the synthetic manifest of
``benchmarks/manifest_store.py``, and runs the command in a pseudo-terminal, as users have it.
Start: from the command to the first lines of the manifest on the screen, and the CPU time that
took. Keys: from the key to the first and to the last byte of what it draws (the output is then
quiet for 40 ms). Memory: the process's peak resident set after all of that. The utterances have no
audio: that each of them says so is the last that is drawn of it.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path
from typing import Self

import manifest_store as store

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.manifest import Manifest

SIZES = ((80, 24), (200, 50))
UP, DOWN, HOME, END, PAGE_UP, PAGE_DOWN = (
    *(b"\x1b[A", b"\x1b[B", b"\x1b[H", b"\x1b[F", b"\x1b[5~", b"\x1b[6~"),
)
LEFT, RIGHT, BACKSPACE = b"\x1b[D", b"\x1b[C", b"\x7f"
MOVES = (DOWN, UP, *(PAGE_DOWN,) * 5, PAGE_UP, END, PAGE_UP, HOME, DOWN)
WORK = (RIGHT, LEFT, UP, PAGE_DOWN, b"\t", b".", b",", b"a", b"x", b"u", DOWN, b"0", b"b", b"u")
QUIET_SECONDS = 0.04
MOST_SECONDS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    path = options.folder / store.MANIFEST
    build(path, options.rows)
    print(f"{options.rows} utterances; milliseconds\n")
    print("| terminal | keys | number | first byte, median | worst | last byte: median | worst |")
    print("|---|---|---|---|---|---|---|")
    ends = []
    for size in SIZES:
        starts = []
        for _ in range(5):
            with Terminal(path, size) as terminal:
                starts.append((terminal.started, terminal.start_cpu))
        (path / "edits.jsonl").unlink(missing_ok=True)
        with Terminal(path, size) as terminal:
            ready, times = measured(terminal)
            peak = terminal.peak_mb
        for name, found in times.items():
            columns = zip(*found, strict=True)
            told = [f"{1000 * f(ms):.0f}" for ms in columns for f in (statistics.median, max)]
            print(f"| {size[0]}x{size[1]} | {name} | {len(found)} | {' | '.join(told)} |")
        start, cpu = map(statistics.median, zip(*starts, strict=True))
        name = f"{size[0]}x{size[1]}"
        ends.append(
            f"{name}: start {start:.2f} s ({cpu:.2f} s CPU), filters {ready:.1f} s, {peak:.0f} MB"
        )
    print("\n" + "\n".join(ends))


def build(path: Path, rows: int) -> None:
    """The manifest, unless it is there with as many rows."""
    if path.is_dir() and len(Manifest.open(path)) == rows:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    recipe = keyword_recipe(("computer",))
    templates = [store._template(number, recipe) for number in range(store.TEMPLATES)]
    store._build_manifest(path, recipe, (store.numbered(templates, n) for n in range(rows)))


class Terminal:
    """The command in a pseudo-terminal.

    Attributes:
        started: seconds to the first lines of the manifest.
        start_cpu: CPU seconds, likewise.
    """

    def __init__(self, path: Path, size: tuple[int, int]):
        command = str(Path(sys.executable).with_name("sal-anchors"))
        self.began = time.perf_counter()
        self._drawn = b""
        self._pid, self._file = pty.fork()
        if not self._pid:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: compiled once
            os.environ.update(PYTHONPYCACHEPREFIX=str(path.with_name("compiled").absolute()))
            os.environ.update(COLUMNS=str(size[0]), LINES=str(size[1]))
            arguments = [command, "inspect", str(path), "--who", "bench"]
            os.execv(command, [*arguments, "--audio-root", str(path.parent)])  # noqa: S606
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.until(b"010/utterance")
        self.started = time.perf_counter() - self.began
        times = Path(f"/proc/{self._pid}/stat").read_text().rsplit(")", 1)[1].split()
        self.start_cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._file)

    @property
    def peak_mb(self) -> float:
        """Peak resident set."""
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def until(self, text: bytes) -> None:
        """Read until a text was drawn, since this began or shortly before."""
        end = time.monotonic() + MOST_SECONDS
        while text not in self._drawn:
            self._read(1.0)
            if time.monotonic() > end:
                raise TimeoutError(f"{text!r} was not drawn")

    def answered(self, key: bytes) -> tuple[float, float]:
        """Seconds from a key to the first and to the last byte drawn."""
        self.quiet()
        began = time.perf_counter()
        os.write(self._file, key)
        times = [began]
        while self._read(QUIET_SECONDS if times[1:] else 2.0):
            times.append(time.perf_counter())
        return times[min(1, len(times) - 1)] - began, times[-1] - began

    def quiet(self) -> None:
        """Read what is still to come."""
        while self._read(QUIET_SECONDS):
            pass

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._file], [], [], seconds)
        drawn = os.read(self._file, 1 << 16) if ready else b""
        self._drawn = self._drawn[-1_000_000:] + drawn
        return drawn


def measured(terminal: Terminal) -> tuple[float, dict[str, list[tuple[float, float]]]]:
    """Seconds until filters are ready, and seconds of each key by what it does."""
    times: dict[str, list[tuple[float, float]]] = {}

    def press(name: str, *keys: bytes) -> None:
        for key in keys:
            times.setdefault(name, []).append(terminal.answered(key))

    press("while filters are read", *MOVES)
    terminal.until(b" unreviewed")
    ready = time.perf_counter() - terminal.began
    press("move in the list", *MOVES)
    for _ in range(5):
        press("list filters to choose from", b"f")
        press("back to the list", BACKSPACE)
    os.write(terminal._file, b"w")
    terminal.until(b"by worst")
    press("move in the worst", *MOVES)
    for _ in range(8):
        press("open an utterance", b"\r")
        press("back to the list", BACKSPACE)
    press("open an utterance", b"\r")
    press("work on an utterance", *WORK)
    press("next utterance", b"n", b"n", b"p", b"A", b"A", b"A")
    return ready, times


if __name__ == "__main__":
    main()
