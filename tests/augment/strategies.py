"""Examples of all sorts, for hypothesis: every moment on a sample, inside the audio."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from sal_anchors.align.alignment import Interval
from sal_anchors.augment import Example
from sal_anchors.events.event import Event, EventKind
from sal_anchors.streams import Stream

from .transforms import RATE

SPEECH = (EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET)
AT_START = {kind for kind in EventKind if kind.endswith(("_start", "_onset"))}


@st.composite
def spans(draw: st.DrawFn, length: int, least: int = 0) -> tuple[int, int]:
    """Samples [start, end) of at least one."""
    start = draw(st.integers(least, length - 1))
    return start, draw(st.integers(start + 1, length))


@st.composite
def events(draw: st.DrawFn, length: int, least: int = 0) -> Event:
    kind = draw(st.sampled_from(EventKind))
    start, end = draw(spans(length, least))
    moment = start if kind in AT_START else end
    label = "speech" if kind in SPEECH else draw(st.sampled_from(["please", "hey computer"]))
    confidence = draw(st.sampled_from([0.25, 1.0]))
    return Event(kind, label, moment / RATE, start / RATE, end / RATE, confidence, 0.03, "drawn")


@st.composite
def intervals(draw: st.DrawFn, length: int) -> Interval:
    start, end = draw(spans(length))
    return Interval("word", start / RATE, end / RATE, -1.5, 0.75, 0.01, None)


@st.composite
def streams(draw: st.DrawFn, length: int) -> Stream:
    """Readings all along the audio, of which the first is taken at or after its start."""
    rate = draw(st.sampled_from([Fraction(10), Fraction(50), Fraction(999, 10), Fraction(1_000)]))
    start = Fraction(draw(st.integers(0, 3 * (length - 1))), 3 * RATE)
    count = math.ceil((Fraction(length, RATE) - start) * rate)
    readings = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    return Stream(draw(st.sampled_from(["wrist", "chest"])), rate, readings, start)


@st.composite
def examples(draw: st.DrawFn, *, least: int = 1, most: int = 6_000, earliest: int = 0) -> Example:
    """Noise with events, words and phones in it."""
    length = draw(st.integers(least, most))
    seed = draw(st.integers(0, 99))
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, length).astype(np.float32)
    samples.flags.writeable = False
    drawn = draw(st.lists(events(length, min(earliest, length - 1)), max_size=4))
    words = st.lists(intervals(length), max_size=3)
    others = draw(st.lists(streams(length), max_size=2))
    return Example(
        samples, RATE, tuple(drawn), tuple(draw(words)), tuple(draw(words)), "a", tuple(others)
    )
