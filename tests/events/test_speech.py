"""Speech onsets: one for each stretch of speech after silence."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.speech import find_speech_onsets


def _words(*spans: tuple[float, float]) -> list[Interval]:
    return [
        Interval(f"w{n}", start, end, -1.0 - n, start_uncertainty=0.01 * n, end_uncertainty=0.5)
        for n, (start, end) in enumerate(spans)
    ]


def _onsets(
    words: list[Interval], min_silence: float = 0.2, min_speech: float = 0.05
) -> list[Event]:
    return list(
        find_speech_onsets(words, min_silence=min_silence, min_speech=min_speech, source="engine+x")
    )


def test_a_stretch_begins_after_silence_and_holds_the_words_close_by() -> None:
    words = _words((0.5, 0.75), (0.875, 1.0), (1.25, 2.0), (2.1875, 3.0))
    first, second = _onsets(words, min_silence=0.25)
    assert (first.time, first.start, first.end) == (0.5, 0.5, 1.0)
    assert (second.time, second.start, second.end) == (1.25, 1.25, 3.0)
    assert first.kind is second.kind is EventKind.SPEECH_ONSET
    assert first.label == "speech"
    assert [e.uncertainty for e in (first, second)] == [w.start_uncertainty for w in words[::2]]
    assert second.source == "engine+x"


def test_speech_from_the_first_sample_on_has_an_onset_too() -> None:
    assert [event.time for event in _onsets(_words((0.0, 1.0)))] == [0.0]


def test_no_words_have_no_onset() -> None:
    assert _onsets([]) == []


def test_a_stretch_that_is_too_short_is_left_out() -> None:
    words = _words((0.5, 0.5625), (1.0, 1.125), (2.0, 2.0625))
    assert [event.time for event in _onsets(words, min_speech=0.125)] == [1.0]


def test_short_words_close_together_make_one_long_stretch() -> None:
    words = _words((0.5, 0.5625), (0.625, 0.6875))
    assert [event.time for event in _onsets(words, min_speech=0.125)] == [0.5]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=12), st.integers(1, 60))
def test_stretches_hold_every_word_and_are_apart(
    steps: list[tuple[int, int]], min_silence: int
) -> None:
    spans, now = [], 0
    for gap, length in steps:
        spans.append(((now + gap) / 64, (now + gap + length) / 64))
        now += gap + length
    events = _onsets(_words(*spans), min_silence / 64, min_speech=0.0)
    for earlier, later in pairwise(events):
        assert later.start - earlier.end >= min_silence / 64
    for start, end in spans:
        assert sum(event.start <= start and end <= event.end for event in events) == 1
    gaps = [b[0] - a[1] for a, b in pairwise(spans)]
    expected = bool(spans) + sum(gap >= min_silence / 64 for gap in gaps)
    assert len(events) == expected


def test_all_events_of_an_utterance_come_in_time_order() -> None:
    words = [
        Interval(label, start, start + 0.5, -1.0, start_uncertainty=0.01, end_uncertainty=0.02)
        for label, start in (("please", 0.0), ("wait", 0.5), ("please", 2.0))
    ]
    events = find_events(
        words,
        keywords=("wait", "please", "please wait"),
        max_pause=0.5,
        min_silence=0.2,
        min_speech=0.05,
        source="x",
    )
    assert [(event.time, event.kind.value, event.label) for event in events] == [
        (0.0, "speech_onset", "speech"),
        (0.5, "keyword_end", "please"),
        (1.0, "keyword_end", "please wait"),
        (1.0, "keyword_end", "wait"),
        (2.0, "speech_onset", "speech"),
        (2.5, "keyword_end", "please"),
    ]
