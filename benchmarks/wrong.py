"""Transcripts made wrong on purpose, each a new utterance of the same audio."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pocketsphinx
from hand_labelled import Labelled

from sal_anchors.align import words_of
from sal_anchors.corpus import Utterance


@dataclass(frozen=True, slots=True)
class Wrong:
    """An utterance with a transcript that is not what is said.

    Attributes:
        source: what it was made from.
        utterance: the same audio, or a part of it, with the wrong transcript.
        index: the wrong word's place in the transcript, if it is one word that is wrong.
    """

    source: Labelled
    utterance: Utterance
    index: int | None = None


def dictionary() -> dict[str, tuple[str, ...]]:
    """Words of the engine's dictionary with their first pronunciation."""
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    entries = (line.split() for line in path.read_text("utf-8").splitlines())
    return {word: tuple(phones) for word, *phones in entries if "(" not in word}


def shuffled(corpus: Sequence[Labelled], rng: random.Random) -> list[Wrong]:
    """Each with the transcript of another; never with one that has the same words."""
    texts = [_words(item) for item in corpus]
    while True:
        order = rng.sample(range(len(corpus)), len(corpus))
        if all(texts[here] != texts[there] for here, there in enumerate(order)):
            return [
                _with_words(item, texts[there]) for item, there in zip(corpus, order, strict=True)
            ]


def substituted(
    corpus: Sequence[Labelled], rng: random.Random, words: dict[str, tuple[str, ...]]
) -> list[Wrong]:
    """One word each replaced by a random one of the dictionary that has as many phones, or one
    more or fewer, and is pronounced otherwise."""
    names = _plain(words)
    wrong = []
    for item in corpus:
        said = _words(item)
        index = rng.randrange(len(said))
        phones = words[said[index]]
        while True:
            name = rng.choice(names)
            if words[name] != phones and abs(len(words[name]) - len(phones)) <= 1:
                break
        wrong.append(_with_words(item, [*said[:index], name, *said[index + 1 :]], index))
    return wrong


def with_extra(
    corpus: Sequence[Labelled], rng: random.Random, words: dict[str, tuple[str, ...]]
) -> list[Wrong]:
    """One random word of the dictionary more, anywhere."""
    names = _plain(words)
    wrong = []
    for item in corpus:
        said = _words(item)
        index = rng.randrange(len(said) + 1)
        changed = [*said[:index], rng.choice(names), *said[index:]]
        wrong.append(_with_words(item, changed, index))
    return wrong


def without_a_third(corpus: Sequence[Labelled], rng: random.Random) -> list[Wrong]:
    """A third of the words left out, in one stretch."""
    wrong = []
    for item in corpus:
        said = _words(item)
        gone = max(1, len(said) // 3)
        first = rng.randrange(len(said) - gone + 1)
        wrong.append(_with_words(item, [*said[:first], *said[first + gone :]]))
    return wrong


def truncated(corpus: Sequence[Labelled]) -> list[Wrong]:
    """The recording stops after two thirds of what is said."""
    return [
        Wrong(item, replace(item.utterance, duration=item.words[-1][1] * 2 / 3)) for item in corpus
    ]


def _plain(words: dict[str, tuple[str, ...]]) -> list[str]:
    return sorted(filter(str.isalpha, words))


def _words(item: Labelled) -> list[str]:
    return list(words_of(item.utterance.transcript or ""))


def _with_words(item: Labelled, words: Sequence[str], index: int | None = None) -> Wrong:
    return Wrong(item, replace(item.utterance, transcript=" ".join(words)), index)
