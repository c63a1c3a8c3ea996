"""How words are pronounced: as the user says, or guessed where no dictionary knows better."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sal_anchors.align.alignment import PronunciationSource
from sal_anchors.align.normalise import normalise
from sal_anchors.align.spell import sounds_like_letters, spelled, unaccented
from sal_anchors.errors import LexiconError

Phones = tuple[str, ...]

_EXAMPLE = "livekit L AY V K IH T"
_HISSING = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS = frozenset(("P", "T", "K", "F", "TH"))


def words_of(transcript: str) -> tuple[str, ...]:
    """The words that an English transcript or keyword is aligned as; see :func:`normalise`."""
    return normalise(transcript).words


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The user's pronunciations, which stand before those of the engine's own dictionary, and
    guesses, which stand after them.

    Attributes:
        entries: word to its pronunciations, each a tuple of phones of the engine's set.
        guess: whether words that no dictionary has are guessed.
    """

    entries: Mapping[str, tuple[Phones, ...]] = field(default_factory=dict)
    guess: bool = True

    @classmethod
    def from_file(cls, path: Path) -> Lexicon:
        """Read lines of ``word PHONE PHONE ...`` (CMU style; ``word(2)`` or a repeated word
        adds a pronunciation; ``;;;`` begins a comment).

        Raises:
            LexiconError: names the file and line.
        """
        return cls(_collected(_lines(path)))

    def with_pronunciations(self, given: Iterable[str]) -> Lexicon:
        """A lexicon with ``word=PHONE PHONE ...`` in place of what this has for those words.

        Args:
            given: ``livekit=L AY V K IH T``; a repeated word adds a pronunciation.

        Raises:
            LexiconError: names the text that has another form.
        """
        added = _collected(_parsed(text) for text in given)
        return replace(self, entries={**self.entries, **added})

    def user(self, word: str) -> tuple[Phones, ...]:
        """The user's pronunciations of a word of :func:`normalise`; empty if there are none."""
        return self.entries.get(word, ())

    def guess_word(
        self, word: str, *, acronym: bool = False
    ) -> tuple[PronunciationSource, Phones] | None:
        """How English would say a word that no dictionary has.

        A word of one letter, without a vowel letter or in capitals is said letter by letter.
        Any other goes through letter-to-sound weights, without accents and apostrophes; a
        possessive gets the ending that English gives its last sound.

        Args:
            word: of :func:`normalise`, or in capitals.
            acronym: that it was in capitals; see ``Normalised.acronyms``.

        Returns:
            The source, spelled or g2p, and ARPABET phones without stress. None where nothing can
            be guessed (no letters a to z, or any others), or this lexicon does not guess.
        """
        if not self.guess:
            return None
        capitals = acronym or (len(word) > 1 and word.isupper())
        stem, possessive = re.subn(r"'s$", "", word.lower())
        letters = unaccented(stem.replace("'", ""))
        guessed = _guess(letters, capitals)
        if guessed is None:
            return None
        source, phones = guessed
        return source, (*phones, *_possessive_ending(phones[-1])) if possessive else phones


def _guess(letters: str, capitals: bool) -> tuple[PronunciationSource, Phones] | None:
    if capitals or len(letters) == 1 or sounds_like_letters(letters):
        phones = spelled(letters)
        return (PronunciationSource.SPELLED, phones) if phones else None
    from sal_anchors.align.g2p import letters_to_sounds

    phones = letters_to_sounds(letters)
    return (PronunciationSource.G2P, phones) if phones else None


def _possessive_ending(last: str) -> Phones:
    if last in _HISSING:
        return ("IH", "Z")
    return ("S",) if last in _VOICELESS else ("Z",)


def _collected(pairs: Iterable[tuple[str, Phones]]) -> dict[str, tuple[Phones, ...]]:
    entries: dict[str, tuple[Phones, ...]] = {}
    for word, phones in pairs:
        if phones not in entries.get(word, ()):
            entries[word] = (*entries.get(word, ()), phones)
    return entries


def _lines(path: Path) -> Iterator[tuple[str, Phones]]:
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
                hint=f"Write the word, then its phones: {_EXAMPLE}",
            )
        yield _key(re.sub(r"\(\d+\)$", "", word)), _upper(phones)


def _parsed(text: str) -> tuple[str, Phones]:
    word, equals, said = text.partition("=")
    hint = f'Write the word, =, then its phones: "{_EXAMPLE.replace(" ", "=", 1)}"'
    if not equals or not word.strip() or not said.split():
        raise LexiconError(f"{text!r} is not a word with its phones", hint=hint)
    words = words_of(word)
    if len(words) != 1:
        found = " ".join(words) or "none"
        raise LexiconError(f"{text!r}: one word is expected before =, not {found!r}", hint=hint)
    return words[0], _upper(said.split())


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace("\u2019", "'").lower()


def _upper(phones: Iterable[str]) -> Phones:
    return tuple(phone.upper() for phone in phones)
