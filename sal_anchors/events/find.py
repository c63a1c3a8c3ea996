"""All events of an utterance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from sal_anchors.align.alignment import Interval
from sal_anchors.events.boundary import every_phone, every_syllable, every_word
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.keyword import find_partial_phrases, find_phrases
from sal_anchors.events.overlap import Found, longest_of, not_whole
from sal_anchors.events.pattern import find_patterns
from sal_anchors.events.phone_sequence import find_partial_words, find_phone_sequences
from sal_anchors.events.phones import SpokenWord, spoken_words
from sal_anchors.events.query import (
    Boundary,
    Endpoint,
    PartialKeyword,
    PhoneSequence,
    Phrase,
    Query,
    Speech,
    WordPattern,
    uses_phones,
)
from sal_anchors.events.span import Span
from sal_anchors.events.speech import find_endpoint, find_speech


def find_events(
    words: Sequence[Interval],
    phones: Sequence[Interval],
    queries: Iterable[Query],
    *,
    source: str,
    engine_words: Sequence[Interval] | None = None,
    longest: bool = False,
) -> tuple[Event, ...]:
    """What the queries ask for, in time order.

    Occurrences of one query never overlap: the leftmost counts, and the search goes on behind
    it. Those of different queries each count, unless ``longest``. A partial keyword that ends
    where a whole keyword of another query ends is left out.

    Args:
        words: of one utterance, with refined edges, in time order.
        phones: as the engine gave them; empty if it gave none, then queries about phones find
            nothing.
        queries: what to look for; a query given twice counts once.
        source: what gave the times, recorded in each event.
        engine_words: the same words as the engine gave them, which tell the words of phones
            exactly; None for ``words``.
        longest: of whole keywords that overlap, only the longest is an event.

    Raises:
        RecipeError: a pattern that takes for ever, syllables of phones that are not ARPABET, or
            a partial keyword that nobody pronounces.
    """
    asked = tuple(dict.fromkeys(queries))
    needed = any(map(uses_phones, asked))
    spoken = spoken_words(words, phones, engine_words) if needed else ()
    whole: list[Found] = []
    partial: list[Found] = []
    other: list[Found] = []
    for query in asked:
        found = ((query, span) for span in _spans(query, words, spoken))
        if isinstance(query, Phrase | WordPattern | PhoneSequence):
            whole += found
        elif isinstance(query, PartialKeyword):
            partial += found
        else:
            other += found
    kept = [*(longest_of(whole) if longest else whole), *not_whole(partial, whole), *other]
    events = (span.event(query.kind, source) for query, span in kept)
    return tuple(sorted(events, key=lambda event: (event.time, event.kind, event.label)))


def _spans(query: Query, words: Sequence[Interval], spoken: Sequence[SpokenWord]) -> Iterator[Span]:
    match query:
        case Phrase():
            return find_phrases(words, query)
        case WordPattern():
            return find_patterns(words, query)
        case PhoneSequence():
            return find_phone_sequences(spoken, query)
        case PartialKeyword():
            return chain(find_partial_phrases(words, query), find_partial_words(spoken, query))
        case Speech():
            return find_speech(words, query)
        case Endpoint():
            return find_endpoint(words)
        case Boundary():
            return _boundaries(query, words, spoken)


def _boundaries(
    query: Boundary, words: Sequence[Interval], spoken: Sequence[SpokenWord]
) -> Iterator[Span]:
    if query.kind in (EventKind.WORD_START, EventKind.WORD_END):
        return every_word(words)
    if query.kind in (EventKind.PHONE_START, EventKind.PHONE_END):
        return every_phone(spoken)
    return every_syllable(spoken)
