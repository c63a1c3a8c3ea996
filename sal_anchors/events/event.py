"""A semantically critical moment in an utterance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of events that the finders return; each names the moment that is its time.

    ``partial_keyword``: the end of a keyword's beginning whose rest does not follow.
    ``endpoint``: the end of the utterance's last word.
    """

    KEYWORD_START = "keyword_start"
    KEYWORD_END = "keyword_end"
    PARTIAL_KEYWORD = "partial_keyword"
    SPEECH_ONSET = "speech_onset"
    SPEECH_OFFSET = "speech_offset"
    ENDPOINT = "endpoint"
    WORD_START = "word_start"
    WORD_END = "word_end"
    SYLLABLE_START = "syllable_start"
    SYLLABLE_END = "syllable_end"
    PHONE_START = "phone_start"
    PHONE_END = "phone_end"


@dataclass(frozen=True, slots=True)
class Event:
    """A moment that a streaming detector should react to.

    Attributes:
        kind: what happens there.
        label: the keyword, what was said of a partial one, the word, phone or syllable, or
            ``speech``.
        time: seconds from the utterance's start.
        start: start of the span the event belongs to (keyword, stretch of speech), seconds.
        end: end of that span, seconds.
        confidence: of the least sure word of the span, in [0, 1]; see
            :func:`sal_anchors.events.confidence.confidence`.
        uncertainty: seconds; the true time lies within ``time +- uncertainty`` in about 90 %
            of cases, as measured on hand-labelled speech; 0 where it was not estimated.
        source: what gave the time, such as ``pocketsphinx+edges``.
    """

    kind: EventKind
    label: str
    time: float
    start: float
    end: float
    confidence: float
    uncertainty: float
    source: str
