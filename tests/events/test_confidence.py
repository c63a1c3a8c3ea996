"""From scores to probabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.confidence import confidence

scores = st.floats(-1e6, 0)


def _word(score: float | None, seconds: float = 0.3) -> Interval:
    return Interval("please", 1.0, 1.0 + seconds, score)


@given(st.lists(st.tuples(scores | st.none(), st.floats(0.01, 10)), max_size=6))
def test_it_is_a_probability(words: list[tuple[float | None, float]]) -> None:
    assert 0 <= confidence([_word(score, seconds) for score, seconds in words]) <= 1


@given(scores, scores)
def test_a_better_score_is_never_less_sure(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert confidence([_word(low)]) <= confidence([_word(high)])


def test_it_tells_usual_scores_from_hopeless_ones() -> None:
    assert confidence([_word(-1.0)]) > 0.9
    assert confidence([_word(-6.0)]) < 0.1


def test_longer_words_count_for_more() -> None:
    mostly_bad = confidence([_word(-1.0, 0.1), _word(-6.0, 0.9)])
    mostly_good = confidence([_word(-1.0, 0.9), _word(-6.0, 0.1)])
    assert mostly_bad < 0.1 < 0.8 < mostly_good


@pytest.mark.parametrize("words", [[], [_word(None)], [_word(None), _word(None)]])
def test_without_scores_it_is_one(words: list[Interval]) -> None:
    assert confidence(words) == 1.0


def test_words_without_a_score_do_not_count() -> None:
    assert confidence([_word(-2.0), _word(None, 5.0)]) == confidence([_word(-2.0)])
