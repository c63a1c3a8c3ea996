"""The phones of words: each in its own word, in order, on the word's refined edges."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.phones import spoken_words


def _phones(*spans: tuple[float, float]) -> tuple[Interval, ...]:
    return tuple(Interval(f"P{n}", start, end, -1.0) for n, (start, end) in enumerate(spans))


def test_the_outer_phones_take_the_edges_of_the_word_and_inner_edges_stay() -> None:
    engine = Interval("hey", 1.0, 1.5)
    word = Interval("hey", 1.0625, 1.4375, start_uncertainty=0.02, end_uncertainty=0.05)
    phones = _phones((1.0, 1.125), (1.125, 1.25), (1.25, 1.5))
    (one,) = spoken_words([word], phones, [engine])
    assert one.word is word
    assert [(p.start, p.end) for p in one.phones] == [
        (1.0625, 1.125),
        (1.125, 1.25),
        (1.25, 1.4375),
    ]
    assert [p.score for p in one.phones] == [-1.0] * 3


def test_outer_edges_are_as_uncertain_as_the_word_s_and_inner_ones_as_measured() -> None:
    word = Interval("hey", 0.0, 0.5, start_uncertainty=0.02, end_uncertainty=0.05)
    (one,) = spoken_words([word], _phones((0.0, 0.25), (0.25, 0.5)))
    first, last = one.phones
    assert (first.start_uncertainty, last.end_uncertainty) == (0.02, 0.05)
    assert (first.end_uncertainty, last.start_uncertainty) == (0.03, 0.03)


def test_inner_edges_keep_the_uncertainty_they_have() -> None:
    word = Interval("hey", 0.0, 0.5, start_uncertainty=0.02, end_uncertainty=0.05)
    phones = (
        Interval("HH", 0.0, 0.25, start_uncertainty=0.3, end_uncertainty=0.01),
        Interval("EY", 0.25, 0.5, start_uncertainty=0.01, end_uncertainty=0.3),
    )
    (one,) = spoken_words([word], phones)
    assert [p.start_uncertainty for p in one.phones] == [0.02, 0.01]
    assert [p.end_uncertainty for p in one.phones] == [0.01, 0.05]


def test_a_word_that_got_shorter_than_its_first_phones_squeezes_them() -> None:
    engine = Interval("hey", 1.0, 2.0)
    word = Interval("hey", 1.5, 2.0)
    phones = _phones((1.0, 1.125), (1.125, 1.25), (1.25, 2.0))
    (one,) = spoken_words([word], phones, [engine])
    edges = [one.phones[0].start, *(phone.end for phone in one.phones)]
    assert edges == pytest.approx([1.5, 1.505, 1.51, 2.0])


def test_phones_go_by_the_engine_s_words_where_refined_ones_would_mislead() -> None:
    engine = [Interval("one", 0.0, 0.5), Interval("two", 0.5, 1.0)]
    refined = [Interval("one", 0.0, 0.375), Interval("two", 0.375, 1.0)]
    phones = _phones((0.0, 0.4375), (0.4375, 0.5), (0.5, 1.0))
    labels = [
        [phone.label for phone in one.phones] for one in spoken_words(refined, phones, engine)
    ]
    assert labels == [["P0", "P1"], ["P2"]]


def test_phones_far_from_every_word_belong_to_none() -> None:
    words = [Interval("one", 1.0, 1.5), Interval("two", 2.0, 2.5)]
    phones = _phones((0.25, 0.75), (1.0, 1.5), (1.625, 1.875), (2.0, 2.5), (2.75, 3.0))
    labels = [[phone.label for phone in one.phones] for one in spoken_words(words, phones)]
    assert labels == [["P1"], ["P3"]]


def test_words_without_phones_have_none() -> None:
    words = [Interval("one", 1.0, 1.5)]
    assert [one.phones for one in spoken_words(words, ())] == [()]
    assert spoken_words((), _phones((0.0, 1.0))) == ()


@st.composite
def refined_words(
    draw: st.DrawFn,
) -> tuple[list[Interval], list[Interval], list[Interval], list[int]]:
    """Engine's words made of 1 to 5 phones, the same words refined, and how many phones each."""
    engine, refined, phones, counts = [], [], [], []
    now, free = 0, 0
    for n in range(draw(st.integers(1, 6))):
        now += draw(st.sampled_from([0, 0, 1, 20, 300]))
        start, count = now, draw(st.integers(1, 5))
        for k in range(count):
            length = draw(st.integers(1, 30))
            phones.append(Interval(f"{n}.{k}", now / 100, (now + length) / 100))
            now += length
        engine.append(Interval(f"w{n}", start / 100, now / 100))
        counts.append(count)
        first = max(free, start * 10 + draw(st.integers(-80, 80)))
        free = max(first + 3, now * 10 + draw(st.integers(-80, 80)))
        refined.append(Interval(f"w{n}", first / 1000, free / 1000))
    return engine, refined, phones, counts


@given(refined_words())
def test_phones_stay_inside_their_word_in_order_and_have_a_length(
    case: tuple[list[Interval], list[Interval], list[Interval], list[int]],
) -> None:
    engine, refined, phones, counts = case
    spoken = spoken_words(refined, phones, engine)
    assert [one.word for one in spoken] == refined
    assert [len(one.phones) for one in spoken] == counts
    moved = list(chain.from_iterable(one.phones for one in spoken))
    assert [phone.label for phone in moved] == [phone.label for phone in phones]
    for one in spoken:
        assert (one.phones[0].start, one.phones[-1].end) == (one.word.start, one.word.end)
    assert all(phone.start < phone.end for phone in moved)
    assert all(earlier.end <= later.start for earlier, later in pairwise(moved))
    for one in spoken:
        for earlier, later in pairwise(one.phones):
            raw = next(phone for phone in phones if phone.label == earlier.label)
            if one.word.start + 0.03 <= raw.end <= one.word.end - 0.03:
                assert earlier.end == later.start == raw.end
