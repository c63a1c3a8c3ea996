"""Words of a transcript, and the user's pronunciations."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.alignment import PronunciationSource
from sal_anchors.align.dictionary import dictionary_words, in_dictionary
from sal_anchors.align.lexicon import Lexicon, words_of
from sal_anchors.errors import LexiconError

ARPABET = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V "
    "W Y Z ZH"
)


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        ("Please, try again!", ("please", "try", "again")),
        ("That's NOT valid...", ("that's", "not", "valid")),
        ("the party\u2019s name", ("the", "party's", "name")),
        ("re-enter and/or wait", ("re", "enter", "and", "or", "wait")),
        ("'quoted' words", ("quoted", "words")),
        ("the parties' names", ("the", "parties", "names")),
        ("press 1", ("press", "one")),
        ("rock'n'roll o'clock", ("rock'n'roll", "o'clock")),
        ("Café Ünder", ("café", "ünder")),
        ("snake_case", ("snake", "case")),
        ("line one\nline\ttwo\u00a0three", ("line", "one", "line", "two", "three")),
        ("... ?! -- ' _", ()),
        ("", ()),
    ],
)
def test_words_are_lower_case_without_punctuation(transcript: str, words: tuple[str, ...]) -> None:
    assert words_of(transcript) == words


@given(st.text())
def test_words_hold_no_space_and_their_words_are_themselves(transcript: str) -> None:
    words = words_of(transcript)
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert words_of(" ".join(words)) == words


def _file(folder: Path, text: str) -> Path:
    path = folder / "my.dict"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_each_word_its_pronunciations_in_order(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "\ufeff;;; mine\nLiveKit L AY V K IH T\n\n"
        "zorp z ao r p\nzorp(2) Z AA R P\nlivekit L IH V\n",
    )
    assert Lexicon.from_file(path).entries == {
        "livekit": (("L", "AY", "V", "K", "IH", "T"), ("L", "IH", "V")),
        "zorp": (("Z", "AO", "R", "P"), ("Z", "AA", "R", "P")),
    }


def test_a_word_without_phones_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = _file(tmp_path, "zorp Z AO R P\n\nlivekit\n")
    with pytest.raises(LexiconError, match=r"my\.dict, line 3: 'livekit' has no phones"):
        Lexicon.from_file(path)


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"gone\.dict"):
        Lexicon.from_file(tmp_path / "gone.dict")
    (tmp_path / "latin.dict").write_bytes(b"caf\xe9 K AE F EY\n")
    with pytest.raises(LexiconError, match=r"latin\.dict"):
        Lexicon.from_file(tmp_path / "latin.dict")


def test_a_pronunciation_given_replaces_that_of_the_file(tmp_path: Path) -> None:
    lexicon = Lexicon.from_file(_file(tmp_path, "livekit L IH V\nzorp Z AO R P\n"))
    more = lexicon.with_pronunciations(["LiveKit=l ay v k ih t", "livekit=L AY V", "pbx= P IY"])
    assert more.user("livekit") == (("L", "AY", "V", "K", "IH", "T"), ("L", "AY", "V"))
    assert more.user("zorp") == (("Z", "AO", "R", "P"),)
    assert more.user("pbx") == (("P", "IY"),)
    assert more.user("please") == ()
    assert lexicon.user("livekit") == (("L", "IH", "V"),)


def test_a_given_pronunciation_keeps_the_wish_not_to_guess() -> None:
    assert not Lexicon(guess=False).with_pronunciations(["a=EY"]).guess


@pytest.mark.parametrize(
    "text", ["livekit", "livekit=", "=L AY V", "live kit=L AY V", "...=AH", ""]
)
def test_a_given_pronunciation_of_another_form_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(LexiconError) as caught:
        Lexicon().with_pronunciations([text])
    assert repr(text) in str(caught.value)
    assert "livekit=L AY V K IH T" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("pbx", "P IY B IY EH K S"),
        ("www", "D AH B AH L Y UW D AH B AH L Y UW D AH B AH L Y UW"),
        ("pbx's", "P IY B IY EH K S IH Z"),
        ("x", "EH K S"),
        ("IKEA", "AY K EY IY EY"),
    ],
)
def test_what_has_no_vowel_or_is_in_capitals_is_spelled(word: str, phones: str) -> None:
    assert Lexicon().guess_word(word) == (PronunciationSource.SPELLED, tuple(phones.split()))


def test_a_word_told_to_be_an_acronym_is_spelled() -> None:
    spelled = (PronunciationSource.SPELLED, ("AY", "K", "EY", "IY", "EY"))
    assert Lexicon().guess_word("ikea", acronym=True) == spelled


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("zorp", "Z AO R P"),
        ("zorp's", "Z AO R P S"),
        ("zorb's", "Z AO R B Z"),
        ("livekit", "L IH V IH K IH T"),
        ("Zo\u0308rp", "Z AO R P"),
    ],
)
def test_other_words_go_from_letters_to_sounds(word: str, phones: str) -> None:
    assert Lexicon().guess_word(word) == (PronunciationSource.G2P, tuple(phones.split()))


@pytest.mark.parametrize(
    "word", ["", "'", "'s", "3", "\u043f\u043e\u043a\u0430", "a" * 41, "\u6f22"]
)
def test_what_cannot_be_guessed_is_none(word: str) -> None:
    assert Lexicon().guess_word(word) is None


def test_nothing_is_guessed_where_it_is_not_wanted() -> None:
    assert Lexicon(guess=False).guess_word("zorp") is None


@given(st.text(max_size=12))
def test_a_guess_is_made_of_the_engines_phones(word: str) -> None:
    guessed = Lexicon().guess_word(word)
    assert guessed is None or (guessed[1] and set(guessed[1]) <= set(ARPABET.split()))


def test_a_lexicon_goes_to_other_processes_without_weights() -> None:
    lexicon = Lexicon({"zorp": (("Z", "AO", "R", "P"),)})
    lexicon.guess_word("livekit")
    pickled = pickle.dumps(lexicon)
    assert len(pickled) < 500
    assert pickle.loads(pickled) == lexicon  # noqa: S301


def test_the_dictionary_is_that_of_the_default_engine() -> None:
    assert len(dictionary_words()) > 120_000
    assert in_dictionary("please")
    assert in_dictionary("caf\u00e9")
    assert not in_dictionary("livekit")
