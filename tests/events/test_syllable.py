"""Syllables: a vowel each, every phone in one, onsets that English words may have."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.events.syllable import is_arpabet, syllables

VOWELS = ("AA", "AE", "AH", "AY", "ER", "IY", "UW")
CONSONANTS = ("B", "K", "L", "M", "NG", "P", "R", "S", "T", "W", "Y")


def _split(phones: str) -> str:
    parts = phones.split()
    return " . ".join(" ".join(parts[part]) for part in syllables(parts))


@pytest.mark.parametrize(
    "said",
    [
        "K AH M . P Y UW . T ER",
        "AH . L EH K . S AH",
        "S M AA R T",
        "M IH . R ER",
        "S N OW . B OY",
        "EH K . S T R AH",
        "K AA N . S T R AH K T",
        "S IH NG . IH NG",
        "AE T . L AH S",
        "HH EY",
        "AY . AA . W AH",
        "S T R EH NG K TH S",
        "AH . TH IY . N AH",
        "P AH . T EY . T OW",
        "K AH0 M . P Y UW1 . T ER0",
        "SH",
        "",
    ],
)
def test_words_are_split_as_english_splits_them(said: str) -> None:
    assert _split(said.replace(" . ", " ")) == said


@given(st.lists(st.sampled_from(VOWELS + CONSONANTS), max_size=14))
def test_every_phone_is_in_one_syllable_and_every_syllable_has_one_vowel(phones: list[str]) -> None:
    parts = [phones[part] for part in syllables(phones)]
    assert list(chain.from_iterable(parts)) == phones
    assert all(parts)
    vowels = [sum(phone in VOWELS for phone in part) for part in parts]
    assert vowels == [1] * len(parts) or sum(vowels) == 0


@given(st.lists(st.sampled_from(VOWELS + CONSONANTS), max_size=14))
def test_no_syllable_behind_the_first_begins_with_ng(phones: list[str]) -> None:
    for part in list(syllables(phones))[1:]:
        assert phones[part.start] != "NG"


@pytest.mark.parametrize(
    ("phone", "known"), [("AH", True), ("AH0", True), ("NG", True), ("ə", False), ("ah", False)]
)
def test_arpabet_is_known_in_capitals(phone: str, known: bool) -> None:
    assert is_arpabet(phone) is known
