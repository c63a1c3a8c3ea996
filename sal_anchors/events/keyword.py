"""Phrases: runs of one or more words, and the beginnings of them that stay beginnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.events.query import PartialKeyword, Phrase
from sal_anchors.events.span import Span, runs, span_of_words


def find_phrases(words: Sequence[Interval], query: Phrase) -> Iterator[Span]:
    """Each occurrence of a phrase, in time order.

    Words are compared whole and in lower case; an occurrence whose words are more than
    ``max_pause`` apart is none. Occurrences do not overlap: the search goes on behind the one
    found.
    """
    if not any(query.words[0] in word.label for word in words):
        return
    label = " ".join(query.words) if query.label is None else query.label
    for run in runs(words, query.max_pause):
        for first, stop in _occurrences(run, query.words):
            yield span_of_words(run[first:stop], label)


def find_partial_phrases(words: Sequence[Interval], query: PartialKeyword) -> Iterator[Span]:
    """Each beginning of a phrase, by whole words, that its rest does not follow, in time order.

    Searched in what no whole occurrence covers; each as long as it can be, none overlapping.
    """
    for run in runs(words, query.max_pause):
        behind = 0
        for first, stop in (*_occurrences(run, query.words), (len(run), len(run))):
            yield from _beginnings(run[behind:first], query)
            behind = stop


def _occurrences(run: Sequence[Interval], wanted: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """``[first, stop)`` of each occurrence."""
    first = 0
    while first < len(run):
        if wanted[0] not in run[first].label:
            first += 1
            continue
        count, parts = _shared(run, first, wanted)
        if parts == len(wanted):
            yield first, first + count
        first += count if parts == len(wanted) else 1


def _beginnings(run: Sequence[Interval], query: PartialKeyword) -> Iterator[Span]:
    first = 0
    while first < len(run):
        count, _ = _shared(run, first, query.words)
        if count:
            yield span_of_words(run[first : first + count], query.label)
        first += max(count, 1)


def _shared(run: Sequence[Interval], first: int, wanted: tuple[str, ...]) -> tuple[int, int]:
    """How many words of the run from ``first`` on say the beginning of ``wanted``, and how many
    of its words that is; more than the former where a label holds several, as a number's does."""
    count, parts = 0, 0
    while first + count < len(run):
        label = tuple(run[first + count].label.split())
        if not label or wanted[parts : parts + len(label)] != label:
            break
        count, parts = count + 1, parts + len(label)
    return count, parts
