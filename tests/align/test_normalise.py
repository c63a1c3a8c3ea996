"""From transcripts to words, with a record of what is said otherwise."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sal_anchors.align.normalise import normalise

LANGUAGES = ("en", "en-GB", "de", "fr", "es-MX", "ja", "hi", "tr", "ru", "xx", "")
TEXTS = st.one_of(
    st.text(),
    st.text(
        alphabet="0123456789.,:-$\u20ac\u00a3%&/#@+' abABsth()[]<>{}\n_"
        "\u2019\u00bd\u00b2\u2044\u0301\u200b\u0663"
    ),
)


def _spoken(text: str, language: str = "en") -> str:
    return " ".join(normalise(text, language).words)


@pytest.mark.parametrize(
    ("transcript", "spoken"),
    [
        ("3 o'clock", "three o'clock"),
        ("1,234 and 12", "one thousand two hundred thirty four and twelve"),
        ("3.14 and 0.50", "three point one four and zero point five zero"),
        ("It was -5", "it was minus five"),
        ("the 21st, 2nd and 1,000th", "the twenty first second and one thousandth"),
        ("in 1999, 2005 and 2015", "in nineteen ninety nine two thousand five and twenty fifteen"),
        ("4096", "four thousand ninety six"),
        ("the 1990s and '80s", "the nineteen nineties and eighties"),
        ("at 10:30, 10:05", "at ten thirty ten oh five"),
        ("10:00 or 10:00 a.m.", "ten o'clock or ten a m"),
        ("$5.20, $1, $0.05", "five dollars twenty cents one dollar five cents"),
        ("$2.5 million and £3", "two point five million dollars and three pounds"),
        ("5 € is 50%", "five euros is fifty percent"),
        ("call 555-1234", "call five five five one two three four"),
        ("(800) 555-1234", "eight zero zero five five five one two three four"),
        ("18005551234", "one eight zero zero five five five one two three four"),
        ("agent 007", "agent zero zero seven"),
        ("2\u00bd cups of 3\u20444", "two one half cups of three quarters"),
        ("10\u00b2", "ten two"),
        ("version 1.2.3", "version one point two point three"),
        ("mp3 4K A1", "mp three four k a one"),
        ("\u0663 and \uff15", "three and five"),
    ],
)
def test_numbers_become_english_words(transcript: str, spoken: str) -> None:
    assert _spoken(transcript) == spoken


@pytest.mark.parametrize(
    ("transcript", "spoken"),
    [
        ("R&D + 1 = 2", "r and d plus one equals two"),
        ("#1 #winning, press #", "number one hashtag winning press pound"),
        ("press * or *this*", "press star or this"),
        ("and/or 1/2", "and or one slash two"),
        ("70\u00b0F", "seventy degrees f"),
        ("me@example.com", "me at example dot com"),
        ("see www.example.org/a.", "see www dot example dot org slash a"),
        ("end.Then go", "end then go"),
    ],
)
def test_symbols_and_addresses_are_said(transcript: str, spoken: str) -> None:
    assert _spoken(transcript) == spoken


def test_acronyms_stay_a_word_and_those_with_dots_become_letters() -> None:
    found = normalise("The PBX of the U.S. by IKEA, e.g. www")
    assert " ".join(found.words) == "the pbx of the u s by ikea e g www"
    assert found.acronyms == {"pbx", "ikea"}
    assert [(change.written, change.spoken) for change in found.changes] == [
        ("U.S.", "u s"),
        ("e.g.", "e g"),
    ]


def test_a_transcript_in_capitals_has_no_acronyms() -> None:
    assert normalise("PLEASE TRY AGAIN").acronyms == frozenset()


def test_letters_keep_their_names() -> None:
    assert _spoken("A B C. x, Y") == "a b c x y"


def test_annotations_are_left_out_and_recorded() -> None:
    found = normalise("[noise] so <unk> (laughter) it {cough} was (as he said) </s>")
    assert " ".join(found.words) == "so it was as he said"
    assert [change.written for change in found.changes] == [
        *("[noise]", "<unk>", "(laughter)", "{cough}", "</s>")
    ]
    assert {change.spoken for change in found.changes} == {""}


@pytest.mark.parametrize("transcript", ["[noise]", " <sil> ", "(music), [Applause]", "[NO SPEECH]"])
def test_marks_of_sound_alone_say_that_nobody_speaks(transcript: str) -> None:
    assert normalise(transcript).says_nothing


@pytest.mark.parametrize("transcript", ["", "...", "<unk>", "[noise] [mumble]", "[noise] yes"])
def test_nothing_else_says_that_nobody_speaks(transcript: str) -> None:
    assert not normalise(transcript).says_nothing


def test_a_comparison_is_no_annotation() -> None:
    assert _spoken("5 < 6 and 7 > 2") == "five six and seven two"


def test_every_change_is_recorded_in_order_as_written() -> None:
    found = normalise("Pay $5.20 & 3% \U0001f600 by 10:30")
    assert [(change.written, change.spoken) for change in found.changes] == [
        ("$5.20", "five dollars twenty cents"),
        ("&", "and"),
        ("3", "three"),
        ("%", "percent"),
        ("\U0001f600", ""),
        ("10:30", "ten thirty"),
    ]


def test_case_and_punctuation_are_no_changes() -> None:
    assert normalise("Well, \u201cDON\u2019T\u201d (stop) \u2014 re-enter\u2026").changes == ()


@pytest.mark.parametrize(
    ("transcript", "spoken"),
    [
        ("don\u2019t \u02bcstop", "don't stop"),
        ("ze\u200bro \ufeffwidth", "zero width"),
        ("cafe\u0301 CAF\u00c9", "caf\u00e9 caf\u00e9"),
        ("\uff28\uff29 \ufb01ne", "hi fine"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
    ],
)
def test_quotes_invisible_characters_and_marks_are_made_uniform(
    transcript: str, spoken: str
) -> None:
    assert _spoken(transcript) == spoken


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("de", "ich zahle einundzwanzig oder drei komma fünf null und eintausendzweihundert"),
        ("fr", "ich zahle vingt et un oder trois virgule cinq zéro und mille deux cents"),
        ("xx", "ich zahle 21 oder 3 50 und 1 200"),
    ],
)
def test_other_languages_say_numbers_where_they_are_known(language: str, spoken: str) -> None:
    assert _spoken("Ich zahle 21 oder 3,50 und 1.200", language) == spoken


def test_other_languages_say_money_and_leave_english_symbols_out() -> None:
    found = normalise("5 € & 10%", "de")
    assert " ".join(found.words) == "fünf euro zehn"
    assert [change.spoken for change in found.changes] == ["fünf euro", "", "zehn", ""]


def test_british_english_says_and() -> None:
    assert _spoken("123", "en-GB") == "one hundred and twenty three"
    assert _spoken("123", "en-US") == "one hundred twenty three"


@example("9" * 5000, "en")
@example("9" * 5000 + "th $" + "9" * 400, "xx")
@example("1:00:00 0\u204400 $0.5 0th", "en")
@example("\u0130\u0301 \u01c5", "tr")
@given(TEXTS, st.sampled_from(LANGUAGES))
def test_any_text_gives_words_without_space_that_are_their_own_words(
    transcript: str, language: str
) -> None:
    found = normalise(transcript, language)
    assert all(word and not any(c.isspace() for c in word) for word in found.words)
    assert found == normalise(transcript, language)
    assert normalise(" ".join(found.words), language).words == found.words
    assert found.acronyms <= set(found.words)


@given(TEXTS)
def test_english_words_hold_no_figure(transcript: str) -> None:
    assert not any(c.isdecimal() for word in normalise(transcript).words for c in word)


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_what_is_said_for_changes_is_among_the_words(transcript: str, language: str) -> None:
    found = normalise(transcript, language)
    rest = iter(found.words)
    assert all(word in rest for change in found.changes for word in change.spoken.split())


@pytest.mark.parametrize("piece", ["a.b", "a-", "1,", "1:", "<a", "+1-", "a@b.", "http://", "'"])
def test_a_long_transcript_takes_time_in_proportion(piece: str) -> None:
    began = time.process_time()
    normalise(piece * 20_000)
    assert time.process_time() - began < 3


@given(st.text(alphabet="abzéßñжあ\u03c3\u03c2'ǆªİ \u02bc\u0301\u2019"), st.sampled_from(LANGUAGES))
@example("o'clock ça va", "fr")
@example("a  b", "en")
def test_plain_words_are_taken_as_any_other_text_is(text: str, language: str) -> None:
    """A full stop at the end keeps a text from being taken as plain words."""
    assert normalise(text, language).words == normalise(f"{text} .", language).words
