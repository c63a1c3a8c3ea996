"""Phrases: whole words, in order, close enough, once each; and their beginnings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.event import EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.keyword import find_partial_phrases, find_phrases
from sal_anchors.events.query import PartialKeyword, Phrase


def _words(text: str, gap: float = 0.1, seconds: float = 0.2) -> list[Interval]:
    """Words of ``seconds`` each with ``gap`` between them; the first starts at 0."""
    return [
        Interval(
            label,
            n * (seconds + gap),
            n * (seconds + gap) + seconds,
            -1.0,
            start_uncertainty=0.02 + n / 1_000,
            end_uncertainty=0.03 + n / 1_000,
        )
        for n, label in enumerate(text.split())
    ]


def _ends(words: list[Interval], phrase: str) -> list[float]:
    return [span.end for span in find_phrases(words, Phrase(text=phrase))]


def _parts(text: str, phrase: str) -> list[tuple[str, int]]:
    """What was said of each partial keyword, and the index of its last word."""
    words = _words(text)
    ends = [word.end for word in words]
    spans = find_partial_phrases(words, PartialKeyword(text=phrase))
    return [(span.label, ends.index(span.end)) for span in spans]


@pytest.mark.parametrize("kind", [EventKind.KEYWORD_START, EventKind.KEYWORD_END])
def test_an_event_holds_all_of_its_phrase(kind: EventKind) -> None:
    words = _words("say hey computer now")
    (event,) = find_events(words, (), [Phrase(text="hey computer", kind=kind)], source="engine+x")
    at_start = kind is EventKind.KEYWORD_START
    assert event.kind is kind
    assert event.label == "hey computer"
    assert (event.start, event.end) == (words[1].start, words[2].end)
    assert event.time == (event.start if at_start else event.end)
    assert event.uncertainty == (
        words[1].start_uncertainty if at_start else words[2].end_uncertainty
    )
    assert event.source == "engine+x"


def test_an_event_is_as_sure_as_its_least_sure_word() -> None:
    sure = [0.9, 0.4, 0.7, 0.1]
    words = [
        Interval(label, n, n + 1.0, confidence=sure[n])
        for n, label in enumerate(("say", "hey", "computer", "now"))
    ]
    (event,) = find_events(words, (), [Phrase(text="hey computer")], source="x")
    assert event.confidence == 0.4


@pytest.mark.parametrize("text", ["please", "please wait", "wait please", "wait please now"])
def test_it_is_found_at_the_start_in_the_middle_and_at_the_end(text: str) -> None:
    words = _words(text)
    assert _ends(words, "please") == [words[text.split().index("please")].end]


@pytest.mark.parametrize(
    "text", ["", "pleased", "displease", "hey", "computer hey", "hey a computer"]
)
def test_it_is_not_found_in_longer_words_or_in_part_or_in_another_order(text: str) -> None:
    assert _ends(_words(text), "please") == []
    assert _ends(_words(text), "hey computer") == []


@pytest.mark.parametrize("phrase", ["Hey Computer", "HEY, computer!", "  hey   computer "])
def test_the_phrase_s_case_and_punctuation_do_not_matter(phrase: str) -> None:
    (span,) = find_phrases(_words("hey computer"), Phrase(text=phrase))
    assert span.label == "hey computer"


def test_a_label_stands_in_for_the_phrase() -> None:
    (span,) = find_phrases(_words("hey computer"), Phrase(text="hey computer", label="wake"))
    assert span.label == "wake"


@pytest.mark.parametrize(("gap", "found"), [(0.0, 1), (0.49, 1), (0.5, 1), (0.51, 0), (2.0, 0)])
def test_its_words_may_stand_apart_up_to_the_longest_pause(gap: float, found: int) -> None:
    words = [Interval("hey", 0.0, 1.0), Interval("computer", 1.0 + gap, 3.5)]
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


@pytest.mark.parametrize(("phrase", "found"), [("twenty one", 1), ("twenty", 0), ("twenty two", 0)])
def test_a_number_whose_words_have_no_times_is_matched_as_one(phrase: str, found: int) -> None:
    words = [Interval("say", 0.0, 0.5), Interval("twenty one", 0.5, 1.0)]
    assert _ends(words, phrase) == [1.0] * found


@given(
    st.lists(st.sampled_from("ab"), max_size=12),
    st.lists(st.sampled_from("ab"), min_size=1, max_size=3),
)
def test_it_counts_what_counting_in_the_text_counts(said: list[str], wanted: list[str]) -> None:
    text, phrase = "".join(said), "".join(wanted)
    assert len(_ends(_words(" ".join(said)), " ".join(wanted))) == text.count(phrase)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hey computer", []),
        ("hey", [("hey", 0)]),
        ("say hey jarvis", [("hey", 1)]),
        ("hey hey computer", [("hey", 0)]),
        ("hey hey", [("hey", 0), ("hey", 1)]),
        ("computer hey", [("hey", 1)]),
        ("computer", []),
        ("heyday", []),
    ],
)
def test_a_beginning_without_the_rest_is_a_partial_keyword(
    text: str, parts: list[tuple[str, int]]
) -> None:
    assert _parts(text, "hey computer") == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("turn the light on", []),
        ("turn the light off", [("turn the light", 2)]),
        ("turn the lamp", [("turn the", 1)]),
        ("turn turn the", [("turn", 0), ("turn the", 2)]),
    ],
)
def test_the_longest_beginning_counts(text: str, parts: list[tuple[str, int]]) -> None:
    assert _parts(text, "turn the light on") == parts


def test_a_beginning_that_reaches_into_the_whole_phrase_is_cut() -> None:
    assert _parts("a a a b", "a a b") == [("a", 0)]


def test_after_too_long_a_pause_the_beginning_stays_one() -> None:
    words = [Interval("hey", 0.0, 0.5), Interval("computer", 1.5, 2.0)]
    (event,) = find_events(words, (), [PartialKeyword(text="hey computer")], source="x")
    assert (event.kind, event.time, event.label) == (EventKind.PARTIAL_KEYWORD, 0.5, "hey")


@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.lists(st.sampled_from("abc"), min_size=2, max_size=4),
)
def test_partial_keywords_and_whole_ones_never_overlap_and_leave_no_beginning_out(
    said: list[str], wanted: list[str]
) -> None:
    text = " ".join(said)
    words = _words(text)
    query = PartialKeyword(text=" ".join(wanted))
    taken: set[int] = set()
    spans = [
        *find_phrases(words, Phrase(text=" ".join(wanted))),
        *find_partial_phrases(words, query),
    ]
    for span in spans:
        held = {n for n, word in enumerate(words) if span.start <= word.start < span.end}
        assert not held & taken
        taken |= held
    for span in find_partial_phrases(words, query):
        assert span.label.split() == wanted[: len(span.label.split())] != wanted
    assert all(label != wanted[0] for n, label in enumerate(said) if n not in taken)
