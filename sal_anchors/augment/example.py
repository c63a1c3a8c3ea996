"""An example: audio and what happens in it, other streams too; every transform moves all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval
from sal_anchors.errors import AugmentError
from sal_anchors.events.event import Event
from sal_anchors.streams import Stream
from sal_anchors.timebase import FrameGrid

Samples = NDArray[np.float32]
Timed = TypeVar("Timed", Event, Interval)

INSTANTS = ("time", "start", "end")
"""Fields of events and intervals that are moments: they move with the audio and scale with it."""

DURATIONS = ("uncertainty", "start_uncertainty", "end_uncertainty")
"""Fields that are lengths of time: they scale with the audio and do not move. All others stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A stretch of audio, and the events, words and phones in it.

    Attributes:
        samples: float32 (N,), mono, full scale at +-1.
        sample_rate: Hz.
        events: times in seconds from the first sample, inside the audio.
        words: likewise, in time order.
        phones: likewise, in time order.
        id: of the utterance; of several, joined by ``+``.
        streams: readings of sensors, taken inside the audio; several of one name are pieces of
            one stream, in time order, of which a later one takes over with its first reading.
            Where there are no readings a stream is absent.
    """

    samples: Samples
    sample_rate: int
    events: tuple[Event, ...] = ()
    words: tuple[Interval, ...] = ()
    phones: tuple[Interval, ...] = ()
    id: str = ""
    streams: tuple[Stream, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    def sample_of(self, time: float) -> int:
        """The sample instant nearest to a time in seconds: ``floor(t * sample_rate + 1/2)``."""
        return _single_samples(self.sample_rate).sample_of(time)


@lru_cache(maxsize=16)
def _single_samples(sample_rate: int) -> FrameGrid:
    return FrameGrid(sample_rate, hop=1, window=1)


def moved(example: Example, samples: int) -> Example:
    """All moments and readings later by ``samples / sample_rate`` seconds; the audio as it is."""
    if not samples:
        return example
    seconds, exactly = samples / example.sample_rate, Fraction(samples, example.sample_rate)
    later = _with(example, INSTANTS, lambda value: value + seconds)
    streams = tuple(stream.moved(exactly) for stream in example.streams)
    return dataclasses.replace(later, streams=streams)


def stretched(example: Example, factor: Fraction) -> Example:
    """All moments, readings and lengths of time times ``factor``; the audio as it is."""
    up, down = factor.numerator, factor.denominator
    longer = _with(example, INSTANTS + DURATIONS, lambda value: value * up / down)
    streams = tuple(stream.stretched(factor) for stream in example.streams)
    return dataclasses.replace(longer, streams=streams)


def require_audio(samples: NDArray[Any], what: str) -> None:
    """Raise AugmentError unless samples are a mono stretch of finite numbers, and not empty."""
    if samples.ndim != 1 or not len(samples) or not np.isfinite(samples).all():
        raise AugmentError(
            f"{what} must be one channel of finite samples, got shape {samples.shape}",
            hint="Read it as mono, with at least one sample",
        )


def _with(example: Example, names: tuple[str, ...], change: Callable[[float], float]) -> Example:
    def changed(item: Timed) -> Timed:
        values: dict[str, Any] = {
            name: change(value)
            for name in names
            if (value := getattr(item, name, None)) is not None
        }
        return dataclasses.replace(item, **values)

    return dataclasses.replace(
        example,
        events=tuple(map(changed, example.events)),
        words=tuple(map(changed, example.words)),
        phones=tuple(map(changed, example.phones)),
    )
