"""Time and memory of `check` and `diff` as manifests grow.

    python benchmarks/check_and_diff.py MANIFEST [--rows 5000 20000 80000]

repeats the rows of a manifest under other ids to so many, then measures, each in a process of its
own and without audio: `check`; `diff` with a copy; `diff` with a copy in another order, which is
read by random access. Memory is the peak of the process, and the peak of what is not mapped files.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from sal_anchors.check import check_manifest
from sal_anchors.check.report import report_of
from sal_anchors.diff import diff_manifests
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import StagedManifest

_EVERY = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[5_000, 20_000, 80_000])
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure[0], *map(Path, options.measure[1:]))))
        return
    print("| rows | what | rows a CPU second | peak MB | of it no mapped files |")
    print("|---|---|---|---|---|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as scratch:
            whole, shuffled = Path(scratch) / "whole.anchors", Path(scratch) / "shuffled.anchors"
            numbers = list(range(rows))
            repeat(options.manifest, whole, numbers)
            random.Random(0).shuffle(numbers)
            repeat(options.manifest, shuffled, numbers)
            for what, *folders in (
                ("check", whole),
                ("diff", whole, whole),
                ("diff, another order", whole, shuffled),
            ):
                found = _apart(options.manifest, what, folders)
                told = f"{rows / found['cpu']:.0f} | {found['peak']:.0f} | {found['own']:.0f}"
                print(f"| {rows} | {what} | {told} |", flush=True)


def repeat(source: Path, out: Path, numbers: Sequence[int]) -> None:
    """Write the rows of a manifest again and again, a row for each number, in this order."""
    opened = Manifest.open(source)
    kept = list(opened.rows())

    def rows() -> Iterator[Row]:
        for number in numbers:
            row = kept[number % len(kept)]
            yield replace(row, id=f"{number:08d}")

    with StagedManifest(out, textgrids=False) as staged:
        parts, tally = staged.write(rows())
        header = replace(
            opened.header,
            parts=parts,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
        )
        staged.commit(header, tally)


def measure(what: str, *folders: Path) -> dict[str, float]:
    """CPU seconds and MB of one run in this process."""
    opened = [Manifest.open(folder) for folder in folders]
    most, ticks = 0.0, cycle(range(_EVERY))

    def on_row(row: Row) -> None:
        nonlocal most
        if next(ticks) == 0:
            most = max(most, _memory("RssAnon"))

    began = time.process_time()
    if what == "check":
        report_of(check_manifest(opened[0], audio=False, on_row=on_row))
    else:
        diff_manifests(*islice(opened, 2), on_row=on_row)
    spent = time.process_time() - began
    return {"cpu": spent, "peak": _memory("VmHWM"), "own": most}


def _apart(manifest: Path, what: str, folders: Sequence[Path]) -> dict[str, float]:
    command = [sys.executable, __file__, str(manifest), "--measure", what, *map(str, folders)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def _memory(name: str) -> float:
    """MB of this process: ``VmHWM``, the peak, or ``RssAnon``, now and without mapped files."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(x.split()[1]) for x in status.splitlines() if x.startswith(name)) / 1024


if __name__ == "__main__":
    main()
