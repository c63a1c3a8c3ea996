"""Rows a second, hours of audio a second and peak memory of each format of `convert`, both ways.

    python benchmarks/converting.py MANIFEST [--rows 500 2000]

repeats the rows of a manifest under other ids to so many, converts them to each format, and back
to a manifest, each in a process of its own; times made by people (`table`) are read only. Seconds
are CPU seconds. Memory is the peak of the process, and how far that is above what it had before.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from check_and_diff import repeat

from sal_anchors.convert import ConvertOptions, convert
from sal_anchors.convert.formats import FORMATS
from sal_anchors.manifest import Manifest

NAMES = {
    "jsonl": "x.jsonl",
    "nemo": "x.json",
    "lhotse": "cuts.jsonl",
    "ctm": "x.ctm",
    "table": "x.csv",
}
WITHOUT_AUDIO = ("textgrid", "audacity", "ctm", "table")
"""Formats whose recordings are those of the manifest that they are read for."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 2_000])
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        from_, to, source, out = options.measure
        print(json.dumps(measure(options.manifest, (from_, to), Path(source), Path(out))))
        return
    print("| rows | from | to | rows a CPU second | hours a CPU second | peak MB | above start |")
    print("|---|---|---|---|---|---|---|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as scratch:
            ways(options.manifest, Path(scratch), rows)


def ways(given: Path, scratch: Path, rows: int) -> None:
    """Convert so many rows to each format and back, and print a line for each."""
    whole = scratch / "whole.anchors"
    repeat(given, whole, range(rows))
    hours = _rooted(given, whole).header.audio_seconds / 3_600
    for name, format_ in FORMATS.items():
        if name == "manifest":
            continue
        written = scratch / NAMES.get(name, name)
        if format_.write:
            _print(("manifest", name), hours, rows, _apart(whole, ("manifest", name), written))
        else:
            write_table(whole, written)
        got = _apart(whole, (name, "manifest"), scratch / f"{name}.anchors", source=written)
        _print((name, "manifest"), hours, rows, got)


def _rooted(given: Path, whole: Path) -> Manifest:
    """The repeated manifest, its audio found from where it now lies."""
    header = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    root = Manifest.open(given).audio_root.resolve()
    header["audio_root"] = Path(os.path.relpath(root, whole.resolve())).as_posix()
    (whole / "manifest.json").write_text(json.dumps(header), encoding="utf-8")
    os.environ["SAL_ANCHORS_AUDIO"] = str(root)
    return Manifest.open(whole)


def write_table(manifest: Path, path: Path) -> None:
    """The keywords of a manifest as people would list them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "time", "label", "kind"))
        for row in Manifest.open(manifest).rows():
            table.writerow((row.id, "", "", ""))
            for event in row.events:
                table.writerow((row.id, f"{event.time:.6f}", event.label, event.kind))


def measure(manifest: Path, way: tuple[str, str], source: Path, out: Path) -> dict[str, float]:
    """CPU seconds, rows written and MB of one conversion in this process."""
    bare = way[0] in WITHOUT_AUDIO
    recipe = Manifest.open(manifest).recipe if bare else None
    options = ConvertOptions(audio=manifest if bare else None, recipe=recipe)
    before = _peak()
    began = time.process_time()
    account = convert(source, out, from_=way[0], to=way[1], options=options)
    spent = time.process_time() - began
    return {"cpu": spent, "written": account.written, "peak": _peak(), "above": _peak() - before}


def _apart(
    manifest: Path, way: tuple[str, str], out: Path, *, source: Path | None = None
) -> dict[str, float]:
    given = [manifest, "--measure", *way, source or manifest, out]
    answer = subprocess.run(  # noqa: S603
        [sys.executable, __file__, *map(str, given)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def _print(way: tuple[str, str], hours: float, rows: int, got: dict[str, float]) -> None:
    cells = [f"{got['written']:.0f}", *way, f"{rows / got['cpu']:.0f}", f"{hours / got['cpu']:.2f}"]
    print(f"| {' | '.join(cells)} | {got['peak']:.0f} | {got['above']:.0f} |", flush=True)


def _peak() -> float:
    """MB: peak resident memory of this process so far."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
