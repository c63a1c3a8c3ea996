"""Speech onsets and offsets: one each for each stretch of speech between silences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.query import Endpoint, Query, Speech


def _words(*spans: tuple[float, float]) -> list[Interval]:
    return [
        Interval(
            f"w{n}",
            start,
            end,
            start_uncertainty=0.01 * n + 0.01,
            end_uncertainty=0.02 * n + 0.02,
            confidence=0.9 - 0.1 * n,
        )
        for n, (start, end) in enumerate(spans)
    ]


def _found(words: list[Interval], query: Query) -> list[Event]:
    return list(find_events(words, (), [query], source="engine+x"))


def _onsets(
    words: list[Interval], min_silence: float = 0.2, min_speech: float = 0.05
) -> list[Event]:
    return _found(words, Speech(min_silence=min_silence, min_speech=min_speech))


def _offsets(
    words: list[Interval], min_silence: float = 0.2, min_speech: float = 0.05
) -> list[Event]:
    kind = EventKind.SPEECH_OFFSET
    return _found(words, Speech(kind=kind, min_silence=min_silence, min_speech=min_speech))


SPEECH_OF_TWO_STRETCHES = ((0.5, 0.75), (0.875, 1.0), (1.25, 2.0), (2.1875, 3.0))


def test_a_stretch_begins_after_silence_and_holds_the_words_close_by() -> None:
    words = _words(*SPEECH_OF_TWO_STRETCHES)
    first, second = _onsets(words, min_silence=0.25)
    assert (first.time, first.start, first.end) == (0.5, 0.5, 1.0)
    assert (second.time, second.start, second.end) == (1.25, 1.25, 3.0)
    assert first.kind is second.kind is EventKind.SPEECH_ONSET
    assert first.label == "speech"
    assert [e.uncertainty for e in (first, second)] == [w.start_uncertainty for w in words[::2]]
    assert [e.confidence for e in (first, second)] == [w.confidence for w in words[::2]]
    assert second.source == "engine+x"


def test_it_ends_before_silence_at_the_end_of_its_last_word() -> None:
    words = _words(*SPEECH_OF_TWO_STRETCHES)
    first, second = _offsets(words, min_silence=0.25)
    assert (first.time, first.start, first.end) == (1.0, 0.5, 1.0)
    assert (second.time, second.start, second.end) == (3.0, 1.25, 3.0)
    assert first.kind is second.kind is EventKind.SPEECH_OFFSET
    assert [e.uncertainty for e in (first, second)] == [w.end_uncertainty for w in words[1::2]]
    assert [e.confidence for e in (first, second)] == [w.confidence for w in words[1::2]]


def test_speech_from_the_first_sample_on_has_an_onset_too() -> None:
    assert [event.time for event in _onsets(_words((0.0, 1.0)))] == [0.0]


@pytest.mark.parametrize("query", [Speech(), Speech(kind=EventKind.SPEECH_OFFSET), Endpoint()])
def test_no_words_have_no_event(query: Query) -> None:
    assert _found([], query) == []


def test_a_stretch_that_is_too_short_is_left_out() -> None:
    words = _words((0.5, 0.5625), (1.0, 1.125), (2.0, 2.0625))
    assert [event.time for event in _onsets(words, min_speech=0.125)] == [1.0]
    assert [event.time for event in _offsets(words, min_speech=0.125)] == [1.125]


def test_short_words_close_together_make_one_long_stretch() -> None:
    words = _words((0.5, 0.5625), (0.625, 0.6875))
    assert [event.time for event in _onsets(words, min_speech=0.125)] == [0.5]


def test_the_endpoint_is_the_end_of_the_last_word_and_as_sure_as_it() -> None:
    words = _words(*SPEECH_OF_TWO_STRETCHES)
    (event,) = _found(words, Endpoint())
    assert event.kind is EventKind.ENDPOINT
    assert (event.time, event.start, event.end) == (3.0, 0.5, 3.0)
    assert event.uncertainty == words[-1].end_uncertainty
    assert event.confidence == words[-1].confidence


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=12), st.integers(1, 60))
def test_stretches_hold_every_word_and_are_apart(
    steps: list[tuple[int, int]], min_silence: int
) -> None:
    spans, now = [], 0
    for gap, length in steps:
        spans.append(((now + gap) / 64, (now + gap + length) / 64))
        now += gap + length
    words = [Interval("w", start, end) for start, end in spans]
    events = _onsets(words, min_silence / 64, min_speech=0.0)
    for earlier, later in pairwise(events):
        assert later.start - earlier.end >= min_silence / 64
    for start, end in spans:
        assert sum(event.start <= start and end <= event.end for event in events) == 1
    gaps = [b[0] - a[1] for a, b in pairwise(spans)]
    expected = bool(spans) + sum(gap >= min_silence / 64 for gap in gaps)
    assert len(events) == expected


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=12),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_onsets_and_offsets_come_in_pairs_one_after_the_other(
    steps: list[tuple[int, int]], min_silence: int, min_speech: int
) -> None:
    words, now = [], 0
    for gap, length in steps:
        words.append(Interval("w", (now + gap) / 64, (now + gap + length) / 64))
        now += gap + length
    onsets = _onsets(words, min_silence / 64, min_speech / 64)
    offsets = _offsets(words, min_silence / 64, min_speech / 64)
    assert [(e.start, e.end) for e in onsets] == [(e.start, e.end) for e in offsets]
    for onset, offset in zip(onsets, offsets, strict=True):
        assert offset.time - onset.time >= min_speech / 64
    for offset, onset in zip(offsets, onsets[1:], strict=False):
        assert onset.time - offset.time >= min_silence / 64
