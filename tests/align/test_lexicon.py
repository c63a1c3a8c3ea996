"""Words of a transcript, and the user's pronunciations."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.lexicon import Lexicon, words_of
from sal_anchors.errors import LexiconError


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        ("Please, try again!", ("please", "try", "again")),
        ("That's NOT valid...", ("that's", "not", "valid")),
        ("the party\u2019s name", ("the", "party's", "name")),
        ("re-enter and/or wait", ("re", "enter", "and", "or", "wait")),
        ("'quoted' words", ("quoted", "words")),
        ("the parties' names", ("the", "parties", "names")),
        ("press 1", ("press", "1")),
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
