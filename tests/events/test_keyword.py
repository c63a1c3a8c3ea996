"""Keyword ends: whole words, in order, close enough, once each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.event import EventKind
from sal_anchors.events.keyword import find_keyword_ends

MAX_PAUSE = 0.5


def _words(text: str, gap: float = 0.1, seconds: float = 0.2) -> list[Interval]:
    """Words of ``seconds`` each with ``gap`` between them; the first starts at 0."""
    return [
        Interval(
            label,
            n * (seconds + gap),
            n * (seconds + gap) + seconds,
            -1.0,
            start_uncertainty=0.02,
            end_uncertainty=0.03 + n / 1_000,
        )
        for n, label in enumerate(text.split())
    ]


def _ends(words: list[Interval], phrase: str) -> list[float]:
    events = list(find_keyword_ends(words, phrase, max_pause=MAX_PAUSE, source="test"))
    assert all(event.time == event.end for event in events)
    return [event.time for event in events]


def test_an_event_holds_all_of_its_phrase() -> None:
    words = _words("say hey computer now")
    (event,) = find_keyword_ends(words, "hey computer", max_pause=MAX_PAUSE, source="engine+x")
    assert event.kind is EventKind.KEYWORD_END
    assert event.label == "hey computer"
    assert event.start == words[1].start
    assert event.time == event.end == words[2].end
    assert event.uncertainty == words[2].end_uncertainty
    assert event.source == "engine+x"
    assert 0 < event.confidence < 1


@pytest.mark.parametrize("text", ["please", "please wait", "wait please", "wait please now"])
def test_it_is_found_at_the_start_in_the_middle_and_at_the_end(text: str) -> None:
    words = _words(text)
    said = words[text.split().index("please")]
    assert _ends(words, "please") == [said.end]


@pytest.mark.parametrize(
    "text", ["", "pleased", "displease", "hey", "computer hey", "hey a computer"]
)
def test_it_is_not_found_in_longer_words_or_in_part_or_in_another_order(text: str) -> None:
    assert _ends(_words(text), "please") == []
    assert _ends(_words(text), "hey computer") == []


@pytest.mark.parametrize("phrase", ["Hey Computer", "HEY, computer!", "  hey   computer "])
def test_the_phrase_s_case_and_punctuation_do_not_matter(phrase: str) -> None:
    assert len(_ends(_words("hey computer"), phrase)) == 1


@pytest.mark.parametrize(("gap", "found"), [(0.0, 1), (0.49, 1), (0.5, 1), (0.51, 0), (2.0, 0)])
def test_its_words_may_stand_apart_up_to_the_longest_pause(gap: float, found: int) -> None:
    words = [
        Interval("hey", 0.0, 1.0),
        Interval("computer", 1.0 + gap, 3.5),
    ]
    assert len(_ends(words, "hey computer")) == found


def test_each_repetition_counts() -> None:
    words = _words("please please wait please")
    assert _ends(words, "please") == [words[n].end for n in (0, 1, 3)]


def test_occurrences_do_not_overlap() -> None:
    words = _words("bye bye bye bye bye")
    assert _ends(words, "bye bye") == [words[1].end, words[3].end]


def test_a_false_start_does_not_hide_the_phrase_behind_it() -> None:
    words = _words("hey hey computer")
    assert _ends(words, "hey computer") == [words[2].end]


@given(
    st.lists(st.sampled_from("ab"), max_size=12),
    st.lists(st.sampled_from("ab"), min_size=1, max_size=3),
)
def test_it_counts_what_counting_in_the_text_counts(said: list[str], wanted: list[str]) -> None:
    text, phrase = "".join(said), "".join(wanted)
    assert len(_ends(_words(" ".join(said)), " ".join(wanted))) == text.count(phrase)
