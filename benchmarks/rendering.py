"""How fast labels and weights are rendered: ``render`` alone, and the whole ``render`` command.

Usage: python benchmarks/rendering.py [--rows N] [--textgrids]

Builds a manifest of N synthetic utterances of ten seconds, each of 25 words and 75 phones with two
keywords, in a temporary folder, and renders it anew with another kernel. Seconds are CPU seconds of
one core: other work on the machine does not count. Peak memory is that of the child process that
renders, by its own account.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sal_anchors.accounting import Status
from sal_anchors.align.alignment import Interval, Provenance
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.anchors.rules import KernelConfig
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Header, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import StagedManifest
from sal_anchors.rerender import rendered, rerender

RATE = 16_000
SECONDS = 10
WORDS = 25
FRAMES = 20_000_000
RECIPE = keyword_recipe(("hey computer",))


def events(seconds: float, count: int) -> list[Event]:
    rng = np.random.default_rng(count)
    return [
        Event(EventKind.KEYWORD_END, "hey computer", end, end - 0.5, end, 0.9, 0.03, "truth")
        for end in np.sort(rng.uniform(0.5, seconds, count)).tolist()
    ]


def rate(recipe: Recipe, seconds: float, count: int) -> float:
    """Frames a second of ``render`` alone on recordings of ``seconds`` with ``count`` events."""
    found, frames = events(seconds, count), recipe.grid.grid().num_frames(int(seconds * RATE))
    render(found, recipe, frames)
    times = max(1, FRAMES // frames)
    began = time.process_time()
    for _ in range(times):
        render(found, recipe, frames)
    return times * frames / (time.process_time() - began)


def variants() -> Iterator[tuple[str, Recipe]]:
    yield "gaussian", RECIPE
    for name, change in (
        ("laplace", {"shape": "laplace"}),
        ("widened by uncertainty", {"widen": 1.0}),
    ):
        kernel = KernelConfig.model_validate(change)
        rule = RECIPE.events[0].model_copy(update={"kernel": kernel})
        yield name, RECIPE.model_copy(update={"events": (rule,)})
    weights = RECIPE.weights.model_copy(update={"normalise": "recording"})
    yield "each recording's mean 1", RECIPE.model_copy(update={"weights": weights})


def rows(number: int) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    for index in range(number):
        edges = np.sort(rng.uniform(0, SECONDS, 2 * WORDS)).round(4).tolist()
        names = [f"w{n % 7}" for n in range(WORDS)]
        names[4:6] = names[14:16] = ["hey", "computer"]
        words = tuple(
            Interval(name, edges[2 * n], edges[2 * n + 1], -1.0, 0.9, 0.03, 0.04)
            for n, name in enumerate(names)
        )
        phones = tuple(
            Interval("AH", word.start + part * third, word.start + (part + 1) * third, -1.0)
            for word in words
            for third in ((word.end - word.start) / 3,)
            for part in range(3)
        )
        row = Row(
            id=f"speaker{index % 100:03d}/utterance{index:07d}",
            status=Status.OK,
            audio=f"speaker{index % 100:03d}/utterance{index:07d}.flac",
            sample_rate=RATE,
            num_samples=SECONDS * RATE,
            content_hash=f"{index:064x}",
            transcript=" ".join(names),
            split=("train", "dev", "test")[index % 3],
            words=words,
            engine_words=words,
            phones=phones,
        )
        yield rendered(row, RECIPE, old=RECIPE, engine="pocketsphinx")


def build(folder: Path, number: int, *, textgrids: bool) -> None:
    with StagedManifest(folder, textgrids=textgrids) as staged:
        parts, tally = staged.write(rows(number))
        header = Header(
            tool_version="0",
            audio_root="..",
            grid=RECIPE.grid.grid(),
            recipe=RECIPE,
            provenance=Provenance("pocketsphinx", "0", "synthetic"),
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        )
        staged.commit(header, tally)


def _peak_megabytes() -> float:
    """Peak resident memory of this process since it began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def whole_command(folder: Path, normalise: str) -> None:
    """Render the manifest in this process, and print frames a second and peak memory."""
    rule = RECIPE.events[0].model_copy(update={"kernel": KernelConfig(peak=3.0, left_ms=50.0)})
    weights = RECIPE.weights.model_copy(update={"normalise": normalise})
    recipe = RECIPE.model_copy(update={"events": (rule,), "weights": weights})
    before = _peak_megabytes()
    began = time.process_time()
    tally = rerender(folder, recipe)
    seconds = time.process_time() - began
    frames = tally.total * recipe.grid.grid().num_frames(SECONDS * RATE)
    after = _peak_megabytes()
    print(
        f"whole command, normalise {normalise:9}: "
        f"{frames / seconds / 1e6:6.2f} million frames a CPU second, "
        f"{tally.total / seconds:7.0f} utterances a CPU second, peak memory {after:.0f} MB "
        f"({before:.0f} MB before it)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--textgrids", action="store_true")
    parser.add_argument("--command", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--normalise", default="none", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.command:
        whole_command(options.command, options.normalise)
        return
    for name, recipe in variants():
        for seconds, count in ((10, 2), (3_600, 720), (36_000, 20)):
            print(
                f"render alone, {name:23} {seconds:6} s, {count:4} events: "
                f"{rate(recipe, seconds, count) / 1e6:7.1f} million frames a CPU second",
                flush=True,
            )
    with tempfile.TemporaryDirectory() as scratch:
        for number in (options.rows // 10, options.rows):
            folder = Path(scratch) / f"{number}.anchors"
            build(folder, number, textgrids=options.textgrids)
            print(f"{number} utterances of {SECONDS} s:", flush=True)
            for normalise in ("none", "corpus"):
                command = [sys.executable, __file__, "--command", folder, "--normalise", normalise]
                subprocess.run(list(map(str, command)), check=True)  # noqa: S603


if __name__ == "__main__":
    main()
