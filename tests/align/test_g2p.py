"""Letters to sounds: the network gives what its authors' program gives, and is right enough."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pocketsphinx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.g2p import MAX_LETTERS, letters_to_sounds
from sal_anchors.errors import EngineError

Phones = tuple[str, ...]


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        # Recorded from g2p-en 2.1.0 itself, stress dropped.
        ("livekit", "L IH V IH K IH T"),
        ("zorp", "Z AO R P"),
        ("kubernetes", "K AH B ER N AH T S"),
        ("pytorch", "P IH T ER K"),
        ("porcupine", "P AO R K Y AH P AY N"),
        ("openwakeword", "OW P AH W AH N B AO R D"),
        ("computer", "K AH M P Y UW T ER"),
        ("alexandria", "AE L EH G Z AE N D R IY AH"),
        ("thoroughbred", "TH ER OW B R EH D"),
        ("xylophone", "Z AY L AH F OW N"),
        ("quixotic", "K W IH K S AA T IH K"),
        ("aardvark", "AA R D V AA R K"),
        ("snips", "S N IH P S"),
        ("antidisestablishment", "AE N T IY D IH S IH N T IH S T AH N"),
    ],
)
def test_the_phones_are_those_of_the_original_program(word: str, phones: str) -> None:
    assert letters_to_sounds(word) == tuple(phones.split())


def _dictionary() -> dict[str, list[Phones]]:
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    entries: dict[str, list[Phones]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        entries.setdefault(word.split("(")[0], []).append(tuple(phones))
    return {word: said for word, said in entries.items() if word.isascii() and word.isalpha()}


def _distance(found: Phones, true: Phones) -> int:
    """Insertions, deletions and substitutions."""
    row = list(range(len(true) + 1))
    for i, phone in enumerate(found, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(true, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (phone != other))
    return row[-1]


def test_fewer_than_a_tenth_of_the_phones_of_dictionary_words_are_wrong() -> None:
    dictionary = _dictionary()
    words = random.Random(0).sample(sorted(dictionary), 500)
    errors = phones = 0
    began = time.process_time()
    guesses = {word: letters_to_sounds(word) or () for word in words}
    seconds = time.process_time() - began
    for word, guess in guesses.items():
        errors, phones = min(
            (errors + _distance(guess, true), phones + len(true)) for true in dictionary[word]
        )
    assert 0 < errors / phones < 0.1
    assert seconds / len(words) < 0.007


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=MAX_LETTERS))
def test_any_word_of_letters_has_phones_without_stress_or_none(word: str) -> None:
    phones = letters_to_sounds(word)
    assert phones is None or (phones and all(p.isalpha() and p.isupper() for p in phones))


@pytest.mark.parametrize(
    "word", ["", "A", "caf\u00e9", "o'clock", "a b", "7", "a" * (MAX_LETTERS + 1)]
)
def test_other_words_have_none(word: str) -> None:
    assert letters_to_sounds(word) is None


def test_the_package_of_the_weights_is_not_imported() -> None:
    program = (
        "import sys; from sal_anchors.align.g2p import letters_to_sounds as g; print(*g('zorp'));"
        "assert not {'g2p_en', 'nltk', 'inflect'} & set(sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "Z AO R P\n"


def test_weights_that_are_not_installed_are_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sal_anchors.align import g2p

    monkeypatch.setattr(g2p, "_PACKAGE", "no_such_package")
    with pytest.raises(EngineError, match="pip install g2p-en"):
        g2p._weight_file()
