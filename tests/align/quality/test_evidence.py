"""What an alignment tells about its words."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.align.quality.evidence import gather, phones_of


def _word(label: str, start: float, *phones: tuple[str, float, float]) -> list[Interval]:
    """A word and its phones, each given by label, seconds and score."""
    pieces, at = [], start
    for name, seconds, score in phones:
        pieces.append(Interval(name, at, at + seconds, score))
        at += seconds
    score = sum(p.score * (p.end - p.start) for p in pieces) / (at - start)
    return [Interval(label, start, at, score), *pieces]


SEE = _word("see", 0.2, ("S", 0.1, -1.0), ("IY", 0.1, -3.0))
US = _word("us", 0.4, ("AH", 0.05, -1.0), ("S", 0.15, -1.0))
IN = _word("in", 0.9, ("IH", 0.1, -2.0), ("N", 0.1, -2.0))
WORDS = [SEE[0], US[0], IN[0]]
PHONES = [*SEE[1:], *US[1:], *IN[1:]]


def _gathered() -> tuple:
    found = gather(WORDS, PHONES, WORDS, 1.5)
    assert found is not None
    return found


def test_scores_are_those_of_the_word_its_worst_phone_and_the_other_words() -> None:
    see = _gathered()[0]
    assert math.isclose(see.score, -2.0)
    assert see.lowest == -3.0
    assert math.isclose(see.others, (-1.0 * 0.2 - 2.0 * 0.2) / 0.4)


def test_a_word_that_stands_alone_is_its_own_surroundings() -> None:
    found = gather([SEE[0]], SEE[1:], [SEE[0]], 1.0)
    assert found is not None
    assert found[0].others == found[0].score


def test_an_edge_between_two_vowels_is_blurred_for_both_words() -> None:
    assert [word.blurred_edges for word in _gathered()] == [1.0, 1.0, 0.0]


def test_a_nasal_fades_before_a_pause_and_a_fricative_does_not() -> None:
    assert [word.fading_end for word in _gathered()] == [0.0, 0.0, 1.0]


def test_words_at_the_beginning_and_behind_a_gap_come_after_a_pause() -> None:
    assert [word.after_pause for word in _gathered()] == [1.0, 0.0, 1.0]


def test_pace_is_zero_at_eighty_milliseconds_a_phone() -> None:
    word, *phones = _word("in", 0.0, ("IH", 0.08, -1.0), ("N", 0.08, -1.0))
    found = gather([word], phones, [word], 1.0)
    assert found is not None
    assert math.isclose(found[0].pace, 0.0, abs_tol=1e-9)


def test_without_phones_or_scores_there_is_none() -> None:
    assert gather(WORDS, [], WORDS, 1.5) is None
    assert gather([Interval("see", 0.2, 0.4)], SEE[1:], [SEE[0]], 1.0) is None
    assert gather([SEE[0]], [Interval("S", 0.2, 0.4)], [SEE[0]], 1.0) is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 5))
def test_each_phone_belongs_to_the_word_around_it(counts: list[int], gap: int) -> None:
    words, phones, at = [], [], 0
    for number, count in enumerate(counts):
        words.append(Interval(str(number), at / 100, (at + 3 * count) / 100))
        phones += [
            Interval(str(number), (at + 3 * i) / 100, (at + 3 * i + 3) / 100) for i in range(count)
        ]
        at += 3 * count + gap
    inside = phones_of(words, phones)
    assert [len(mine) for mine in inside] == counts
    assert all(
        p.label == word.label for word, mine in zip(words, inside, strict=True) for p in mine
    )
