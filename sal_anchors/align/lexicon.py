"""Words of a transcript, and how they are pronounced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sal_anchors.errors import LexiconError

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2018": "'"})


def words_of(transcript: str) -> tuple[str, ...]:
    """The words of a transcript: lower case, punctuation dropped, inner apostrophes kept.

    Hyphens and slashes separate words. Digits stay as they stand, so that a number which
    the lexicon cannot pronounce is reported, not guessed.
    """
    text = transcript.translate(_APOSTROPHES).lower()
    return tuple(word.removesuffix("'") for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The user's pronunciations; they stand before those of the engine's own dictionary.

    Attributes:
        entries: word to its pronunciations, each a tuple of phones of the engine's set.
    """

    entries: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    @classmethod
    def from_file(cls, path: Path) -> Lexicon:
        """Read lines of ``word PHONE PHONE ...`` (CMU style; ``word(2)`` or a repeated word
        adds a pronunciation; ``;;;`` begins a comment).

        Raises:
            LexiconError: names the file and line.
        """
        entries: dict[str, tuple[tuple[str, ...], ...]] = {}
        for word, phones in _lines(path):
            entries[word] = (*entries.get(word, ()), phones)
        return cls(entries)


def _lines(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(
            f"cannot be read ({error})", where=path, hint="Give a UTF-8 text file"
        ) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith(";;;"):
            continue
        word, *phones = line.split()
        if not phones:
            raise LexiconError(
                f"{word!r} has no phones",
                where=f"{path}, line {number}",
                hint="Write the word, then its phones: livekit L AY V K IH T",
            )
        yield re.sub(r"\(\d+\)$", "", word.lower()), tuple(phone.upper() for phone in phones)
