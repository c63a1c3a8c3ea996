"""How the words of a corpus are pronounced for MFA: user, dictionary, else a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sal_anchors.align.alignment import Pronunciation, PronunciationSource
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.mfa.dictionary import (
    Dictionary,
    in_phones_of,
    read_dictionary,
    require_phones,
    write_merged,
)
from sal_anchors.align.mfa.models import Model
from sal_anchors.align.mfa.prepare import Prepared
from sal_anchors.errors import LexiconError

_TEXT = frozenset({".txt", ".dict"})


@dataclass(frozen=True, slots=True)
class Pronounced:
    """The dictionary a run is given.

    Attributes:
        argument: file or name.
        added: of words that the given dictionary does not have or that the user says otherwise.
    """

    argument: str
    added: dict[str, Pronunciation] = field(default_factory=dict)

    def of(self, words: Iterable[str]) -> tuple[Pronunciation, ...]:
        """The added pronunciations among ``words``, each once, in their order."""
        return tuple(self.added[word] for word in dict.fromkeys(words) if word in self.added)


def pronounce(
    model: Model, lexicon: Lexicon, prepared: Iterable[Prepared], file: Path, *, guess: bool
) -> Pronounced:
    """Write the dictionary for these utterances to ``file`` if the given one must be added to.

    Args:
        model: the dictionary that the user named.
        lexicon: its pronunciations stand before the dictionary's.
        prepared: the utterances.
        file: ends in ``.txt``.
        guess: whether words that neither has are guessed here; not if MFA has a G2P model.

    Raises:
        EngineError: the dictionary cannot be read.
        LexiconError: a phone that it does not have, or a dictionary that cannot be added to.
    """
    acronyms = {word: word in item.acronyms for item in prepared for word in item.words}
    users = {word: lexicon.user(word) for word in acronyms if lexicon.user(word)}
    if model.path is None or model.path.suffix not in _TEXT:
        if users:
            raise LexiconError(
                f"{', '.join(sorted(users))}: the dictionary {model.name!r} cannot be added to, "
                "since it is not a text file here",
                hint="Give the dictionary as a .dict or .txt file",
            )
        return Pronounced(model.argument)
    dictionary = read_dictionary(model.path)
    entries = {
        word: tuple(require_phones(dictionary, word, phones) for phones in said)
        for word, said in users.items()
    }
    sources = dict.fromkeys(entries, PronunciationSource.USER)
    for word in acronyms if guess else ():
        guessed = _guess(dictionary, lexicon, word, acronyms[word])
        if word not in entries and guessed:
            sources[word], phones = guessed
            entries[word] = (phones,)
    if not entries and not dictionary.numbered:
        return Pronounced(model.argument)
    write_merged(dictionary, entries.items(), file)
    return Pronounced(
        str(file),
        {
            word: Pronunciation(word, " ".join(said[0]), sources[word])
            for word, said in entries.items()
        },
    )


def _guess(
    dictionary: Dictionary, lexicon: Lexicon, word: str, acronym: bool
) -> tuple[PronunciationSource, tuple[str, ...]] | None:
    """A guess in the dictionary's phones; None if it knows the word or has other phones."""
    if _known(dictionary, word):
        return None
    guessed = lexicon.guess_word(word, acronym=acronym)
    phones = guessed and in_phones_of(dictionary, guessed[1])
    return (guessed[0], phones) if guessed and phones else None


def _known(dictionary: Dictionary, word: str) -> bool:
    """Whether MFA finds a word, also cut at a clitic: ``that's`` as ``that`` and ``'s``."""
    head, mark, tail = word.partition("'")
    words = dictionary.words
    return word in words or (
        bool(mark)
        and ((head in words and f"'{tail}" in words) or (f"{head}'" in words and tail in words))
    )
