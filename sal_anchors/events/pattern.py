"""Regular expressions over words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sal_anchors.align.alignment import Interval
from sal_anchors.errors import RecipeError
from sal_anchors.events.query import WordPattern
from sal_anchors.events.span import Span, runs, span_of_words

_SECONDS = 5.0
"""A search in one run of words may take this long; usual ones take microseconds."""


def find_patterns(words: Sequence[Interval], query: WordPattern) -> Iterator[Span]:
    """Each match of a pattern from one word's start to a word's end, in time order.

    Matches do not overlap, as those of ``re.finditer``. Empty ones are none.

    Raises:
        RecipeError: the search takes longer than any sensible pattern does.
    """
    pattern = _at_word_edges(query.pattern)
    for run in runs(words, query.max_pause):
        starts, ends, length = {}, {}, 0
        for index, word in enumerate(run):
            starts[length] = index
            length += len(word.label)
            ends[length] = index + 1
            length += 1
        for first, stop in _matches(pattern, " ".join(word.label for word in run), query):
            if first in starts and stop in ends and first < stop:
                yield span_of_words(run[starts[first] : ends[stop]], query.label)


@lru_cache(maxsize=256)
def _at_word_edges(pattern: str) -> Any:
    """The pattern, tried until it begins and ends at a word's edge; the line break ends a
    comment that the pattern may end with."""
    import regex

    end = "\n" if regex.compile(pattern).flags & regex.VERBOSE else ""
    return regex.compile(rf"(?<!\S)(?=\S)(?:{pattern}{end})(?<=\S)(?!\S)")


def _matches(pattern: Any, text: str, query: WordPattern) -> list[tuple[int, int]]:
    try:
        found = [match.span() for match in pattern.finditer(text, timeout=_SECONDS)]
    except TimeoutError:
        raise RecipeError(
            f"the pattern {query.pattern!r} takes more than {_SECONDS:g} s "
            f"on {len(text.split())} words",
            hint="Repeat no group that repeats itself: write 'a+' in place of '(a+)+'",
        ) from None
    return found
