"""What a corpus says that no dictionary pronounces."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Change, PronunciationSource
from sal_anchors.align.dictionary import in_dictionary
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.survey import Survey, lexicon_text, survey, write_lexicon
from sal_anchors.corpus import Utterance
from sal_anchors.errors import LexiconError


def _utterance(transcript: str | None, language: str = "en") -> Utterance:
    return Utterance(id="a", audio=Path("a.wav"), transcript=transcript, language=language)


def _survey(*transcripts: str | None, lexicon: Lexicon | None = None, **options: str) -> Survey:
    keywords = options.pop("keywords", "").split(",") if "keywords" in options else ()
    return survey(
        [_utterance(transcript, **options) for transcript in transcripts],
        lexicon or Lexicon(),
        keywords=keywords,
        in_dictionary=in_dictionary,
    )


def test_unknown_words_are_counted_and_guessed_the_commonest_first() -> None:
    found = _survey("the zorp", "a PBX, zorp and zorp", "a grelf \u043f\u043e\u043a\u0430")
    assert [(w.word, w.count, w.source, " ".join(w.phones)) for w in found.unknown] == [
        ("zorp", 3, PronunciationSource.G2P, "Z AO R P"),
        ("grelf", 1, PronunciationSource.G2P, "G R EH L F"),
        ("pbx", 1, PronunciationSource.SPELLED, "P IY B IY EH K S"),
        ("\u043f\u043e\u043a\u0430", 1, None, ""),
    ]
    assert (found.utterances, found.tokens, found.words) == (3, 10, 7)


def test_words_of_keywords_come_first_even_if_no_transcript_has_them() -> None:
    found = _survey("zorp zorp grelf", keywords="hey Grelf,quaxo grelf")
    assert [(w.word, w.count, w.keywords) for w in found.unknown] == [
        ("grelf", 1, ("hey Grelf", "quaxo grelf")),
        ("quaxo", 0, ("quaxo grelf",)),
        ("zorp", 2, ()),
    ]
    assert found.tokens == 3


def test_words_of_the_users_lexicon_are_known() -> None:
    lexicon = Lexicon({"zorp": (("Z", "AO", "R", "P"),)})
    found = _survey("zorp please", lexicon=lexicon)
    assert (found.unknown, found.users) == ((), 1)


def test_items_without_a_transcript_are_counted_apart() -> None:
    failure = Failure(_utterance("zorp"), Reason.MISSING_AUDIO, "none")
    items = [_utterance(None), failure, _utterance("please")]
    found = survey(items, Lexicon(), in_dictionary=in_dictionary)
    assert (found.utterances, found.without_transcript, found.unknown) == (1, 2, ())


def test_changes_are_counted() -> None:
    found = _survey("3 & 3", "[noise] 3")
    assert found.changes == (
        (Change("3", "three"), 3),
        (Change("&", "and"), 1),
        (Change("[noise]", ""), 1),
    )


def test_another_language_is_not_looked_up_nor_guessed_as_english() -> None:
    found = _survey("please 3", language="de", keywords="please")
    assert [(w.word, w.count, w.source) for w in found.unknown] == [
        ("please", 1, None),
        ("drei", 1, None),
    ]


def test_nothing_is_proposed_where_nothing_is_to_be_guessed() -> None:
    (word,) = _survey("zorp", lexicon=Lexicon(guess=False)).unknown
    assert (word.source, word.phones) == (None, ())


@given(st.lists(st.text(alphabet="abxyz 3&", max_size=20), max_size=4))
def test_unknown_words_are_no_more_than_all_words(transcripts: list[str]) -> None:
    found = _survey(*transcripts)
    assert len(found.unknown) <= found.words <= found.tokens
    assert sum(word.count for word in found.unknown) <= found.tokens


def test_a_lexicon_file_reads_back_as_what_it_proposes(tmp_path: Path) -> None:
    own = Lexicon({"hey": (("HH", "EY"), ("HH", "AY"))})
    found = _survey("hey zorp \u043f\u043e\u043a\u0430", lexicon=own)
    path = tmp_path / "my.dict"
    write_lexicon(path, found, own)
    assert Lexicon.from_file(path).entries == {**own.entries, "zorp": (("Z", "AO", "R", "P"),)}
    assert ";;; \u043f\u043e\u043a\u0430 " in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["my.dict"]


def test_a_corrected_lexicon_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "my.dict"
    path.write_text("zorp Z AO R B\n")
    with pytest.raises(LexiconError, match=r"my\.dict: is there already"):
        write_lexicon(path, _survey("zorp"), Lexicon())
    assert path.read_text() == "zorp Z AO R B\n"


def test_the_text_of_a_lexicon_has_a_line_a_pronunciation() -> None:
    own = Lexicon({"hey": (("HH", "EY"), ("HH", "AY"))})
    lines = lexicon_text(_survey("zorp", lexicon=own), own).splitlines()
    assert lines[1:] == ["hey HH EY", "hey(2) HH AY", "zorp Z AO R P"]
