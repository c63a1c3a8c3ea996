"""The dictionary that MFA is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from sal_anchors.align.mfa.dictionary import in_phones_of, read_dictionary, write_merged
from sal_anchors.errors import EngineError


def dictionary(folder: Path, text: str) -> Path:
    path = folder / "words.dict"
    path.write_text(text, encoding="utf-8")
    return path


def test_probabilities_are_no_phones_and_stay_in_the_merged_file(tmp_path: Path):
    path = dictionary(tmp_path, "The\t0.99\t0.2\t1.0\t1.1\tDH AH0\nkey K IY1\n\n")
    read = read_dictionary(path)
    assert read.words == {"the", "key"}
    assert read.phones == {"DH", "AH0", "K", "IY1"}
    write_merged(read, [("key", (("K", "EY1"), ("K", "IY1")))], tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["the\t0.99 0.2 1.0 1.1 DH AH0", "key\tK EY1", "key\tK IY1"]


def test_numbered_variants_become_the_word_itself(tmp_path: Path):
    read = read_dictionary(dictionary(tmp_path, "the DH AH\nthe(2) DH IY\n"))
    assert read.numbered and read.words == {"the"}
    write_merged(read, [], tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "the\tDH AH\nthe\tDH IY\n"


@pytest.mark.parametrize(
    ("known", "said", "found"),
    [
        ("K IY1 IY0", ("K", "IY"), ("K", "IY1")),
        ("K IY0", ("K", "IY"), ("K", "IY0")),
        ("K IY", ("K", "IY"), ("K", "IY")),
        ("k i", ("K", "I"), ("k", "i")),
        ("K IY1", ("K", "AA"), None),
    ],
)
def test_phones_are_put_into_the_dictionarys_own(tmp_path: Path, known, said, found):
    assert in_phones_of(read_dictionary(dictionary(tmp_path, f"word {known}\n")), said) == found


@pytest.mark.parametrize("text", ["", "\n\n", "key\n", "key 0.5\n"])
def test_a_dictionary_that_mfa_would_stop_at_is_refused(tmp_path: Path, text: str):
    with pytest.raises(EngineError, match=r"words\.dict"):
        read_dictionary(dictionary(tmp_path, text))


def test_a_dictionary_that_is_not_utf_8_is_refused(tmp_path: Path):
    path = tmp_path / "words.dict"
    path.write_bytes("caf\u00e9 K".encode("latin-1"))
    with pytest.raises(EngineError, match="UTF-8"):
        read_dictionary(path)
