"""Cost of the default engine: CPU and wall seconds a second of audio, one process and two.

    python benchmarks/throughput.py DATA [--sets timit-dev,an4-train] [--minutes 4]

aligns the first ``--minutes`` of each set, with and without phones, in a process of its own for
each measurement, so that the start of decoders and workers counts. The engine alone is measured,
without reading transcripts before it and writing a manifest after it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.corpus import Utterance


def main() -> None:
    options = _options()
    if options.measure:
        measure(options)
        return
    print("| set | phones | processes | audio s | CPU / audio | wall / audio | speed-up | MB |")
    print("|---" * 8 + "|")
    for name in options.sets.split(","):
        for phones in (False, True):
            compare(options, name, phones)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default="timit-dev,an4-train,speechocean762-train")
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--phones", action="store_true")
    parser.add_argument("--measure", action="store_true", help="one measurement, as JSON")
    return parser.parse_args()


def compare(options: argparse.Namespace, name: str, phones: bool) -> None:
    """Print a row for one process and one for two."""
    alone = 0.0
    for jobs in (1, 2):
        found = _measured(options, name, phones, jobs)
        seconds, wall = found["seconds"], found["wall"]
        alone = alone or wall
        print(
            f"| {name} | {'yes' if phones else 'no'} | {jobs} | {seconds:.0f} | "
            f"{found['cpu'] / seconds:.4f} | {wall / seconds:.4f} | {alone / wall:.2f} | "
            f"{found['peak']:.0f} |",
            flush=True,
        )
        if found["failed"]:
            print(f"{found['failed']:.0f} failed", file=sys.stderr)


def _measured(options: argparse.Namespace, name: str, phones: bool, jobs: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(options.data), "--measure", "--sets", name]
    command += ["--minutes", str(options.minutes), "--jobs", str(jobs)]
    command += ["--phones"] if phones else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(options: argparse.Namespace) -> None:
    """Align, and print what it took as JSON: seconds of audio, wall and CPU, peak megabytes of
    the largest process."""
    import resource

    utterances, seconds = _utterances(options.data / options.sets, options.minutes * 60)
    engine = PocketsphinxAligner(phones=options.phones)
    began, used = time.monotonic(), _cpu()
    failed = sum(
        not isinstance(result, Alignment)
        for result in engine.align_corpus(utterances, Lexicon(), Path(), options.jobs)
    )
    wall = time.monotonic() - began
    _wait_for_workers()
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    found = {"seconds": seconds, "wall": wall, "cpu": _cpu() - used, "failed": failed}
    print(json.dumps({**found, "peak": peak / 1024}))


def _wait_for_workers() -> None:
    """CPU time of child processes counts once they have ended."""
    import multiprocessing

    for child in multiprocessing.active_children():
        child.join(10)


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _utterances(folder: Path, limit: float) -> tuple[list[Utterance], float]:
    found: list[Utterance] = []
    seconds = 0.0
    for line in (folder / "utterances.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row.get("text") or " ".join(word for *_, word in row.get("words", ()))
        if text and seconds < limit:
            found.append(Utterance(id=row["id"], audio=folder / row["audio"], transcript=text))
            seconds += row["duration"]
    return found, seconds


if __name__ == "__main__":
    main()
