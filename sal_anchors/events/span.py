"""A stretch of an utterance that a query found, and the event at its start or end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sal_anchors.align.alignment import Interval
from sal_anchors.events.confidence import confidence
from sal_anchors.events.event import Event, EventKind

AT_START = frozenset(
    (
        EventKind.KEYWORD_START,
        EventKind.SPEECH_ONSET,
        EventKind.WORD_START,
        EventKind.SYLLABLE_START,
        EventKind.PHONE_START,
    )
)
"""Kinds whose moment is where their span begins."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a query found.

    Attributes:
        label: of its event.
        first: the word or phone whose start is the span's.
        last: the word or phone whose end is the span's.
        words: those that tell how sure it is.
    """

    label: str
    first: Interval
    last: Interval
    words: tuple[Interval, ...]

    @property
    def start(self) -> float:
        """Seconds from the utterance's start."""
        return self.first.start

    @property
    def end(self) -> float:
        """Seconds from the utterance's start."""
        return self.last.end

    def event(self, kind: EventKind, source: str) -> Event:
        """The event at the span's start or end, as ``kind`` says."""
        at_start = kind in AT_START
        edge = self.first.start_uncertainty if at_start else self.last.end_uncertainty
        return Event(
            kind=kind,
            label=self.label,
            time=self.start if at_start else self.end,
            start=self.start,
            end=self.end,
            confidence=confidence(self.words),
            uncertainty=edge or 0.0,
            source=source,
        )


def span_of_words(words: Sequence[Interval], label: str | None) -> Span:
    """The span from the first word to the last; without a label, it is what they say."""
    said = " ".join(word.label for word in words) if label is None else label
    return Span(said, words[0], words[-1], tuple(words))


def runs(words: Sequence[Interval], max_pause: float) -> Iterator[Sequence[Interval]]:
    """The words cut at each pause longer than ``max_pause`` seconds; no run is empty."""
    first = 0
    for index, word in enumerate(words):
        if index > first and word.start - words[index - 1].end > max_pause:
            yield words[first:index]
            first = index
    if words:
        yield words[first:]
