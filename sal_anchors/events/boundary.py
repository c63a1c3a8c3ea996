"""Every word, every phone, every syllable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.errors import RecipeError
from sal_anchors.events.phones import SpokenWord
from sal_anchors.events.span import Span
from sal_anchors.events.syllable import is_arpabet, syllables


def every_word(words: Sequence[Interval]) -> Iterator[Span]:
    """Each word, in time order."""
    for word in words:
        yield Span(word.label, word, word, (word,))


def every_phone(spoken: Sequence[SpokenWord]) -> Iterator[Span]:
    """Each phone of a word, in time order."""
    for one in spoken:
        for phone in one.phones:
            yield Span(phone.label, phone, phone, (one.word,))


def every_syllable(spoken: Sequence[SpokenWord]) -> Iterator[Span]:
    """Each syllable, labelled with its phones, in time order.

    A word with a phone that is not ARPABET has none.

    Raises:
        RecipeError: not one phone is ARPABET.
    """
    phones = [phone.label for one in spoken for phone in one.phones]
    if phones and not any(map(is_arpabet, phones)):
        raise RecipeError(
            f"syllables are found in ARPABET phones only, not in {phones[0]!r} and such",
            hint="Use an engine that gives ARPABET phones, such as pocketsphinx",
        )
    for one in spoken:
        labels = [phone.label for phone in one.phones]
        if all(map(is_arpabet, labels)):
            for part in syllables(labels):
                said = one.phones[part]
                yield Span(" ".join(labels[part]), said[0], said[-1], (one.word,))
