"""Which of several keywords count where they meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sal_anchors.events.query import Query
from sal_anchors.events.span import Span

Found = tuple[Query, Span]


def longest_of(whole: Iterable[Found]) -> list[Found]:
    """Of keywords that overlap, the longest; of equally long ones the earliest.

    Queries that found the very same stretch all keep it.
    """
    return [one for crowd in _crowds(whole) for one in _longest(crowd)]


def not_whole(partial: Iterable[Found], whole: Sequence[Found]) -> list[Found]:
    """Partial keywords without those that end where a whole one does: what is said there is no
    negative."""
    ends = {span.end for _, span in whole}
    return [one for one in partial if one[1].end not in ends]


def _crowds(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Those that overlap, directly or through others, together."""
    crowd: list[Found] = []
    reach = 0.0
    for one in sorted(found, key=lambda one: one[1].start):
        if crowd and one[1].start >= reach:
            yield crowd
            crowd = []
        crowd.append(one)
        reach = max(reach, one[1].end)
    if crowd:
        yield crowd


def _longest(crowd: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for query, span in sorted(crowd, key=lambda one: (one[1].start - one[1].end, one[1].start)):
        rivals = (other for _, other in kept if _overlap(span, other))
        if all((other.start, other.end) == (span.start, span.end) for other in rivals):
            kept.append((query, span))
    return kept


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
