"""What a corpus says that no dictionary pronounces, before time is spent on aligning it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from sal_anchors.accounting import Failure
from sal_anchors.align.alignment import Change, PronunciationSource
from sal_anchors.align.lexicon import Lexicon, Phones
from sal_anchors.align.normalise import normalise
from sal_anchors.align.numerals import is_english
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import LexiconError


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that is neither in the user's lexicon nor in the dictionary.

    Attributes:
        word: as it would be aligned.
        count: how often transcripts hold it.
        keywords: the keywords it is part of.
        source: spelled or g2p; None where nothing could be guessed.
        phones: the guess; empty if there is none.
    """

    word: str
    count: int
    keywords: tuple[str, ...]
    source: PronunciationSource | None
    phones: Phones


@dataclass(frozen=True, slots=True)
class Survey:
    """Words of a corpus and where their pronunciations would come from.

    Attributes:
        utterances: those with a transcript.
        without_transcript: items that have none, or that the corpus could not give.
        tokens: words, each time one is said.
        words: different words.
        users: different words that the user's lexicon has.
        unknown: words of keywords first, then the most frequent first.
        changes: what is said otherwise than written, with counts, the most frequent first.
    """

    utterances: int
    without_transcript: int
    tokens: int
    words: int
    users: int
    unknown: tuple[UnknownWord, ...]
    changes: tuple[tuple[Change, int], ...]


def survey(
    items: Iterable[Utterance | Failure],
    lexicon: Lexicon,
    *,
    keywords: Iterable[str] = (),
    in_dictionary: Callable[[str], bool],
) -> Survey:
    """Look up all words of a corpus and of keywords.

    Args:
        items: what a layout of :mod:`sal_anchors.corpus` yields.
        lexicon: the user's; guesses are made if it guesses, for English only.
        keywords: phrases in the commonest language of the corpus; their words are looked up even
            if no transcript holds them.
        in_dictionary: whether the engine's own dictionary, an English one, has a word.
    """
    counts: Counter[tuple[str, bool]] = Counter()
    languages: Counter[str] = Counter()
    acronyms: set[str] = set()
    changes: Counter[Change] = Counter()
    utterances = absent = 0
    for item in items:
        if isinstance(item, Failure) or item.transcript is None:
            absent += 1
            continue
        utterances += 1
        languages[item.language] += 1
        found = normalise(item.transcript, item.language)
        counts.update((word, is_english(item.language)) for word in found.words)
        changes.update(found.changes)
        acronyms |= found.acronyms
    language = languages.most_common(1)[0][0] if languages else "en"
    wanted = _keywords_of(keywords, language)
    tokens = counts.total()
    words = {word for word, _ in counts}
    counts.update({(word, is_english(language)): 0 for word in wanted})
    unknown = (
        _unknown(word, count, wanted.get(word, ()), lexicon, english, word in acronyms)
        for (word, english), count in counts.items()
        if not lexicon.user(word) and not (english and in_dictionary(word))
    )
    return Survey(
        utterances=utterances,
        without_transcript=absent,
        tokens=tokens,
        words=len(words),
        users=sum(bool(lexicon.user(word)) for word in words),
        unknown=tuple(sorted(unknown, key=lambda w: (not w.keywords, -w.count, w.word))),
        changes=tuple(sorted(changes.items(), key=lambda c: (-c[1], c[0].written, c[0].spoken))),
    )


def _keywords_of(keywords: Iterable[str], language: str) -> dict[str, tuple[str, ...]]:
    """Each word of the keywords with the keywords that it is part of."""
    parts: dict[str, tuple[str, ...]] = {}
    for keyword in dict.fromkeys(keywords):
        for word in dict.fromkeys(normalise(keyword, language).words):
            parts[word] = (*parts.get(word, ()), keyword)
    return parts


def _unknown(
    word: str,
    count: int,
    keywords: tuple[str, ...],
    lexicon: Lexicon,
    english: bool,
    acronym: bool,
) -> UnknownWord:
    guessed = lexicon.guess_word(word, acronym=acronym) if english else None
    source, phones = guessed or (None, ())
    return UnknownWord(word, count, keywords, source, phones)


def write_lexicon(path: Path, found: Survey, lexicon: Lexicon) -> None:
    """Write :func:`lexicon_text` to a file that is not there yet, whole or not at all.

    Raises:
        LexiconError: the file is there; what was edited in it is not overwritten.
    """
    if path.exists():
        raise LexiconError(
            "is there already", where=path, hint="Name a new file, so that no edit is lost"
        )
    text = lexicon_text(found, lexicon)
    with NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as staged:
        staged.write(text)
    Path(staged.name).chmod(0o644)
    Path(staged.name).replace(path)


def lexicon_text(found: Survey, lexicon: Lexicon) -> str:
    """A lexicon file for the user to edit: their entries, then the guesses, keywords first.

    A word that could not be guessed is a comment that says so.
    """
    lines = [";;; word PHONE PHONE ...   Correct what is wrong and give this file as --lexicon"]
    for word, pronunciations in lexicon.entries.items():
        for number, phones in enumerate(pronunciations, start=1):
            name = word if number == 1 else f"{word}({number})"
            lines.append(f"{name} {' '.join(phones)}")
    for entry in found.unknown:
        if entry.phones:
            lines.append(f"{entry.word} {' '.join(entry.phones)}")
        else:
            lines.append(f";;; {entry.word}   no guess: write its phones and remove the semicolons")
    return "\n".join(lines) + "\n"
