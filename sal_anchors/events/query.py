"""Queries: what to look for in an utterance.

Each query finds events of one kind; ask twice for both the start and the end of something.
All times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sal_anchors.align.lexicon import words_of
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import EventKind

KeywordKind = Literal[EventKind.KEYWORD_START, EventKind.KEYWORD_END]
SpeechKind = Literal[EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET]
BoundaryKind = Literal[
    EventKind.WORD_START,
    EventKind.WORD_END,
    EventKind.SYLLABLE_START,
    EventKind.SYLLABLE_END,
    EventKind.PHONE_START,
    EventKind.PHONE_END,
]

MAX_PAUSE = 0.5
"""The longest pause between two words of one keyword, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Each occurrence of a phrase, by its words, however they were pronounced.

    Attributes:
        text: one or more words, normalised as transcripts are.
        label: of the events; None for the normalised words.
        kind: the moment of an occurrence.
        max_pause: the longest pause between two of its words, seconds.

    Raises:
        RecipeError: no word in ``text``, or ``max_pause`` below 0.
    """

    text: str
    label: str | None = None
    kind: KeywordKind = EventKind.KEYWORD_END
    max_pause: float = MAX_PAUSE

    def __post_init__(self) -> None:
        _require_kind(self.kind, EventKind.KEYWORD_START, EventKind.KEYWORD_END)
        _require_seconds("max_pause", self.max_pause)
        _require_words(self.text)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the phrase, normalised."""
        return _words_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPattern:
    """Each match of a regular expression over words joined by single spaces.

    A match begins where a word begins and ends where a word ends. Pauses longer than
    ``max_pause`` cut the utterance into texts that are searched one by one, so that no match
    reaches over them and ``^`` and ``$`` stand for the ends of such a text.

    Attributes:
        pattern: in the syntax of Python's ``re``, for words in lower case.
        label: of the events; None for the words matched.
        kind: the moment of a match.
        max_pause: the longest pause inside a match, seconds.

    Raises:
        RecipeError: a pattern that is none, or ``max_pause`` below 0.
    """

    pattern: str
    label: str | None = None
    kind: KeywordKind = EventKind.KEYWORD_END
    max_pause: float = MAX_PAUSE

    def __post_init__(self) -> None:
        _require_kind(self.kind, EventKind.KEYWORD_START, EventKind.KEYWORD_END)
        _require_seconds("max_pause", self.max_pause)
        import regex

        try:
            regex.compile(self.pattern)
        except (regex.error, RecursionError) as error:
            raise RecipeError(
                f"{self.pattern!r} is no regular expression: {error}",
                hint=r"Escape special characters with a backslash, as in 'e\.g\.'",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSequence:
    """Each occurrence of one of several phone sequences, over whole words.

    Attributes:
        sequences: phones separated by spaces, in the phone set of the engine; several for
            variants. A stress digit counts only where the aligned phone has one too.
        label: of the events; None for the first of ``sequences``.
        kind: the moment of an occurrence.
        max_pause: the longest pause between two words inside an occurrence, seconds.
        inside_words: also find it where it begins or ends inside a word.

    Raises:
        RecipeError: no sequence, an empty one, or ``max_pause`` below 0.
    """

    sequences: tuple[str, ...]
    label: str | None = None
    kind: KeywordKind = EventKind.KEYWORD_END
    max_pause: float = MAX_PAUSE
    inside_words: bool = False

    def __post_init__(self) -> None:
        _require_kind(self.kind, EventKind.KEYWORD_START, EventKind.KEYWORD_END)
        _require_seconds("max_pause", self.max_pause)
        _require_phones(self.sequences, at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialKeyword:
    """Beginnings of a phrase that its rest does not follow: hard negatives.

    Of a phrase of several words, the longest run of its first words that is said without the
    next one within ``max_pause``. Of a single word, the first phones that another word shares
    with it; that finds nothing where the engine gave no phones. What is part of a whole
    occurrence is no beginning of another.

    Attributes:
        text: the keyword, normalised as transcripts are.
        label: of the events; None for the words that were said.
        max_pause: as of the whole phrase, seconds.
        pronunciations: of a keyword of one word, phones separated by spaces; several for
            variants; empty for those of the English dictionary in ARPABET.
        min_phones: a word is like the keyword if it shares at least this many first phones.

    Raises:
        RecipeError: no word in ``text``, pronunciations of a phrase of several words, an empty
            one, or a number that is out of range.
    """

    text: str
    label: str | None = None
    max_pause: float = MAX_PAUSE
    pronunciations: tuple[str, ...] = ()
    min_phones: int = 3

    def __post_init__(self) -> None:
        _require_seconds("max_pause", self.max_pause)
        _require_words(self.text)
        _require_phones(self.pronunciations, at_least=0)
        if self.pronunciations and len(self.words) > 1:
            raise RecipeError(
                f"partial keyword {self.text!r}: pronunciations are for a single word",
                hint="Leave them out: a phrase of several words is cut between its words",
            )
        if self.min_phones < 1:
            raise RecipeError(f"min_phones must be at least 1, got {self.min_phones}")

    @property
    def kind(self) -> EventKind:
        """``partial_keyword``."""
        return EventKind.PARTIAL_KEYWORD

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the keyword, normalised."""
        return _words_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The onset, or the offset, of each stretch of speech.

    A stretch is a run of words with gaps shorter than ``min_silence``; before and after the
    utterance is silence.

    Attributes:
        kind: the moment of a stretch.
        min_silence: silence before and after a stretch, seconds.
        min_speech: stretches shorter than this are left out, seconds.

    Raises:
        RecipeError: a length that is out of range.
    """

    kind: SpeechKind = EventKind.SPEECH_ONSET
    min_silence: float = 0.2
    min_speech: float = 0.05

    def __post_init__(self) -> None:
        _require_kind(self.kind, EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET)
        _require_seconds("min_silence", self.min_silence)
        _require_seconds("min_speech", self.min_speech)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The end of the utterance's last word."""

    @property
    def kind(self) -> EventKind:
        """``endpoint``."""
        return EventKind.ENDPOINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The start, or the end, of every word, syllable or phone.

    Attributes:
        kind: which boundary of what.
    """

    kind: BoundaryKind

    def __post_init__(self) -> None:
        _require_kind(
            self.kind,
            EventKind.WORD_START,
            EventKind.WORD_END,
            EventKind.SYLLABLE_START,
            EventKind.SYLLABLE_END,
            EventKind.PHONE_START,
            EventKind.PHONE_END,
        )


Query = Phrase | WordPattern | PhoneSequence | PartialKeyword | Speech | Endpoint | Boundary

_INSIDE_WORDS = frozenset(
    (
        EventKind.SYLLABLE_START,
        EventKind.SYLLABLE_END,
        EventKind.PHONE_START,
        EventKind.PHONE_END,
    )
)


def uses_phones(query: Query) -> bool:
    """Whether a query looks at phones."""
    match query:
        case PhoneSequence():
            return True
        case PartialKeyword():
            return len(query.words) == 1
        case _:
            return query.kind in _INSIDE_WORDS


def require_phones(queries: Iterable[Query], engine: str) -> None:
    """Raise RecipeError if a query can be answered with phones only; for an engine without them.

    A partial keyword can do without.
    """
    for query in queries:
        if uses_phones(query) and not isinstance(query, PartialKeyword):
            raise RecipeError(
                f"{_named(query)} needs phones, and {engine} gives none",
                hint="Take another engine, such as pocketsphinx, and leave --no-phones out",
            )


def require_words(queries: Iterable[Query], engine: str) -> None:
    """Raise RecipeError if a query looks at words; for an engine that finds speech only."""
    for query in queries:
        if not isinstance(query, Speech | Endpoint):
            raise RecipeError(
                f"{_named(query)} needs words, and {engine} finds stretches of speech only",
                hint=f"Take an engine that aligns words, or two, such as pocketsphinx,{engine}",
            )


def _named(query: Query) -> str:
    if isinstance(query, PhoneSequence):
        return f"the phone sequence {query.sequences[0]!r}"
    if isinstance(query, Phrase | PartialKeyword):
        return f"the keyword {query.text!r}"
    return str(query.kind)


@lru_cache(maxsize=4096)
def _words_of(text: str) -> tuple[str, ...]:
    return words_of(text)


def _require_words(text: str) -> None:
    if not _words_of(text):
        raise RecipeError(
            f"a keyword without words: {text!r}", hint="Give words, such as: -k 'hey computer'"
        )


def _require_seconds(name: str, value: float) -> None:
    if not value >= 0:
        raise RecipeError(f"{name} must be at least 0 seconds, got {value}")


def _require_kind(kind: EventKind, *allowed: EventKind) -> None:
    if kind not in allowed:
        raise RecipeError(f"events of kind {kind}: expected one of {', '.join(allowed)}")


def _require_phones(sequences: tuple[str, ...], *, at_least: int) -> None:
    if len(sequences) < at_least or not all(sequence.split() for sequence in sequences):
        raise RecipeError(
            f"a phone sequence without phones: {sequences!r}",
            hint="Give phones separated by spaces, such as: 'K AH M P Y UW T ER'",
        )
