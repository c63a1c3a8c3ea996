"""Regular expressions: from one word's edge to another's, as ``re`` finds them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.errors import RecipeError
from sal_anchors.events import pattern as module
from sal_anchors.events.event import EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.pattern import find_patterns
from sal_anchors.events.query import WordPattern


def _words(text: str, gap: float = 0.125) -> list[Interval]:
    return [
        Interval(label, n * (0.25 + gap), n * (0.25 + gap) + 0.25, end_uncertainty=0.01 * n)
        for n, label in enumerate(text.split())
    ]


def _found(text: str, pattern: str) -> list[str]:
    return [span.label for span in find_patterns(_words(text), WordPattern(pattern=pattern))]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("hey (computer|jarvis)", ["hey computer", "hey jarvis"]),
        ("hey .*?", ["hey computer", "hey jarvis"]),
        ("hey .*", ["hey computer says hey jarvis now"]),
        ("comp", []),
        ("puter", []),
        ("ey computer", []),
        ("comp.*", ["computer says hey jarvis now"]),
        (r"comp\w*", ["computer"]),
        ("hey|hey computer", ["hey", "hey"]),
        ("h|hey", ["hey", "hey"]),
        ("(h|j)[a-z]+", ["hey", "hey", "jarvis"]),
        (r"(?P<word>\w+) (?:\w+ ){2}(?P=word)", ["hey computer says hey"]),
        ("^hey", ["hey"]),
        ("now$", ["now"]),
        (" ", []),
        ("", []),
        (".*", ["hey computer says hey jarvis now"]),
        ("(?i)HEY COMPUTER", ["hey computer"]),
        ("(?x) hey \\ computer # as a comment", ["hey computer"]),
    ],
)
def test_a_match_begins_and_ends_at_the_edges_of_words(pattern: str, found: list[str]) -> None:
    assert _found("hey computer says hey jarvis now", pattern) == found


def test_an_event_takes_its_times_from_its_words_and_its_label_from_the_query() -> None:
    words = _words("say hey big computer")
    query = WordPattern(pattern=r"hey( \w+)? computer", label="wake")
    (event,) = find_events(words, (), [query], source="x")
    assert (event.kind, event.label) == (EventKind.KEYWORD_END, "wake")
    assert (event.start, event.time) == (words[1].start, words[3].end)
    assert event.uncertainty == words[3].end_uncertainty


def test_no_match_reaches_over_a_long_pause() -> None:
    words = [
        Interval("hey", 0.0, 0.5),
        Interval("computer", 1.25, 1.75),
        Interval("now", 1.75, 2.0),
    ]
    assert [s.label for s in find_patterns(words, WordPattern(pattern=".*"))] == [
        "hey",
        "computer now",
    ]
    assert [s.label for s in find_patterns(words, WordPattern(pattern=".*", max_pause=0.75))] == [
        "hey computer now"
    ]


@pytest.mark.parametrize("pattern", ["hey (", "a)(b", "*", "[a", "(?P<x>a)(?P<x"])
def test_what_is_no_regular_expression_is_refused_with_the_place(pattern: str) -> None:
    with pytest.raises(RecipeError, match="is no regular expression") as caught:
        WordPattern(pattern=pattern)
    assert repr(pattern) in str(caught.value)


def test_a_pattern_that_would_take_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.05)
    with pytest.raises(RecipeError, match=r"takes more than 0\.05 s on 2 words"):
        _found(f"{'a' * 64}c now", "(a|aa)+")


@given(
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=8),
    st.sampled_from(["a", "b+", "a.*b", "[ab]+ a", "(a|b)", "(a b|b)", "a|ab|abb", r"(\w+) \1"]),
)
def test_it_finds_what_re_finds_between_word_edges(said: list[str], pattern: str) -> None:
    text = " ".join(said)
    wanted = [match[0] for match in re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", text)]
    assert _found(text, pattern) == wanted
