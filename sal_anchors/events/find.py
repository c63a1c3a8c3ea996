"""All events of an utterance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.events.event import Event
from sal_anchors.events.keyword import find_keyword_ends
from sal_anchors.events.speech import find_speech_onsets


def find_events(
    words: Sequence[Interval],
    *,
    keywords: Iterable[str],
    max_pause: float,
    min_silence: float,
    min_speech: float,
    source: str,
) -> tuple[Event, ...]:
    """Keyword ends and speech onsets, in time order.

    Args:
        words: refined words of one utterance, in time order.
        keywords: phrases of one or more words.
        max_pause: the longest pause between words of one keyword, seconds.
        min_silence: a pause this long separates two stretches of speech, seconds.
        min_speech: the shortest stretch of speech that has an onset, seconds.
        source: what gave the times, recorded in each event.
    """
    events = list(
        find_speech_onsets(words, min_silence=min_silence, min_speech=min_speech, source=source)
    )
    for phrase in keywords:
        events += find_keyword_ends(words, phrase, max_pause=max_pause, source=source)
    return tuple(sorted(events, key=lambda event: (event.time, event.kind, event.label)))
