"""How fast labels and weights are rendered: ``render`` alone, and the whole ``render`` command.

Usage: python benchmarks/rendering.py [--rows N] [--textgrids]

Builds a manifest of N synthetic utterances of ten seconds, each of 25 words and 75 phones with two
keywords, in a temporary folder, and renders it anew: with another kernel, the same over the corpus,
and with another keyword, which has all events found again. Seconds are CPU seconds of
one core: of other work on the machine they feel shared caches only. Peak memory is that of the
child process that renders, by its own account.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from sal_anchors import __version__
from sal_anchors.accounting import Status
from sal_anchors.align.alignment import Interval, Provenance
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.anchors.rules import KernelConfig
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Header, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import StagedManifest
from sal_anchors.rerender import rerender

RATE = 16_000
SECONDS = 10
WORDS = 25
FRAMES = 20_000_000
RECIPE = keyword_recipe(("hey computer",))
WHAT = ("another kernel", "corpus mean", "another keyword")


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
        edges = np.sort(rng.choice(np.arange(1, 100 * SECONDS), 2 * WORDS, replace=False)) / 100
        names = [f"w{n % 7}" for n in range(WORDS)]
        names[4:6] = names[14:16] = ["hey", "computer"]
        engine_words = tuple(
            Interval(name, start, end, score)
            for name, (start, end), score in zip(
                names,
                edges.reshape(-1, 2).tolist(),
                rng.uniform(-3, 0, WORDS).tolist(),
                strict=True,
            )
        )
        words = tuple(
            replace(
                word,
                start=word.start + shift / RATE,
                confidence=0.9,
                start_uncertainty=0.03,
                end_uncertainty=0.04,
            )
            for word, shift in zip(engine_words, rng.integers(0, 80, WORDS).tolist(), strict=True)
        )
        phones = tuple(
            Interval("AH", round(first, 2), round(last, 2), score)
            for word in engine_words
            for first, last in pairwise(np.linspace(word.start, word.end, 4).tolist())
            for score in (round(word.score or 0, 3),)
        )
        found = RECIPE.find(words, phones, engine_words=engine_words, source="pocketsphinx+energy")
        frames = RECIPE.grid.grid().num_frames(SECONDS * RATE)
        targets = render(found, RECIPE, frames)
        yield Row(
            id=f"speaker{index % 100:03d}/utterance{index:07d}",
            status=Status.OK,
            audio=f"speaker{index % 100:03d}/utterance{index:07d}.flac",
            sample_rate=RATE,
            num_samples=SECONDS * RATE,
            content_hash=f"{index:064x}",
            transcript=" ".join(names),
            split=("train", "dev", "test")[index % 3],
            words=words,
            engine_words=engine_words,
            phones=phones,
            events=found,
            anchors=targets.anchors,
            num_frames=frames,
            labels=targets.labels,
            weights=targets.weights,
        )


def build(folder: Path, number: int, *, textgrids: bool) -> None:
    with StagedManifest(folder, textgrids=textgrids) as staged:
        parts, tally = staged.write(rows(number))
        header = Header(
            tool_version=__version__,
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


def recipe_of(what: str) -> Recipe:
    """The recipe that a manifest of :func:`build` is rendered anew by."""
    if what == "another keyword":
        return RECIPE.with_keywords(("w1 w2",))
    rule = RECIPE.events[0].model_copy(update={"kernel": KernelConfig(peak=3.0, left_ms=50.0)})
    normalise = "corpus" if what == "corpus mean" else "none"
    weights = RECIPE.weights.model_copy(update={"normalise": normalise})
    events = (rule, *RECIPE.events[1:])
    return RECIPE.model_copy(update={"events": events, "weights": weights})


def whole_command(folder: Path, what: str) -> None:
    """Render the manifest in this process, and print frames a second and peak memory."""
    recipe = recipe_of(what)
    before = _peak_megabytes()
    began = time.process_time()
    tally = rerender(folder, recipe)
    seconds = time.process_time() - began
    frames = tally.total * recipe.grid.grid().num_frames(SECONDS * RATE)
    after = _peak_megabytes()
    print(
        f"whole command, {what:15}: {frames / seconds / 1e6:6.2f} million frames a CPU second, "
        f"{tally.total / seconds:7.0f} utterances a CPU second, peak memory {after:.0f} MB "
        f"({before:.0f} MB before it)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--textgrids", action="store_true")
    parser.add_argument("--command", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--what", default=WHAT[0], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.command:
        whole_command(options.command, options.what)
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
            for what in WHAT:
                command = [sys.executable, __file__, "--command", folder, "--what", what]
                subprocess.run(list(map(str, command)), check=True)  # noqa: S603


if __name__ == "__main__":
    main()
