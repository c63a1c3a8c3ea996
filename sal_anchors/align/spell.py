"""Words said letter by letter: ``pbx`` as P IY B IY EH K S."""

from __future__ import annotations

import unicodedata

_NAMES = {
    "a": "EY",
    "b": "B IY",
    "c": "S IY",
    "d": "D IY",
    "e": "IY",
    "f": "EH F",
    "g": "JH IY",
    "h": "EY CH",
    "i": "AY",
    "j": "JH EY",
    "k": "K EY",
    "l": "EH L",
    "m": "EH M",
    "n": "EH N",
    "o": "OW",
    "p": "P IY",
    "q": "K Y UW",
    "r": "AA R",
    "s": "EH S",
    "t": "T IY",
    "u": "Y UW",
    "v": "V IY",
    "w": "D AH B AH L Y UW",
    "x": "EH K S",
    "y": "W AY",
    "z": "Z IY",
}
_VOWELS = frozenset("aeiouy")
_UNDECOMPOSED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})


def unaccented(word: str) -> str:
    """The word without its combining marks: ``cafe`` of ``café``."""
    parts = unicodedata.normalize("NFD", word.translate(_UNDECOMPOSED))
    bare = "".join(part for part in parts if not unicodedata.category(part).startswith("M"))
    return unicodedata.normalize("NFC", bare)


def spellings(word: str) -> tuple[str, ...]:
    """The forms to look a word up by in a dictionary, in order: as it is, without accents."""
    return tuple(dict.fromkeys((word, unaccented(word))))


def sounds_like_letters(word: str) -> bool:
    """Whether a lower-case word of letters a to z has no vowel letter (``y`` is one)."""
    return bool(word) and all(letter in _NAMES and letter not in _VOWELS for letter in word)


def spelled(word: str) -> tuple[str, ...] | None:
    """Phones of the names of the letters of a lower-case word; None if one is not a to z."""
    if not word or any(letter not in _NAMES for letter in word):
        return None
    return tuple(phone for letter in word for phone in _NAMES[letter].split())
