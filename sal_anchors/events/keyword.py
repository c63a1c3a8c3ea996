"""Keyword ends: where a phrase of one or more words is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sal_anchors.align.alignment import Interval
from sal_anchors.align.lexicon import words_of
from sal_anchors.events.confidence import confidence
from sal_anchors.events.event import Event, EventKind


def find_keyword_ends(
    words: Sequence[Interval], phrase: str, *, max_pause: float, source: str
) -> Iterator[Event]:
    """An event at the end of each occurrence of ``phrase``, in time order.

    Words are compared whole and in lower case; an occurrence whose words are more than
    ``max_pause`` seconds apart is none. Occurrences do not overlap: the search goes on behind
    the one found.
    """
    wanted = words_of(phrase)
    first = 0
    while first + len(wanted) <= len(words):
        said = words[first : first + len(wanted)]
        if _matches(said, wanted, max_pause):
            yield _event(said, phrase, source)
            first += len(wanted)
        else:
            first += 1


def _matches(said: Sequence[Interval], wanted: tuple[str, ...], max_pause: float) -> bool:
    if tuple(word.label for word in said) != wanted:
        return False
    return all(later.start - earlier.end <= max_pause for earlier, later in pairwise(said))


def _event(said: Sequence[Interval], phrase: str, source: str) -> Event:
    return Event(
        kind=EventKind.KEYWORD_END,
        label=phrase,
        time=said[-1].end,
        start=said[0].start,
        end=said[-1].end,
        confidence=confidence(said),
        uncertainty=said[-1].end_uncertainty or 0.0,
        source=source,
    )
