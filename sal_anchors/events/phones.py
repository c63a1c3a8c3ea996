"""The phones of each word, on the word's refined edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sal_anchors.align.alignment import Interval

_REACH = 0.05
_SHORTEST = 0.005
_INNER = 0.030
"""90th percentile of the absolute error of pocketsphinx's edges between phones of one word, on
hand-labelled speech: 1352 edges of 8 TIMIT speakers."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and its phones.

    Attributes:
        word: with refined edges.
        phones: in time order, inside the word: the first starts and the last ends where it does.
            At the word's edges they are as uncertain as it; inside it each edge has the
            uncertainty that the engine gave it, else 30 ms.
    """

    word: Interval
    phones: tuple[Interval, ...]


def spoken_words(
    words: Sequence[Interval],
    phones: Sequence[Interval],
    engine_words: Sequence[Interval] | None = None,
) -> tuple[SpokenWord, ...]:
    """Give each word its phones, moved into its refined edges.

    A phone belongs to the engine's word that its middle is in, or that is nearest within 50 ms;
    one farther from every word belongs to none. Inner edges stay where the engine put them
    unless that is outside the word; no phone gets shorter than 5 ms by that, or than half an
    equal share of its word if this is less.

    Args:
        words: refined, in time order.
        phones: as the engine gave them, in time order.
        engine_words: the same words as the engine gave them; None for ``words``.
    """
    coarse = words if engine_words is None else engine_words
    groups: list[list[Interval]] = [[] for _ in words]
    for index, phone in _owners(coarse, phones):
        groups[index].append(phone)
    return tuple(
        SpokenWord(word, _fitted(word, group)) for word, group in zip(words, groups, strict=True)
    )


def _owners(
    words: Sequence[Interval], phones: Sequence[Interval]
) -> Iterator[tuple[int, Interval]]:
    index = 0
    for phone in phones:
        middle = (phone.start + phone.end) / 2
        while index + 1 < len(words) and _distance(words[index + 1], middle) < _distance(
            words[index], middle
        ):
            index += 1
        if words and _distance(words[index], middle) <= _REACH:
            yield index, phone


def _distance(word: Interval, time: float) -> float:
    return max(word.start - time, time - word.end, 0.0)


def _fitted(word: Interval, phones: Sequence[Interval]) -> tuple[Interval, ...]:
    if not phones:
        return ()
    count = len(phones)
    least = min(_SHORTEST, (word.end - word.start) / (2 * count))

    def inside(time: float, edge: int) -> float:
        """A time moved to where ``edge`` phones fit before it and the others behind it."""
        return min(
            max(time, word.start + least * edge),
            word.end - least * (count - edge),
        )

    moved = [
        replace(
            phone,
            start=inside(phone.start, index),
            end=inside(phone.end, index + 1),
            start_uncertainty=_known(phone.start_uncertainty),
            end_uncertainty=_known(phone.end_uncertainty),
        )
        for index, phone in enumerate(phones)
    ]
    moved[0] = replace(moved[0], start=word.start, start_uncertainty=word.start_uncertainty)
    moved[-1] = replace(moved[-1], end=word.end, end_uncertainty=word.end_uncertainty)
    return tuple(moved)


def _known(uncertainty: float | None) -> float:
    return _INNER if uncertainty is None else uncertainty
