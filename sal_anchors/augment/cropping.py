"""Cutting a stretch out of an example: what cannot be heard in it any more is gone."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from sal_anchors.align.alignment import Interval
from sal_anchors.augment.example import Example, moved
from sal_anchors.errors import AugmentError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.streams import Stream

_EDGES_OF_STRETCHES = (EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET)


def crop(example: Example, *, first: int, length: int) -> Example:
    """Samples ``[first, first + length)``, or as many of them as there are.

    Moments move by ``-first / sample_rate`` seconds, exactly. An event stays if its moment lies in
    the crop (edges included) and its span overlaps it; a span that the crop cuts is clipped. Of
    speech whose onset or offset is cut off, the crop's edge is the new one, since that is where
    the sound now begins or ends; any other event whose moment is cut off is gone, so that a
    keyword without its end is no keyword. Words and phones are clipped too, and gone where they
    do not overlap. All comparisons are in samples. Of streams the readings taken in the crop stay,
    ``[0, length)``.

    Args:
        example: what to cut from.
        first: sample, in [0, N].
        length: samples, >= 0.

    Raises:
        AugmentError: a stretch that does not begin in the audio.
    """
    if not 0 <= first <= len(example.samples) or length < 0:
        raise AugmentError(
            f"no stretch of {length} samples begins at sample {first} of {len(example.samples)}",
            hint="Give first in [0, N] and a length of at least 0",
        )
    later = moved(example, -first)
    cut = dataclasses.replace(later, samples=example.samples[first : first + length])
    return dataclasses.replace(
        cut,
        events=tuple(_clipped_event(event, cut) for event in cut.events if _heard(event, cut)),
        words=_clipped(cut.words, cut),
        phones=_clipped(cut.phones, cut),
        streams=_within(cut),
    )


def _within(cut: Example) -> tuple[Stream, ...]:
    length = Fraction(len(cut.samples), cut.sample_rate)
    kept = (stream.within(length) for stream in cut.streams)
    return tuple(stream for stream in kept if len(stream.readings))


def _heard(event: Event, cut: Example) -> bool:
    inside = 0 <= cut.sample_of(event.time) <= len(cut.samples)
    return _overlaps(event, cut) and (inside or event.kind in _EDGES_OF_STRETCHES)


def _overlaps(span: Event | Interval, cut: Example) -> bool:
    """Whether the span and the audio share a sample; of an instant, whether it lies on one."""
    start, end = cut.sample_of(span.start), cut.sample_of(span.end)
    if start == end:
        return 0 <= start <= len(cut.samples)
    return max(0, start) < min(end, len(cut.samples))


def _clipped_event(event: Event, cut: Example) -> Event:
    start, end, time = (_inside(moment, cut) for moment in (event.start, event.end, event.time))
    return dataclasses.replace(event, start=start, end=end, time=time)


def _clipped(intervals: tuple[Interval, ...], cut: Example) -> tuple[Interval, ...]:
    return tuple(
        dataclasses.replace(
            interval, start=_inside(interval.start, cut), end=_inside(interval.end, cut)
        )
        for interval in intervals
        if _overlaps(interval, cut)
    )


def _inside(moment: float, cut: Example) -> float:
    return min(max(0.0, moment), cut.duration)
