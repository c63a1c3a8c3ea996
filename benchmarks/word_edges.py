"""Word start and end errors of an alignment against hand-made boundaries.

    python benchmarks/word_edges.py FOLDER

prints, for raw pocketsphinx and after edge refinement, the error of all words and of those next
to silence, and the CPU cost of each stage a second of audio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hand_labelled import Labelled, read_labelled

from sal_anchors.accounting import Failure
from sal_anchors.align import Alignment, Interval, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.audio import read_recording
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

PAUSE_SECONDS = 0.1
WITHIN_MS = (10, 20, 50)
GROUPS = ("start, all words", "start after a pause", "end, all words", "end before a pause")


def main() -> None:
    labelled = read_labelled(Path(sys.argv[1]))
    began = time.process_time()
    results = list(
        PocketsphinxAligner().align_corpus(
            (item.utterance for item in labelled), Lexicon(), Path(), 1
        )
    )
    aligning = time.process_time() - began
    pairs = [
        (item, result)
        for item, result in zip(labelled, results, strict=True)
        if isinstance(result, Alignment)
    ]
    grid = FrameGrid()
    audio = [read_recording(result.utterance.audio, grid).samples for _, result in pairs]
    began = time.process_time()
    refined = [
        list(refine_words(result.words, result.phones, samples, grid, known=True))
        for (_, result), samples in zip(pairs, audio, strict=True)
    ]
    refining = time.process_time() - began
    seconds = sum(item.seconds for item in labelled)
    print(f"{len(labelled)} utterances, {seconds / 60:.1f} minutes, {len(pairs)} aligned")
    for item, result in zip(labelled, results, strict=True):
        if isinstance(result, Failure):
            print(f"  {item.utterance.id}: {result.reason}")
    print(
        f"CPU a second of audio: alignment {aligning / seconds:.4f} s, "
        f"refinement {refining / seconds:.5f} s\n"
    )
    truth = [item for item, _ in pairs]
    print_table("raw pocketsphinx", truth, [result.words for _, result in pairs])
    print_table("refined", truth, refined)


def print_table(name: str, truth: Sequence[Labelled], found: Sequence[Sequence[Interval]]) -> None:
    """Print errors as a Markdown table; bias is the median of found minus true."""
    errors: dict[str, list[float]] = {group: [] for group in GROUPS}
    for item, words in zip(truth, found, strict=True):
        collect(item.words, words, errors)
    print(
        f"| {name} | n | median | mean | p90 | bias | "
        + " | ".join(f"<= {ms} ms" for ms in WITHIN_MS)
        + " |"
    )
    print("|---" * (6 + len(WITHIN_MS)) + "|")
    for group, values in errors.items():
        signed = 1000 * np.array(values)
        size = np.abs(signed)
        shares = " | ".join(f"{100 * np.mean(size <= ms):.0f} %" for ms in WITHIN_MS)
        print(
            f"| {group} | {len(size)} | {np.median(size):.1f} | {size.mean():.1f} | "
            f"{np.quantile(size, 0.9):.1f} | {np.median(signed):+.1f} | {shares} |"
        )
    print()


def collect(
    truth: Sequence[tuple[float, float, str]],
    words: Sequence[Interval],
    errors: dict[str, list[float]],
) -> None:
    """Add signed errors in seconds; a pause is at least 100 ms between hand-made boundaries."""
    for index, ((start, end, _), word) in enumerate(zip(truth, words, strict=True)):
        errors["start, all words"].append(word.start - start)
        errors["end, all words"].append(word.end - end)
        if index == 0 or start - truth[index - 1][1] >= PAUSE_SECONDS:
            errors["start after a pause"].append(word.start - start)
        if index == len(truth) - 1 or truth[index + 1][0] - end >= PAUSE_SECONDS:
            errors["end before a pause"].append(word.end - end)


if __name__ == "__main__":
    main()
