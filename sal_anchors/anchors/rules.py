"""Rules: which events a recipe looks for, and what each does to labels and weights."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sal_anchors.align.lexicon import words_of
from sal_anchors.anchors.kernel import KernelShape
from sal_anchors.anchors.label import AfterLabels, LabelConfig
from sal_anchors.anchors.table import Milliseconds, Table
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import EventKind
from sal_anchors.events.query import (
    Boundary,
    BoundaryKind,
    Endpoint,
    KeywordKind,
    PartialKeyword,
    PhoneSequence,
    Phrase,
    Query,
    Speech,
    SpeechKind,
    WordPattern,
)

_MATCHES = "phrase, regex or phones"


class KernelConfig(Table):
    """How the weight rises towards an anchor."""

    shape: KernelShape = Field(
        default="gaussian", description="gaussian, laplace, triangular, cosine or rectangular"
    )
    left_ms: Milliseconds = Field(default=0.0, description="ms; width before the anchor")
    right_ms: Milliseconds = Field(default=150.0, description="ms; width after the anchor")
    peak: float = Field(default=5.0, gt=0, le=1e6, description="weight at the anchor")
    widen: float = Field(
        default=0.0, ge=0, le=10, description="times the event's uncertainty, added to both widths"
    )


class _Rule(Table):
    """What all rules can say beside what they look for."""

    kind: EventKind
    class_name: str | None = Field(
        default=None,
        validation_alias="class",
        serialization_alias="class",
        min_length=1,
        description="class that frames get",
        examples=["wake"],
    )
    labels: LabelConfig | None = Field(default=None, validate_default=True)
    kernel: KernelConfig | None = None

    @field_validator("labels")
    @classmethod
    def _with_a_class(cls, labels: LabelConfig | None, info: ValidationInfo) -> LabelConfig | None:
        if info.data.get("class_name") is not None:
            return labels or AfterLabels()
        if labels is not None and "class_name" in info.data:
            raise ValueError("labels without a class; give the event one, such as class = 'wake'")
        return None

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> Self:
        try:
            self.query()
        except RecipeError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def event_label(self) -> str | None:
        """Label of the events that the rule is for; None for all of its kind."""
        return None

    def covers(self, kind: EventKind, label: str) -> bool:
        """Whether an event of this kind and label falls under the rule."""
        return self.kind == kind and self.event_label in (None, label)

    @abstractmethod
    def query(self) -> Query:
        """What the rule looks for."""


class _Keyword(_Rule):
    kind: KeywordKind = Field(default=EventKind.KEYWORD_END, description="or keyword_start")
    pattern: str = Field(description="what to look for")
    label: str | None = Field(
        default=None,
        min_length=1,
        description="name of the events; the pattern if there is none",
        examples=["wake"],
    )
    max_pause_ms: Milliseconds = Field(
        default=500.0, description="ms; longest pause between two words"
    )

    @property
    def event_label(self) -> str:
        """Label of its events."""
        return self.label or self.pattern


class PhraseRule(_Keyword):
    """Words of a phrase, however they are pronounced."""

    match: Literal["phrase"] = Field(default="phrase", description=_MATCHES)

    @field_validator("pattern")
    @classmethod
    def _as_words(cls, pattern: str) -> str:
        return _normalised(pattern)

    def query(self) -> Phrase:
        """Occurrences of the phrase."""
        return Phrase(
            text=self.pattern,
            label=self.event_label,
            kind=self.kind,
            max_pause=self.max_pause_ms / 1000,
        )


class RegexRule(_Keyword):
    """A regular expression over words in lower case, joined by single spaces."""

    match: Literal["regex"] = Field(default="regex", description=_MATCHES)

    def query(self) -> WordPattern:
        """Matches of the expression."""
        return WordPattern(
            pattern=self.pattern,
            label=self.event_label,
            kind=self.kind,
            max_pause=self.max_pause_ms / 1000,
        )


class PhonesRule(_Keyword):
    """Phones separated by spaces; variants separated by a bar."""

    match: Literal["phones"] = Field(default="phones", description=_MATCHES)
    inside_words: bool = Field(
        default=False, description="also where it begins or ends inside a word"
    )

    def query(self) -> PhoneSequence:
        """Occurrences of the sequences."""
        return PhoneSequence(
            sequences=_variants(self.pattern),
            label=self.event_label,
            kind=self.kind,
            max_pause=self.max_pause_ms / 1000,
            inside_words=self.inside_words,
        )


class PartialRule(_Rule):
    """Beginnings of a phrase that its rest does not follow: hard negatives."""

    kind: Literal[EventKind.PARTIAL_KEYWORD] = EventKind.PARTIAL_KEYWORD
    pattern: str = Field(description="the whole keyword")
    max_pause_ms: Milliseconds = Field(
        default=500.0, description="ms; longest pause between two words"
    )
    pronunciations: tuple[str, ...] = Field(
        default=(),
        description="of a keyword of one word: phones, separated by spaces; several for variants",
    )
    min_phones: int = Field(
        default=3, ge=1, le=100, description="first phones that a word must share"
    )

    @field_validator("pattern")
    @classmethod
    def _as_words(cls, pattern: str) -> str:
        return _normalised(pattern)

    @property
    def event_label(self) -> str:
        """The keyword that its events are a part of."""
        return self.pattern

    def query(self) -> PartialKeyword:
        """Beginnings of the keyword."""
        return PartialKeyword(
            text=self.pattern,
            label=self.pattern,
            max_pause=self.max_pause_ms / 1000,
            pronunciations=self.pronunciations,
            min_phones=self.min_phones,
        )


class SpeechRule(_Rule):
    """Where stretches of speech begin, or end."""

    kind: SpeechKind = Field(default=EventKind.SPEECH_ONSET, description="or speech_offset")
    min_silence_ms: Annotated[Milliseconds, Field(gt=0)] = Field(
        default=200.0, description="ms; a pause this long ends a stretch of speech"
    )
    min_speech_ms: Milliseconds = Field(default=50.0, description="ms; a shorter stretch is none")

    def query(self) -> Speech:
        """Onsets, or offsets."""
        return Speech(
            kind=self.kind,
            min_silence=self.min_silence_ms / 1000,
            min_speech=self.min_speech_ms / 1000,
        )


class EndpointRule(_Rule):
    """The end of the utterance's last word."""

    kind: Literal[EventKind.ENDPOINT] = EventKind.ENDPOINT

    def query(self) -> Endpoint:
        """The end of the last word."""
        return Endpoint()


class BoundaryRule(_Rule):
    """The start, or the end, of each word, syllable or phone."""

    kind: BoundaryKind = Field(description="word_, syllable_ or phone_ with start or end")
    label: str | None = Field(
        default=None,
        min_length=1,
        description="only of this word, syllable or phone",
        examples=["AH"],
    )

    @property
    def event_label(self) -> str | None:
        """The word, syllable or phone; None for all."""
        return self.label

    def query(self) -> Boundary:
        """All such boundaries; those of other labels are left out by the recipe."""
        return Boundary(kind=self.kind)


def _normalised(phrase: str) -> str:
    if words := words_of(phrase):
        return " ".join(words)
    raise ValueError(f"a keyword without words: {phrase!r}")


def _variants(pattern: str) -> tuple[str, ...]:
    return tuple(" ".join(variant.split()) for variant in pattern.split("|"))


RULE_TABLES: dict[str, type[_Rule]] = {
    ":phrase": PhraseRule,
    ":regex": RegexRule,
    ":phones": PhonesRule,
    ":partial": PartialRule,
    ":speech": SpeechRule,
    ":endpoint": EndpointRule,
    ":boundary": BoundaryRule,
}
"""Rules by tag; a tag begins with a colon, unlike any key."""
_TAGS = {
    EventKind.PARTIAL_KEYWORD: ":partial",
    EventKind.SPEECH_ONSET: ":speech",
    EventKind.SPEECH_OFFSET: ":speech",
    EventKind.ENDPOINT: ":endpoint",
}


def _tag_of(value: Any) -> str | None:
    if isinstance(value, _Rule):
        return next(tag for tag, rule in RULE_TABLES.items() if type(value) is rule)
    if not isinstance(value, dict) or value.get("kind") not in list(EventKind):
        return None
    kind = EventKind(value["kind"])
    if kind in (EventKind.KEYWORD_START, EventKind.KEYWORD_END):
        return f":{value.get('match', 'phrase')}"
    return _TAGS.get(kind, ":boundary")


EventRule = Annotated[
    Annotated[PhraseRule, Tag(":phrase")]
    | Annotated[RegexRule, Tag(":regex")]
    | Annotated[PhonesRule, Tag(":phones")]
    | Annotated[PartialRule, Tag(":partial")]
    | Annotated[SpeechRule, Tag(":speech")]
    | Annotated[EndpointRule, Tag(":endpoint")]
    | Annotated[BoundaryRule, Tag(":boundary")],
    Discriminator(_tag_of, custom_error_type="rule", custom_error_message="kind or match"),
]
