"""Words and speech that contradict each other."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.alignment import Interval
from sal_anchors.align.confirm import MAX_DISTANCE, MIN_SPEECH, contradictions
from sal_anchors.align.finding import FindingCode


def _words(*spans: tuple[float, float]) -> list[Interval]:
    return [Interval(f"word{i}", start, end) for i, (start, end) in enumerate(spans)]


TWO = _words((1.0, 1.5), (1.5, 2.0))


def test_words_inside_speech_and_speech_inside_words_say_nothing() -> None:
    assert contradictions(TWO, _words((1.0, 2.0))) == []
    assert contradictions(TWO, _words((0.9, 1.45), (1.55, 2.2))) == []


def test_an_edge_far_from_speech_is_found_at_its_word() -> None:
    (found,) = contradictions(TWO, _words((1.25, 2.0)))
    assert (found.code, found.label) == (FindingCode.EDGE_IN_SILENCE, "word0")
    assert math.isclose(found.value, 0.25)
    (found,) = contradictions(TWO, _words((1.0, 1.6)))
    assert (found.label, round(found.value, 3)) == ("word1", 0.4)


def test_silence_between_words_that_touch_is_no_matter() -> None:
    assert contradictions(TWO, _words((1.0, 1.2), (1.8, 2.0))) == []


def test_speech_beside_words_is_found_where_it_is() -> None:
    found = contradictions(TWO, _words((0.0, 0.5), (1.0, 2.9), (4.0, 4.2)))
    assert [(one.code, round(one.start, 3), round(one.end, 3)) for one in found] == [
        (FindingCode.SPEECH_WITHOUT_WORD, 0.0, 0.5),
        (FindingCode.SPEECH_WITHOUT_WORD, 2.1, 2.9),
    ]


def test_words_where_there_is_no_speech_at_all_are_one_finding() -> None:
    (found,) = contradictions(TWO, [])
    assert (found.code, found.label, found.start, found.end, found.value) == (
        FindingCode.EDGE_IN_SILENCE,
        "",
        1.0,
        2.0,
        1.0,
    )


EDGES = st.lists(st.integers(0, 400).map(lambda n: n / 40), max_size=10, unique=True).map(sorted)


@given(words=EDGES, speech=EDGES)
def test_findings_are_in_order_finite_and_beyond_the_limits(
    words: list[float], speech: list[float]
) -> None:
    spoken = _words(*zip(words[::2], words[1::2], strict=False))
    heard = _words(*zip(speech[::2], speech[1::2], strict=False))
    found = contradictions(spoken, heard)
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one in found:
        limit = MAX_DISTANCE if one.code is FindingCode.EDGE_IN_SILENCE else MIN_SPEECH
        assert math.isfinite(one.value)
        assert one.value >= limit or (not heard and one.label == "")
        if one.code is FindingCode.SPEECH_WITHOUT_WORD:
            assert all(one.end <= word.start or word.end <= one.start for word in spoken)


@given(spans=EDGES)
def test_speech_that_is_the_words_contradicts_nothing(spans: list[float]) -> None:
    words = _words(*zip(spans[::2], spans[1::2], strict=False))
    assert contradictions(words, words) == []
