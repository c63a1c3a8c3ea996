"""Pronunciations of all words of a corpus, and the names viter knows words and phones by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.align.alignment import Pronunciation, PronunciationSource
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.numerals import is_english
from sal_anchors.align.spell import spellings

Phones = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """How a word is said.

    Attributes:
        phones: one or more pronunciations.
        source: where they come from.
    """

    phones: tuple[Phones, ...]
    source: PronunciationSource

    def recorded(self, word: str) -> Pronunciation | None:
        """The record of a pronunciation that is not the dictionary's, else None."""
        if self.source is PronunciationSource.DICTIONARY:
            return None
        return Pronunciation(word, " ".join(self.phones[0]), self.source)


def pronounce(words: Mapping[str, bool], lexicon: Lexicon, language: str) -> dict[str, Sound]:
    """The sounds of those words that have a pronunciation.

    The user's come first; for English, pocketsphinx's dictionary and then guesses follow.

    Args:
        words: each with whether it is an acronym in capitals somewhere.
        lexicon: the user's.
        language: BCP 47 tag of the corpus.
    """
    sounds = {
        word: Sound(lexicon.user(word), PronunciationSource.USER)
        for word in words
        if lexicon.user(word)
    }
    if not is_english(language):
        return sounds
    left = [word for word in words if word not in sounds]
    listed = _dictionary(form for word in left for form in spellings(word))
    for word in left:
        form = next((form for form in spellings(word) if form in listed), None)
        guess = None if form else lexicon.guess_word(word, acronym=words[word])
        if form:
            sounds[word] = Sound(tuple(listed[form]), PronunciationSource.DICTIONARY)
        elif guess:
            sounds[word] = Sound((guess[1],), guess[0])
    return sounds


def _dictionary(wanted: Iterable[str]) -> dict[str, list[Phones]]:
    """The entries of pocketsphinx's English dictionary for some words; it is read once through."""
    import pocketsphinx

    forms = frozenset(wanted)
    found: dict[str, list[Phones]] = {}
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            name, *phones = line.split()
            word = name.split("(", 1)[0]
            if word in forms:
                found.setdefault(word, []).append(tuple(phones))
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """Plain names for words and phones: ``w0`` and ``p0``, by order.

    viter gives some names a meaning (``sil``, ``spn``, endings such as ``_B``) and changes the
    case of words; none of these can happen to a plain name.
    """

    words: Mapping[str, str]
    phones: Mapping[str, str]

    @classmethod
    def of(cls, sounds: Mapping[str, Sound]) -> Names:
        """Names for all words and all their phones."""
        every = {p: None for sound in sounds.values() for phones in sound.phones for p in phones}
        return cls(
            {word: f"w{index}" for index, word in enumerate(sounds)},
            {phone: f"p{index}" for index, phone in enumerate(sorted(every))},
        )

    def dictionary(self, sounds: Mapping[str, Sound]) -> str:
        """Lines of ``word phone phone ...``, all in plain names."""
        return "".join(
            f"{self.words[word]} {' '.join(self.phones[phone] for phone in phones)}\n"
            for word, sound in sounds.items()
            for phones in sound.phones
        )
