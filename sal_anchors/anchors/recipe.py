"""The recipe: what to find, how to label it, how to weight it, and on which grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from sal_anchors.align.alignment import Interval
from sal_anchors.align.lexicon import words_of
from sal_anchors.anchors.label import SinceLabels, SpanLabels
from sal_anchors.anchors.rules import (
    EventRule,
    KernelConfig,
    PartialRule,
    PhraseRule,
    SpeechRule,
)
from sal_anchors.anchors.table import Table
from sal_anchors.errors import GridMismatchError, RecipeError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.query import Query
from sal_anchors.timebase import Convention, FrameGrid
from sal_anchors.timebase.convention import NAMES

Task = Literal["keyword", "onset", "trigger"]
BACKGROUND_NAME = "background"


class GridConfig(Table):
    """The frame grid, in samples."""

    sample_rate: int = Field(default=16_000, description="Hz; audio is resampled to it")
    hop: int = Field(default=160, description="samples from one frame to the next")
    window: int = Field(default=400, description="samples that a frame covers")
    convention: Convention = Field(default="causal", description=", ".join(NAMES))
    origin: int | None = Field(
        default=None, description="explicit: first sample of frame 0", examples=[-240]
    )
    after: int | None = Field(
        default=None,
        description="explicit: samples behind the recording that a frame may reach over",
        examples=[159],
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            self.grid()
        except GridMismatchError as error:
            raise ValueError(str(error)) from None
        return self

    def grid(self) -> FrameGrid:
        """The FrameGrid of these values."""
        return FrameGrid(
            self.sample_rate,
            self.hop,
            self.window,
            self.convention,
            origin=self.origin,
            after=self.after,
        )


class WeightConfig(Table):
    """Weights away from anchors, and how all of them are scaled."""

    floor: float = Field(
        default=1.0, ge=0, le=1e6, description="weight of frames far from any anchor"
    )
    normalise: Literal["none", "recording", "corpus"] = Field(
        default="none", description="none, recording or corpus: whose mean weight becomes 1"
    )
    corpus_mean: float | None = Field(
        default=None,
        gt=0,
        description="mean that weights are divided by; measured, not chosen",
        examples=[1.0],
    )

    @model_validator(mode="after")
    def _mean_of_a_corpus(self) -> Self:
        if self.corpus_mean is not None and self.normalise != "corpus":
            raise ValueError("corpus_mean is for normalise = 'corpus' only; leave it out")
        return self


class ConfidenceConfig(Table):
    """What unsure events are worth."""

    drop_below: float = Field(
        default=0.0, ge=0, le=1, description="a less sure event is no anchor; its frames no example"
    )
    scale_peak: bool = Field(
        default=False, description="raise weights by the event's confidence times the peak's height"
    )


class Recipe(Table):
    """Everything between an alignment and its frame targets.

    Where the weights that two events ask of a frame differ, the higher one counts.

    Attributes:
        longest: of keywords that overlap, only the longest is an event.
        grid: the detector's frame grid.
        weights: floor and normalisation.
        confidence: what unsure events are worth.
        events: what to find; the first rule that covers an event applies.
    """

    longest: bool = Field(
        default=False, description="of keywords that overlap, only the longest counts"
    )
    grid: GridConfig = GridConfig()
    weights: WeightConfig = WeightConfig()
    confidence: ConfidenceConfig = ConfidenceConfig()
    events: tuple[EventRule, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named: dict[tuple[EventKind, str | None], int] = {}
        kinds = {rule.kind for rule in self.events}
        for index, rule in enumerate(self.events):
            problem = _problem(rule, self.weights.floor, kinds)
            first = named.setdefault((rule.kind, rule.event_label), index)
            if first != index:
                named_so = f" named {rule.event_label!r}" if rule.event_label else ""
                problem = f"events[{first}] is for {rule.kind} events{named_so} too; " + (
                    "give each a label of its own, they may share a class"
                )
            if problem:
                raise ValueError(f"events[{index}]: {problem}")
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; index 0 is the background."""
        named = (rule.class_name for rule in self.events if rule.class_name is not None)
        return tuple(dict.fromkeys((BACKGROUND_NAME, *named)))

    @property
    def keywords(self) -> tuple[str, ...]:
        """Phrases whose ends are looked for."""
        return tuple(rule.pattern for rule in self._phrases())

    @property
    def queries(self) -> tuple[Query, ...]:
        """What to look for in an utterance."""
        return tuple(rule.query() for rule in self.events)

    @property
    def sought(self) -> tuple[object, ...]:
        """What decides which events it finds; recipes that agree in it find the same ones."""
        rules = ((rule.kind, rule.event_label, rule.query()) for rule in self.events)
        return self.longest, *rules

    def find(
        self,
        words: Sequence[Interval],
        phones: Sequence[Interval],
        *,
        engine_words: Sequence[Interval] | None = None,
        source: str,
    ) -> tuple[Event, ...]:
        """The events of an utterance that the recipe asks for, in time order.

        Args:
            words: with refined edges, in time order.
            phones: as the engine gave them; empty if it gave none.
            engine_words: the same words as the engine gave them.
            source: what gave the times, recorded in each event.

        Raises:
            RecipeError: see :func:`sal_anchors.events.find.find_events`.
        """
        found = find_events(
            words,
            phones,
            self.queries,
            source=source,
            engine_words=engine_words,
            longest=self.longest,
        )
        covered = {name for name in {(e.kind, e.label) for e in found} if self.rule_for(*name)}
        return tuple(event for event in found if (event.kind, event.label) in covered)

    def rule_for(self, kind: EventKind, label: str) -> EventRule | None:
        """The first rule that covers an event, or None."""
        return next((rule for rule in self.events if rule.covers(kind, label)), None)

    def unnormalised(self) -> Recipe:
        """The recipe with weights as they are before they are divided by a mean."""
        weights = WeightConfig(floor=self.weights.floor)
        return Recipe(**{**dict(self), "weights": weights})

    def with_mean(self, mean: float | None) -> Recipe:
        """The recipe with the mean weight of a corpus, or without."""
        weights = self.weights.model_copy(update={"corpus_mean": mean})
        return Recipe(**{**dict(self), "weights": weights})

    @property
    def lacks_mean(self) -> bool:
        """Whether weights are to be divided by a corpus mean that is not known yet."""
        return self.weights.normalise == "corpus" and self.weights.corpus_mean is None

    def with_keywords(self, keywords: tuple[str, ...]) -> Recipe:
        """The recipe with other phrases: each is treated as the first one was.

        A class that was named like the phrase is named like the new one. Beginnings of keywords
        are looked for if they were before.

        Raises:
            RecipeError: a keyword without words.
        """
        phrases = phrases_of(keywords)
        old = next(self._phrases(), None) or _phrase_rule(phrases[0])
        partial = next((rule for rule in self.events if isinstance(rule, PartialRule)), None)
        own_class = old.class_name == old.pattern
        rules: list[EventRule] = [
            old.model_copy(
                update={
                    "pattern": phrase,
                    "label": None,
                    "class_name": phrase if own_class else old.class_name,
                }
            )
            for phrase in phrases
        ]
        if partial:
            update = {"pronunciations": ()}
            rules += (partial.model_copy(update={**update, "pattern": p}) for p in phrases)
        replaced = (*self._phrases(), *(r for r in self.events if isinstance(r, PartialRule)))
        others = (rule for rule in self.events if rule not in replaced)
        return Recipe(**{**dict(self), "events": (*rules, *others)})

    def _phrases(self) -> Iterator[PhraseRule]:
        return (
            rule
            for rule in self.events
            if isinstance(rule, PhraseRule) and rule.kind is EventKind.KEYWORD_END
        )


def _problem(rule: EventRule, floor: float, kinds: set[EventKind]) -> str | None:
    if rule.kernel is not None and rule.kernel.peak < floor:
        return (
            f"kernel.peak is {rule.kernel.peak}, below weights.floor {floor}; the weight must be "
            "highest at the anchor: raise peak or lower floor"
        )
    if isinstance(rule.labels, SinceLabels) and rule.labels.until not in kinds:
        return (
            f"labels.until is {rule.labels.until}, which no event of the recipe is; add "
            f"[[events]] of kind {rule.labels.until}"
        )
    return None


def phrases_of(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Keywords normalised as transcripts are, each once.

    Raises:
        RecipeError: a keyword without words, or none at all.
    """
    for keyword in keywords:
        if not words_of(keyword):
            raise RecipeError(
                f"a keyword without words: {keyword!r}",
                hint="Give words, such as: -k 'hey computer'",
            )
    if not keywords:
        raise RecipeError("no keyword", hint="Give at least one, such as: -k 'hey computer'")
    return tuple(dict.fromkeys(" ".join(words_of(keyword)) for keyword in keywords))


def _phrase_rule(phrase: str, class_name: str | None = None) -> PhraseRule:
    return PhraseRule(pattern=phrase, class_name=class_name or phrase, kernel=KernelConfig())


def keyword_recipe(keywords: tuple[str, ...]) -> Recipe:
    """Keyword spotting: each keyword is a class that begins where the keyword ends.

    Onsets of speech are found too; they change neither labels nor weights.

    Raises:
        RecipeError: a keyword without words, or none at all.
    """
    rules = tuple(_phrase_rule(phrase) for phrase in phrases_of(keywords))
    return Recipe(events=(*rules, SpeechRule()))


def onset_recipe() -> Recipe:
    """Speech onset detection: the class ``speech`` from each onset to its offset."""
    return Recipe(
        events=(SpeechRule(class_name="speech", labels=SpanLabels(), kernel=KernelConfig()),)
    )


def task_recipe(task: Task, keywords: tuple[str, ...] = ()) -> Recipe:
    """The preset of a task: :func:`keyword_recipe`, :func:`onset_recipe`, :func:`trigger_recipe`.

    Raises:
        RecipeError: no keyword where one is needed, or one where there is none to find.
    """
    if task == "keyword":
        return keyword_recipe(keywords)
    if task == "trigger":
        return trigger_recipe(keywords)
    if keywords:
        raise RecipeError(
            f"the task onset looks for no keyword, got {', '.join(map(repr, keywords))}",
            hint="Leave -k out, or take the task keyword",
        )
    return onset_recipe()


def trigger_recipe(keywords: tuple[str, ...]) -> Recipe:
    """A trigger: all keywords are one class, and their beginnings alone are hard negatives.

    The frames around the end of a beginning whose rest does not follow stay background and weigh
    as much as those around a trigger.

    Raises:
        RecipeError: a keyword without words, or none at all.
    """
    phrases = phrases_of(keywords)
    return Recipe(
        events=(
            *(_phrase_rule(phrase, "trigger") for phrase in phrases),
            *(PartialRule(pattern=phrase, kernel=KernelConfig()) for phrase in phrases),
        )
    )
