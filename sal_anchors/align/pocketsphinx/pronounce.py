"""Which pronunciation the engine takes for each word.

The user's, then the dictionary's, then letter by letter, then letter to sound. The dictionary
inside the engine cannot be changed, only added to: a word that comes from elsewhere is added
under a name of its own, ``word@`` and its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pocketsphinx

from sal_anchors.align.alignment import Pronunciation, PronunciationSource
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import Normalised
from sal_anchors.align.spell import spellings
from sal_anchors.errors import LexiconError

_MARK = "@"
_VARIANT = re.compile(r"\(\d+\)$")


def check_lexicon(lexicon: Lexicon) -> None:
    """Raise LexiconError if an entry uses a phone outside the model's set."""
    phones = _phone_set()
    for word, pronunciations in lexicon.entries.items():
        for phone in (p for pronunciation in pronunciations for p in pronunciation):
            if phone not in phones:
                raise LexiconError(
                    f"{word!r}: unknown phone {phone!r}",
                    hint=f"The phones of this model are {' '.join(sorted(phones))}",
                )


@lru_cache
def _phone_set() -> frozenset[str]:
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    with dictionary.open(encoding="utf-8") as lines:
        return frozenset(phone for line in lines for phone in line.split()[1:])


def engine_names(decoder: Any, lexicon: Lexicon, said: Normalised) -> list[str | None]:
    """The engine's name of each word, None where it has no pronunciation; words that the
    decoder's dictionary lacks are added to it."""
    named = {word: _name(decoder, lexicon, word, word in said.acronyms) for word in set(said.words)}
    return [named[word] for word in said.words]


def base_name(name: str) -> str:
    """A name without the number of its pronunciation."""
    return _VARIANT.sub("", name)


def pronunciations_of(
    decoder: Any, words: Sequence[str], names: Sequence[str]
) -> tuple[Pronunciation, ...]:
    """How the words that are not from the engine's dictionary were said, each one once.

    Args:
        words: of the transcript.
        names: that the engine found for them, with the numbers of their pronunciations.
    """
    own = {
        name: Pronunciation(word, decoder.lookup_word(name), _source(name))
        for word, name in zip(words, names, strict=True)
        if _MARK in name
    }
    return tuple(own.values())


def _source(name: str) -> PronunciationSource:
    return PronunciationSource(base_name(name).partition(_MARK)[2])


def _name(decoder: Any, lexicon: Lexicon, word: str, acronym: bool) -> str | None:
    if user := lexicon.user(word):
        return _added(decoder, word, PronunciationSource.USER, user)
    for form in spellings(word):
        if decoder.lookup_word(form):
            return form
    if guessed := lexicon.guess_word(word, acronym=acronym):
        source, phones = guessed
        return _added(decoder, word, source, (phones,))
    return None


def _added(
    decoder: Any, word: str, source: PronunciationSource, pronunciations: Sequence[tuple[str, ...]]
) -> str:
    name = f"{word}{_MARK}{source.value}"
    if not decoder.lookup_word(name):
        for number, phones in enumerate(pronunciations, start=1):
            variant = name if number == 1 else f"{name}({number})"
            decoder.add_word(variant, " ".join(phones), True)
    return name
