"""A semantically critical moment in an utterance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of events that the finders return."""

    KEYWORD_END = "keyword_end"
    SPEECH_ONSET = "speech_onset"


@dataclass(frozen=True, slots=True)
class Event:
    """A moment that a streaming detector should react to.

    Attributes:
        kind: what happens there.
        label: the keyword phrase, or ``speech``.
        time: seconds from the utterance's start.
        start: start of the span the event belongs to (keyword, stretch of speech), seconds.
        end: end of that span, seconds.
        confidence: of the least sure word of the span, in [0, 1]; see
            :func:`sal_anchors.events.confidence.confidence`.
        uncertainty: seconds; the true time lies within ``time +- uncertainty`` in about 90 %
            of cases, as measured on hand-labelled speech.
        source: what gave the time, such as ``pocketsphinx+energy``.
    """

    kind: EventKind
    label: str
    time: float
    start: float
    end: float
    confidence: float
    uncertainty: float
    source: str
