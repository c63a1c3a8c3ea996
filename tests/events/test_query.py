"""Queries: what cannot be looked for is refused when it is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sal_anchors.errors import RecipeError
from sal_anchors.events.event import EventKind
from sal_anchors.events.query import (
    Boundary,
    Endpoint,
    PartialKeyword,
    PhoneSequence,
    Phrase,
    Query,
    Speech,
    WordPattern,
    require_phones,
    require_words,
    uses_phones,
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Phrase(text="?!"), "a keyword without words: '\\?!'"),
        (lambda: Phrase(text="hey", max_pause=-0.1), "max_pause must be .* got -0.1"),
        (lambda: Phrase(text="hey", max_pause=float("nan")), "max_pause must be"),
        (lambda: Phrase(text="hey", kind=EventKind.ENDPOINT), "kind endpoint: .* keyword_start"),
        (lambda: WordPattern(pattern="("), "is no regular expression"),
        (lambda: PhoneSequence(sequences=()), "without phones"),
        (lambda: PhoneSequence(sequences=("AH", " ")), "without phones"),
        (lambda: PartialKeyword(text=""), "without words"),
        (lambda: PartialKeyword(text="a", min_phones=0), "at least 1, got 0"),
        (lambda: PartialKeyword(text="a b", pronunciations=("AH B",)), "for a single word"),
        (lambda: Speech(kind=EventKind.KEYWORD_END), "kind keyword_end: .* speech_onset"),
        (lambda: Speech(min_silence=-1.0), "min_silence must be at least 0"),
        (lambda: Boundary(kind=EventKind.ENDPOINT), "kind endpoint: .* word_start"),
    ],
)
def test_what_cannot_be_found_is_refused(make: Callable[[], Query], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        make()


NEEDY = (
    PhoneSequence(sequences=("HH EY",)),
    Boundary(kind=EventKind.PHONE_END),
    Boundary(kind=EventKind.SYLLABLE_START),
)
CONTENT = (
    Phrase(text="hey"),
    WordPattern(pattern="hey"),
    PartialKeyword(text="hey computer"),
    Speech(),
    Endpoint(),
    Boundary(kind=EventKind.WORD_END),
)


@pytest.mark.parametrize("query", NEEDY)
def test_an_engine_without_phones_cannot_answer_what_is_about_phones(query: Query) -> None:
    assert uses_phones(query)
    with pytest.raises(RecipeError, match="needs phones, and ctc gives none"):
        require_phones([*CONTENT, query], "ctc")


def test_it_can_answer_all_else() -> None:
    assert not any(map(uses_phones, CONTENT))
    require_phones((*CONTENT, PartialKeyword(text="computer")), "ctc")


def test_an_engine_that_finds_speech_only_answers_what_is_about_speech() -> None:
    require_words((Speech(), Speech(kind=EventKind.SPEECH_OFFSET), Endpoint()), "vad")


@pytest.mark.parametrize("query", [*NEEDY, *CONTENT[:3], CONTENT[-1]])
def test_it_cannot_answer_what_is_about_words(query: Query) -> None:
    with pytest.raises(RecipeError, match="needs words, and vad finds stretches of speech only"):
        require_words([Speech(), query], "vad")
