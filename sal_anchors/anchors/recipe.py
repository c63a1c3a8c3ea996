"""The recipe: what to find, how to label it, how to weight it, and on which grid."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sal_anchors.align.lexicon import words_of
from sal_anchors.anchors.kernel import KernelShape
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import EventKind
from sal_anchors.timebase import Convention, FrameGrid

Milliseconds = Annotated[float, Field(ge=0, le=60_000)]


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GridConfig(_Config):
    """The frame grid in samples."""

    sample_rate: int = 16_000
    hop: int = 160
    window: int = 400
    convention: Convention = "causal"

    def grid(self) -> FrameGrid:
        """The FrameGrid of these values."""
        return FrameGrid(self.sample_rate, self.hop, self.window, self.convention)


class KernelConfig(_Config):
    """How the weight rises towards an anchor: form, widths in ms, and the weight at the anchor."""

    shape: KernelShape = "gaussian"
    left_ms: Milliseconds = 100.0
    right_ms: Milliseconds = 200.0
    peak: Annotated[float, Field(gt=0)] = 2.0


class LabelConfig(_Config):
    """Which frames get the event's class.

    ``after``: from the anchor for ``hold_ms``. ``span``: from the span's start to its end.
    """

    policy: Literal["after", "span"] = "after"
    hold_ms: Milliseconds = 300.0


class EventRule(_Config):
    """What to do with events of a kind (and label).

    Attributes:
        kind: events this rule is for.
        label: only events with this label; None for all of the kind.
        class_name: the class that frames get; None leaves labels alone.
        labelling: which frames get the class.
        kernel: None leaves weights alone.
    """

    kind: EventKind
    label: str | None = None
    class_name: str | None = None
    labelling: LabelConfig = LabelConfig()
    kernel: KernelConfig | None = None

    def covers(self, kind: EventKind, label: str) -> bool:
        """Whether an event of this kind and label falls under the rule."""
        return self.kind == kind and self.label in (None, label)


class Recipe(_Config):
    """Everything between an alignment and its frame targets.

    Attributes:
        grid: the detector's frame grid.
        keywords: phrases to find, one or more words each, normalised as transcripts are.
        max_pause_ms: the longest pause between words of one keyword.
        min_silence_ms: a pause this long separates two stretches of speech.
        min_speech_ms: a stretch of speech shorter than this is no event.
        floor: weight far from any anchor.
        rules: the first rule that covers an event applies.
    """

    grid: GridConfig = GridConfig()
    keywords: tuple[str, ...] = ()
    max_pause_ms: Milliseconds = 500.0
    min_silence_ms: Milliseconds = 200.0
    min_speech_ms: Milliseconds = 50.0
    floor: Annotated[float, Field(ge=0)] = 1.0
    rules: tuple[EventRule, ...] = ()

    @field_validator("keywords")
    @classmethod
    def _normalised(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        for keyword in keywords:
            if not words_of(keyword):
                raise RecipeError(
                    f"a keyword without words: {keyword!r}",
                    hint="Give words, such as: -k 'hey computer'",
                )
        return tuple(dict.fromkeys(" ".join(words_of(keyword)) for keyword in keywords))

    @model_validator(mode="after")
    def _peaks_above_floor(self) -> Self:
        for rule in self.rules:
            if rule.kernel is not None and rule.kernel.peak < self.floor:
                raise RecipeError(
                    f"recipe: the peak of {rule.kind} is {rule.kernel.peak}, "
                    f"below the floor {self.floor}",
                    hint="The weight must be highest at the anchor: raise peak or lower floor",
                )
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; index 0 is the background."""
        named = (rule.class_name for rule in self.rules if rule.class_name is not None)
        return ("background", *dict.fromkeys(named))

    def rule_for(self, kind: EventKind, label: str) -> EventRule | None:
        """The first rule that covers an event, or None."""
        return next((rule for rule in self.rules if rule.covers(kind, label)), None)


def keyword_recipe(keywords: tuple[str, ...]) -> Recipe:
    """Keyword spotting: each keyword is a class that begins where the keyword ends."""
    phrases = Recipe(keywords=keywords).keywords
    rules = tuple(
        EventRule(
            kind=EventKind.KEYWORD_END, label=phrase, class_name=phrase, kernel=KernelConfig()
        )
        for phrase in phrases
    )
    return Recipe(keywords=phrases, rules=rules)


def onset_recipe() -> Recipe:
    """Speech onset detection: the class ``speech`` from each onset to its offset."""
    return Recipe(
        rules=(
            EventRule(
                kind=EventKind.SPEECH_ONSET,
                class_name="speech",
                labelling=LabelConfig(policy="span"),
                kernel=KernelConfig(),
            ),
        )
    )
