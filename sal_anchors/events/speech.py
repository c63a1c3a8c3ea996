"""Stretches of speech between silences, and the end of the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.events.event import EventKind
from sal_anchors.events.query import Speech
from sal_anchors.events.span import Span

SPEECH = "speech"
"""The label of what is about speech, whatever is said."""


def find_speech(words: Sequence[Interval], query: Speech) -> Iterator[Span]:
    """Each stretch of speech, in time order.

    A stretch is a run of words with gaps shorter than ``min_silence``; those shorter than
    ``min_speech`` are left out. Before and after the utterance is silence. It is as sure as the
    word at the edge that is asked for.
    """
    for stretch in _stretches(words, query.min_silence):
        if stretch[-1].end - stretch[0].start >= query.min_speech:
            edge = stretch[0] if query.kind is EventKind.SPEECH_ONSET else stretch[-1]
            yield Span(SPEECH, stretch[0], stretch[-1], (edge,))


def find_endpoint(words: Sequence[Interval]) -> Iterator[Span]:
    """From the first word to the end of the last, which tells how sure it is."""
    if words:
        yield Span(SPEECH, words[0], words[-1], (words[-1],))


def _stretches(words: Sequence[Interval], min_silence: float) -> Iterator[list[Interval]]:
    stretch: list[Interval] = []
    for word in words:
        if stretch and word.start - stretch[-1].end >= min_silence:
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch
