"""What the network is told of an edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.edges.edge import CONTEXT_WIDTH, edges_of

WORDS = (Interval("seven", 0.3, 0.7), Interval("ten", 0.7, 1.0), Interval("go", 1.4, 1.6))
PHONES = (
    Interval("S", 0.3, 0.4),
    Interval("EH1", 0.4, 0.55),
    Interval("N", 0.55, 0.7),
    Interval("T", 0.7, 0.8),
    Interval("N", 0.8, 1.0),
    Interval("G", 1.4, 1.45),
    Interval("OW2", 1.45, 1.6),
)
SORTS = (CONTEXT_WIDTH - 4) // 2


def _sorts(context: np.ndarray) -> tuple[list[int], list[int]]:
    left, right = context[:SORTS], context[SORTS : 2 * SORTS]
    return list(np.flatnonzero(left)), list(np.flatnonzero(right))


def test_each_word_has_a_start_and_an_end_between_its_neighbours() -> None:
    (first, first_end), (second, _), (third, last) = edges_of(WORDS, PHONES, 2.0)
    assert (first.time, first.low, first.high) == (0.3, 0.0, pytest.approx(0.69))
    assert (first_end.time, first_end.low, first_end.high) == (
        0.7,
        pytest.approx(0.31),
        pytest.approx(0.99),
    )
    assert second.low == pytest.approx(0.31)
    assert third.low == pytest.approx(0.71)
    assert last.high == 2.0


def test_it_knows_the_phones_on_both_sides_and_silence() -> None:
    (first, first_end), (second, second_end), (third, last) = edges_of(WORDS, PHONES, 2.0)
    silence, fricative = (found[0] for found in _sorts(first.context))
    nasal, stop = (found[0] for found in _sorts(first_end.context))
    assert _sorts(second.context) == ([nasal], [stop])
    assert _sorts(second_end.context) == ([nasal], [silence])
    assert _sorts(third.context)[0] == [silence]
    assert _sorts(last.context)[1] == [silence]
    assert len({silence, fricative, nasal, stop}) == 4


def test_phones_of_another_set_and_no_phones_are_unknown() -> None:
    foreign = [Interval("ʃ", 0.3, 0.7), Interval("ɛ", 0.7, 1.0), Interval("o", 1.4, 1.6)]
    for phones in (foreign, []):
        _, (second, second_end), _ = edges_of(WORDS, phones, 2.0)
        assert _sorts(second.context) == ([], [])
        assert len(_sorts(second_end.context)[1]) == 1


@given(st.lists(st.integers(0, 400), min_size=2, max_size=24, unique=True), st.booleans())
def test_limits_hold_every_edge_of_words_that_are_long_enough(
    marks: list[int], adjoin: bool
) -> None:
    times = [mark / 20 for mark in sorted(marks)[: len(marks) // 2 * 2]]
    if adjoin:
        times[1:-1:2] = times[2::2]
    words = [Interval("a", start, end) for start, end in zip(times[::2], times[1::2], strict=True)]
    for start, end in edges_of(words, [], 20.0):
        assert start.low <= start.time <= start.high + 1e-9
        assert end.low - 1e-9 <= end.time <= end.high
