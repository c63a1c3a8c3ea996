from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.alignment import Interval
from sal_anchors.augment import Example, crop
from sal_anchors.errors import AugmentError
from sal_anchors.events.event import Event, EventKind

from .same import assert_same
from .strategies import examples
from .transforms import RATE


def event(kind: EventKind, start: int, end: int, moment: int) -> Event:
    """An event by samples."""
    return Event(kind, "x", moment / RATE, start / RATE, end / RATE, 0.9, 0.02, "test")


def cropped(one: Event, first: int, length: int) -> list[tuple[float, float, float]]:
    """Start, end and moment of what is left, in samples."""
    whole = Example(np.zeros(1_000, np.float32), RATE, (one,))
    return [
        (kept.start * RATE, kept.end * RATE, kept.time * RATE)
        for kept in crop(whole, first=first, length=length).events
    ]


KEYWORD = event(EventKind.KEYWORD_END, 300, 600, 600)
ONSET = event(EventKind.SPEECH_ONSET, 300, 600, 300)
OFFSET = event(EventKind.SPEECH_OFFSET, 300, 600, 600)
START = event(EventKind.WORD_START, 300, 600, 300)
INSTANT = event(EventKind.KEYWORD_END, 300, 300, 300)


@pytest.mark.parametrize(
    ("one", "first", "length", "left"),
    [
        pytest.param(KEYWORD, 200, 500, [(100, 400, 400)], id="a whole keyword"),
        pytest.param(KEYWORD, 400, 500, [(0, 200, 200)], id="a keyword without its beginning"),
        pytest.param(KEYWORD, 200, 400, [(100, 400, 400)], id="a keyword up to its end"),
        pytest.param(KEYWORD, 200, 399, [], id="a keyword without its end"),
        pytest.param(KEYWORD, 600, 100, [], id="what follows a keyword"),
        pytest.param(START, 299, 100, [(1, 100, 1)], id="the start of a word"),
        pytest.param(START, 301, 100, [], id="a word without its start"),
        pytest.param(START, 200, 100, [], id="what precedes a word"),
        pytest.param(ONSET, 400, 100, [(0, 100, 0)], id="speech all along, its onset"),
        pytest.param(OFFSET, 400, 100, [(0, 100, 100)], id="speech all along, its offset"),
        pytest.param(OFFSET, 400, 300, [(0, 200, 200)], id="the end of speech"),
        pytest.param(OFFSET, 600, 300, [], id="after speech"),
        pytest.param(INSTANT, 300, 100, [(0, 0, 0)], id="an instant on the first edge"),
        pytest.param(INSTANT, 200, 100, [(100, 100, 100)], id="an instant on the last edge"),
        pytest.param(INSTANT, 301, 100, [], id="after an instant"),
    ],
)
def test_what_a_crop_leaves_of_an_event(
    one: Event, first: int, length: int, left: list[tuple[float, float, float]]
) -> None:
    assert cropped(one, first, length) == [pytest.approx(moments) for moments in left]


def test_words_and_phones_are_clipped_and_keep_their_other_fields() -> None:
    words = tuple(
        Interval(name, start / RATE, end / RATE, -1.0, 0.5, 0.01, 0.02)
        for name, start, end in (("before", 0, 300), ("cut", 250, 450), ("behind", 500, 700))
    )
    whole = Example(np.zeros(1_000, np.float32), RATE, (), words, words)
    left = crop(whole, first=300, length=200)
    assert left.words == left.phones
    (word,) = left.words
    assert word == dataclasses.replace(words[1], start=0.0, end=word.end)
    assert word.end * RATE == pytest.approx(150)


def test_a_crop_ends_with_the_audio() -> None:
    whole = Example(np.arange(10, dtype=np.float32), RATE)
    assert crop(whole, first=7, length=9).samples.tolist() == [7, 8, 9]
    assert len(crop(whole, first=10, length=9).samples) == 0


@pytest.mark.parametrize(("first", "length"), [(-1, 5), (11, 5), (0, -1)])
def test_a_crop_outside_the_audio_is_an_error(first: int, length: int) -> None:
    whole = Example(np.zeros(10, np.float32), RATE)
    with pytest.raises(AugmentError, match=f"{length} samples begins at sample {first} of 10"):
        crop(whole, first=first, length=length)


@given(examples())
def test_a_crop_of_everything_changes_nothing(example: Example) -> None:
    assert_same(crop(example, first=0, length=len(example.samples)), example)


@given(examples(), st.data())
def test_a_crop_of_a_crop_is_a_crop(example: Example, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(example.samples)))
    length = data.draw(st.integers(0, 7_000))
    outer = crop(example, first=first, length=length)
    second = data.draw(st.integers(0, len(outer.samples)))
    shorter = data.draw(st.integers(0, 7_000))
    found = crop(outer, first=second, length=shorter)
    together = min(shorter, len(outer.samples) - second)
    assert_same(found, crop(example, first=first + second, length=together))


@given(examples(), st.data())
def test_what_is_left_lies_in_the_crop_and_what_is_whole_is_left(
    example: Example, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(example.samples)))
    length = data.draw(st.integers(1, 7_000))
    found = crop(example, first=first, length=length)
    for kept in (*found.events, *found.words, *found.phones):
        assert 0 <= kept.start <= kept.end <= found.duration
    assert all(0 <= kept.time <= found.duration for kept in found.events)
    assert all(word.start < word.end for word in (*found.words, *found.phones))
    last = first + len(found.samples)
    whole = [
        (old.kind, example.sample_of(old.time) - first)
        for old in example.events
        if first <= example.sample_of(old.start) and example.sample_of(old.end) <= last
    ]
    left = [(new.kind, found.sample_of(new.time)) for new in found.events]
    assert not Counter(whole) - Counter(left)
