"""Boundary errors of words whose pronunciation is guessed from their letters.

    python benchmarks/g2p_boundaries.py FOLDER [FOLDS]

FOLDER holds hand-labelled speech. In each fold every tenth different word loses its dictionary
pronunciation and gets that of :func:`sal_anchors.align.g2p.letters_to_sounds`; over ten folds
(the default) each word does once. Its boundaries, and those of its neighbours, are compared with
the ones that the dictionary's pronunciation gives, raw from the engine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pocketsphinx
from hand_labelled import Labelled, read_labelled

from sal_anchors.align import Alignment, Lexicon, words_of
from sal_anchors.align.g2p import letters_to_sounds
from sal_anchors.align.lexicon import Phones
from sal_anchors.align.pocketsphinx import PocketsphinxAligner

FOLDS = 10
WITHIN_MS = (20, 50, 100)
Errors = list[tuple[float, float]]


def main() -> None:
    labelled = read_labelled(Path(sys.argv[1]))
    folds = int(sys.argv[2]) if len(sys.argv) > 2 else FOLDS
    dictionary = _dictionary()
    words = sorted({_word(label) for item in labelled for _, _, label in item.words})
    words = [word for word in words if word in dictionary and letters_to_sounds(word)]
    guesses = {word: letters_to_sounds(word) or () for word in words}
    print(f"{len(labelled)} utterances, {len(words)} different words, {folds} folds of {FOLDS}")
    right = sum(guesses[word] in dictionary[word] for word in words)
    print(f"guesses that the dictionary has: {100 * right / len(words):.0f} %")
    began = time.process_time()
    letters_to_sounds.cache_clear()
    for word in words:
        letters_to_sounds(word)
    print(f"{1000 * (time.process_time() - began) / len(words):.2f} ms a guess\n")
    by_dictionary = _align(labelled, Lexicon())
    errors: dict[str, Errors] = {}
    lost = 0
    for fold in range(folds):
        guessed = {word: (guesses[word],) for word in words[fold::FOLDS]}
        wrong = {word for word in guessed if guesses[word] not in dictionary[word]}
        by_guess = _align(labelled, Lexicon(guessed))
        for item, known, found in zip(labelled, by_dictionary, by_guess, strict=True):
            if known and found:
                _collect(item, known, found, set(guessed), wrong, errors)
            lost += bool(known) and not found
    print(f"utterances that only the dictionary's pronunciation aligns: {lost}\n")
    _print_table(errors)


def _word(label: str) -> str:
    return " ".join(words_of(label))


def _dictionary() -> dict[str, list[Phones]]:
    entries: dict[str, list[Phones]] = {}
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        entries.setdefault(word.split("(")[0], []).append(tuple(phones))
    return entries


def _align(labelled: Sequence[Labelled], lexicon: Lexicon) -> list[Alignment | None]:
    utterances = (item.utterance for item in labelled)
    results = PocketsphinxAligner().align_corpus(utterances, lexicon, Path(), 1)
    return [result if isinstance(result, Alignment) else None for result in results]


def _collect(
    item: Labelled,
    known: Alignment,
    found: Alignment,
    guessed: set[str],
    wrong: set[str],
    errors: dict[str, Errors],
) -> None:
    """Add signed start and end errors in seconds to the groups that each word belongs to."""
    labels = [_word(label) for _, _, label in item.words]
    for index, (start, end, _) in enumerate(item.words):
        around = labels[max(index - 1, 0) : index + 2]
        if labels[index] in guessed:
            groups = ["guessed"] + ["guessed, another form"] * (labels[index] in wrong)
        elif wrong.intersection(around):
            groups = ["beside another form"]
        else:
            continue
        for group in groups:
            for name, alignment in (("dictionary", known), ("G2P", found)):
                word = alignment.words[index]
                errors.setdefault(f"{group}: {name}", []).append(
                    (word.start - start, word.end - end)
                )


def _print_table(errors: dict[str, Errors]) -> None:
    within = " | ".join(f"<= {ms} ms" for ms in WITHIN_MS)
    print(f"| words: pronunciation | n | edge | median | mean | p90 | {within} |")
    print("|---" * (6 + len(WITHIN_MS)) + "|")
    for group in sorted(errors):
        for edge, column in (("start", 0), ("end", 1)):
            size = 1000 * np.abs(np.array(errors[group])[:, column])
            shares = " | ".join(f"{100 * np.mean(size <= ms):.0f} %" for ms in WITHIN_MS)
            print(
                f"| {group} | {len(size)} | {edge} | {np.median(size):.1f} | {size.mean():.1f} | "
                f"{np.quantile(size, 0.9):.1f} | {shares} |"
            )


if __name__ == "__main__":
    main()
