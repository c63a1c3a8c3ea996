"""Whole corpora through the public functions: accounts, time and memory.

    python benchmarks/corpora.py DATA [--jobs 2] [--set NAME ...] [--no-phones]

aligns each of ``DATA/timit-dev``, ``an4-train``, ``wake-words`` and ``speechocean762-train`` whole
with the default engine, each in a process of its own, and prints a Markdown row for it: counts,
reasons, wall and CPU seconds (workers included) a second of audio, and peak memory of the main
process and of its largest worker. Nothing is resumed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Status
from sal_anchors.align import Lexicon
from sal_anchors.align.engines import EngineOptions, choose
from sal_anchors.anchors.recipe import onset_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import read_corpus

SETS = ("timit-dev", "an4-train", "wake-words", "speechocean762-train")
COLUMNS = (
    *("corpus", "layout", "utterances", "minutes", "ok", "suspect", "failed", "skipped"),
    *("reasons", "wall s", "real-time factor", "CPU s a s", "main MB", "worker MB"),
)


def main() -> None:
    options = _options()
    if options.measure:
        print(json.dumps(measure(options.data, jobs=options.jobs, phones=options.phones)))
        return
    print(f"{options.jobs} jobs, {'words and phones' if options.phones else 'words'}\n")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for name in options.set or SETS:
        print(row_of(name, _measured(options, name)), flush=True)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\nload of the machine at the end: {load}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--set", action="append")
    parser.add_argument("--no-phones", dest="phones", action="store_false")
    parser.add_argument("--measure", action="store_true", help="DATA is one corpus; print JSON")
    return parser.parse_args()


def _measured(options: argparse.Namespace, name: str) -> dict[str, Any]:
    arguments = [options.data / name, "--measure", "--jobs", str(options.jobs)]
    answer = subprocess.run(  # noqa: S603
        [sys.executable, __file__, *arguments, *([] if options.phones else ["--no-phones"])],
        stdout=subprocess.PIPE,
        check=True,
    )
    measured: dict[str, Any] = json.loads(answer.stdout)
    return measured


def measure(folder: Path, *, jobs: int, phones: bool) -> dict[str, Any]:
    """Align one corpus; what became of it, and what it cost this process and its workers."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        corpus = read_corpus(folder)
        tally = build_manifest(
            corpus.items,
            Path(out) / "x.anchors",
            audio_root=corpus.audio_root,
            recipe=onset_recipe(),
            aligner=choose("auto", "en", EngineOptions(phones=phones)).aligner,
            lexicon=Lexicon(),
            jobs=jobs,
            layout=corpus.layout,
        )
    wall = time.perf_counter() - began
    own, workers = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "layout": corpus.layout,
        "total": tally.total,
        "seconds": tally.audio_seconds,
        **{status.value: tally.statuses[status] for status in Status},
        "reasons": dict(tally.reasons.most_common()),
        "wall": wall,
        "cpu": own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime,
        "main_mb": own.ru_maxrss / 1024,
        "worker_mb": workers.ru_maxrss / 1024,
    }


def row_of(name: str, found: Mapping[str, Any]) -> str:
    """A corpus as a row of the table."""
    seconds = found["seconds"]
    reasons = ", ".join(f"{reason} {count}" for reason, count in found["reasons"].items())
    cells = (
        name,
        found["layout"],
        found["total"],
        f"{seconds / 60:.1f}",
        *(found[status.value] for status in Status),
        reasons or "-",
        f"{found['wall']:.1f}",
        f"{found['wall'] / seconds:.4f}",
        f"{found['cpu'] / seconds:.4f}",
        f"{found['main_mb']:.0f}",
        f"{found['worker_mb']:.0f}",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
