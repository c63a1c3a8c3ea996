"""The dictionary that MFA reads: the given one with the user's pronunciations put first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.errors import EngineError, LexiconError

_PROBABILITY = re.compile(r"^(\d+\.\d+|1)$")
_NUMBER = re.compile(r"(?<=.)\(\d+\)$")
_STRESSES = "102"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A pronunciation dictionary file.

    Attributes:
        path: where it was read from.
        words: in lower case.
        phones: all that its pronunciations use.
        numbered: whether it numbers its variants, ``the(2)``, which MFA would take for words.
    """

    path: Path
    words: frozenset[str]
    phones: frozenset[str]
    numbered: bool


def read_dictionary(path: Path) -> Dictionary:
    """Read lines of ``word [probability ...] PHONE PHONE ...``; ``word(2)`` is ``word`` again.

    Raises:
        EngineError: it cannot be read, holds a word without phones, or no word at all.
    """
    words: set[str] = set()
    phones: set[str] = set()
    numbered = False
    for number, (written, rest) in enumerate(_lines(path), start=1):
        word = _NUMBER.sub("", written)
        numbered = numbered or word != written
        kept = [part for part in rest if not _PROBABILITY.match(part)]
        if word and not kept:
            raise EngineError(
                f"{word!r} has no phones",
                where=f"{path}, line {number}",
                hint="MFA stops at such a line; remove it",
            )
        if word:
            words.add(word)
            phones.update(kept)
    if not words:
        raise EngineError("the dictionary holds no words", where=path)
    return Dictionary(path, frozenset(words), frozenset(phones), numbered)


def write_merged(
    dictionary: Dictionary,
    entries: Iterable[tuple[str, tuple[tuple[str, ...], ...]]],
    path: Path,
) -> None:
    """Write the dictionary with the words of ``entries`` replaced and no numbers, as UTF-8.

    Args:
        dictionary: what stands where an entry says nothing else.
        entries: words in lower case, with pronunciations in the dictionary's own phones.
        path: the file to write; MFA goes by its suffix, ``.txt``.
    """
    replaced = dict(entries)
    with path.open("w", encoding="utf-8") as file:
        for written, rest in _lines(dictionary.path):
            word = _NUMBER.sub("", written)
            if word and word not in replaced:
                file.write(f"{word}\t{' '.join(rest)}\n")
        for word, pronunciations in replaced.items():
            for phones in pronunciations:
                file.write(f"{word}\t{' '.join(phones)}\n")


def in_phones_of(dictionary: Dictionary, phones: tuple[str, ...]) -> tuple[str, ...] | None:
    """A pronunciation in the dictionary's own phones, or None if one of them has none.

    The phone as given; else in lower case, for dictionaries in IPA; else a vowel with the first
    stress mark that the dictionary has: ``AY`` is ``AY1``, else ``AY0``, else ``AY2``.
    """
    found = tuple(_phone(dictionary.phones, phone) for phone in phones)
    return None if None in found else tuple(phone for phone in found if phone)


def require_phones(dictionary: Dictionary, word: str, phones: tuple[str, ...]) -> tuple[str, ...]:
    """As :func:`in_phones_of`, for what the user wrote.

    Raises:
        LexiconError: a phone that the dictionary does not have.
    """
    found = in_phones_of(dictionary, phones)
    if found is None:
        unknown = [phone for phone in phones if _phone(dictionary.phones, phone) is None]
        raise LexiconError(
            f"{word!r}: unknown phone {unknown[0]!r}",
            where=dictionary.path,
            hint=f"The phones of this dictionary are {' '.join(sorted(dictionary.phones))}",
        )
    return found


def _phone(known: frozenset[str], phone: str) -> str | None:
    candidates = (phone, phone.lower(), *(phone + stress for stress in _STRESSES))
    return next((candidate for candidate in candidates if candidate in known), None)


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Word in lower case and the rest of each line; an empty word for an empty line."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                word, *rest = line.split() or [""]
                yield unicodedata.normalize("NFKC", word).lower(), rest
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"cannot be read ({error})", where=path, hint="Save the dictionary as UTF-8 text"
        ) from None
