"""Speech onsets: where speech begins after silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.events.confidence import confidence
from sal_anchors.events.event import Event, EventKind

SPEECH = "speech"


def find_speech_onsets(
    words: Sequence[Interval], *, min_silence: float, min_speech: float, source: str
) -> Iterator[Event]:
    """An event at the start of each stretch of speech, in time order.

    A stretch is a run of words with gaps shorter than ``min_silence`` seconds; stretches
    shorter than ``min_speech`` seconds are left out. Before the utterance is silence.
    """
    stretch: list[Interval] = []
    for word in words:
        if stretch and word.start - stretch[-1].end >= min_silence:
            yield from _event(stretch, min_speech, source)
            stretch = []
        stretch.append(word)
    yield from _event(stretch, min_speech, source)


def _event(stretch: Sequence[Interval], min_speech: float, source: str) -> Iterator[Event]:
    if not stretch:
        return
    start, end = stretch[0].start, stretch[-1].end
    if end - start >= min_speech:
        yield Event(
            kind=EventKind.SPEECH_ONSET,
            label=SPEECH,
            time=start,
            start=start,
            end=end,
            confidence=confidence(stretch[:1]),
            uncertainty=stretch[0].start_uncertainty or 0.0,
            source=source,
        )
