"""How wrong transcripts and recordings cut short are caught, and how often right ones are.

    python benchmarks/wrong_transcripts.py FOLDER [FOLDER ...]

The first folder holds hand-labelled speech, whose transcripts are made wrong in five ways. All
folders give false alarms: their transcripts are taken to be right.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from hand_labelled import read_labelled, read_transcribed
from wrong import Wrong, dictionary, shuffled, substituted, truncated, with_extra, without_a_third

from sal_anchors.accounting import Reason, Status
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.finding import FindingCode
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.quality import Assessment, assess
from sal_anchors.align.quality.calibration import calibration_of
from sal_anchors.audio import read_recording
from sal_anchors.corpus import Utterance
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

SEEDS = 3
SAMPLE = 150


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an utterance; ``low`` holds the places of words flagged ``low_score``."""

    status: Status
    reason: Reason | None
    score: float | None
    low: frozenset[int]
    words: int
    codes: frozenset[FindingCode]


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    corpus, entries = read_labelled(folders[0]), dictionary()
    rngs = [random.Random(1000 + seed) for seed in range(SEEDS)]
    right = list(outcomes(item.utterance for item in corpus))
    print_header()
    print_row("right", right)
    mixed = list(outcomes(w.utterance for rng in rngs for w in shuffled(corpus, rng)))
    print_row("shuffled", mixed)
    swaps = list(chain.from_iterable(substituted(corpus, rng, entries) for rng in rngs))
    swapped = list(outcomes(w.utterance for w in swaps))
    print_row("one word substituted", swapped)
    made = {
        "one word more": with_extra(corpus, rngs[0], entries),
        "a third of the words left out": without_a_third(corpus, rngs[0]),
        "recording cut at two thirds": truncated(corpus),
    }
    for name, wrong in made.items():
        print_row(name, list(outcomes(w.utterance for w in wrong)))
    for folder in folders:
        items = read_transcribed(folder)
        sample = random.Random(0).sample(items, min(SAMPLE, len(items)))
        print_row(f"right, {folder.name}", list(outcomes(sample)))
    print()
    print_scores(right, mixed)
    print_words(right, swaps, swapped)


def outcomes(utterances: Iterable[Utterance]) -> Iterator[Outcome]:
    """Align and assess, as ``sal-anchors align`` does."""
    engine, grid = PocketsphinxAligner(), FrameGrid()
    limits = engine.capabilities.score_limits
    for result in engine.align_corpus(utterances, Lexicon(), Path(), 1):
        if not isinstance(result, Alignment):
            yield Outcome(Status.FAILED, result.reason, None, frozenset(), 0, frozenset())
            continue
        said = result.utterance
        samples = read_recording(said.audio, grid, start=said.start, duration=said.duration).samples
        refined = refine_words(result.words, result.phones, samples, grid, known=True)
        calibration = calibration_of(engine.provenance.engine)
        found = assess(result, refined, samples, grid, limits=limits, calibration=calibration)
        yield outcome_of(found, result.score)


def outcome_of(found: Assessment, score: float | None) -> Outcome:
    reason = found.verdict[0] if found.verdict else None
    starts = {one.start for one in found.findings if one.code is FindingCode.LOW_SCORE}
    return Outcome(
        reason.status if reason else Status.OK,
        reason,
        score,
        frozenset(index for index, word in enumerate(found.words) if word.start in starts),
        len(found.words),
        frozenset(one.code for one in found.findings),
    )


def print_header() -> None:
    print(
        "| transcripts | n | failed | suspect | ok with findings | ok without | reasons, findings |"
    )
    print("|---|---|---|---|---|---|---|")


def print_row(name: str, results: Sequence[Outcome]) -> None:
    """Utterances by what became of them."""
    status = Counter(one.status for one in results)
    noted = sum(one.status is Status.OK and bool(one.codes) for one in results)
    why = Counter(one.reason.value for one in results if one.reason)
    codes = Counter(code.value for one in results for code in one.codes)
    told = "; ".join(
        ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        for counts in (why, codes)
    )
    shares = (status[Status.FAILED], status[Status.SUSPECT], noted, status[Status.OK] - noted)
    cells = " | ".join(f"{100 * share / len(results):.1f} %" for share in shares)
    print(f"| {name} | {len(results)} | {cells} | {told} |", flush=True)


def print_scores(right: Sequence[Outcome], mixed: Sequence[Outcome]) -> None:
    """Where the scores of right and of shuffled transcripts lie; -inf where alignment failed."""
    lowest = np.array([-np.inf if one.score is None else one.score for one in right])
    highest = np.array([-np.inf if one.score is None else one.score for one in mixed])
    at_one = float(np.quantile(lowest, 0.01))
    print(f"utterance score: right transcripts, lowest {lowest.min():.2f}, 1 % {at_one:.2f}; ")
    print(f"shuffled, highest {highest.max():.2f}")
    print(f"caught at 1 % false alarms: {100 * np.mean(highest < at_one):.1f} %\n")


def print_words(
    right: Sequence[Outcome], swaps: Sequence[Wrong], swapped: Sequence[Outcome]
) -> None:
    """Flags at the substituted word, and at words that are right."""
    aligned = [(w, one) for w, one in zip(swaps, swapped, strict=True) if one.words]
    at_word = sum(w.index in one.low for w, one in aligned)
    beside = sum(len(one.low - {w.index}) for w, one in aligned)
    others = sum(one.words - 1 for _, one in aligned)
    failed = len(swaps) - len(aligned)
    falsely, words = sum(len(one.low) for one in right), sum(one.words for one in right)
    print(
        f"substituted words flagged at the word: {at_word} of {len(aligned)} aligned "
        f"({100 * at_word / len(aligned):.1f} %); {failed} failed as a whole"
    )
    print(f"right words flagged: {falsely} of {words} ({100 * falsely / words:.1f} %)")
    print(f"beside a substituted word: {beside} of {others} ({100 * beside / others:.1f} %)")


if __name__ == "__main__":
    main()
