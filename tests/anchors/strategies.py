"""Recipes of all sorts, for hypothesis."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import ValidationError

from sal_anchors.align import words_of
from sal_anchors.anchors.kernel import KernelShape
from sal_anchors.anchors.label import AfterLabels, SinceLabels, SpanLabels
from sal_anchors.anchors.recipe import ConfidenceConfig, GridConfig, Recipe, WeightConfig
from sal_anchors.anchors.rules import (
    BoundaryRule,
    EndpointRule,
    KernelConfig,
    PartialRule,
    PhonesRule,
    PhraseRule,
    RegexRule,
    SpeechRule,
)
from sal_anchors.events.event import EventKind

PHRASES = ("please", "hey computer", "other")
_words = st.text(max_size=12).filter(words_of)
_label = st.none() | st.text(min_size=1, max_size=8)
_ms = st.floats(0, 60_000)
_bands = {"ignore": st.sampled_from([0.0, 0.5, 1.0, 3.0]), "ignore_cap_ms": st.floats(0, 200)}
labels = (
    st.builds(AfterLabels, hold_ms=st.floats(0, 400), **_bands)
    | st.builds(SpanLabels, **_bands)
    | st.builds(SinceLabels, until=st.just(EventKind.SPEECH_OFFSET), **_bands)
)
_width = st.just(0.0) | st.floats(1, 500)


def kernels(floor: float) -> st.SearchStrategy[KernelConfig]:
    """Kernels with a peak of at least the floor."""
    return st.builds(
        KernelConfig,
        shape=st.sampled_from(get_args(KernelShape)),
        left_ms=_width,
        right_ms=_width,
        peak=st.floats(max(floor, 0.01), 20),
        widen=st.sampled_from([0.0, 1.0]),
    )


def _targets(draw: st.DrawFn, floor: float) -> dict[str, Any]:
    class_name = draw(st.none() | st.sampled_from(["one", "two"]))
    return {
        "class_name": class_name,
        "labels": None if class_name is None else draw(labels),
        "kernel": draw(st.none() | kernels(floor)),
    }


_rules = {
    PhraseRule: {"pattern": _words, "label": _label, "max_pause_ms": _ms},
    RegexRule: {"pattern": st.sampled_from(["hey .*", r"\bok\b", ""]), "label": _label},
    PhonesRule: {
        "pattern": st.sampled_from(["P L IY Z", "AH | AE T"]),
        "inside_words": st.booleans(),
    },
    PartialRule: {"pattern": _words, "min_phones": st.integers(1, 9)},
    SpeechRule: {"min_silence_ms": st.floats(1, 60_000), "min_speech_ms": _ms},
    EndpointRule: {},
    BoundaryRule: {
        "kind": st.sampled_from(["word_start", "phone_end"]).map(EventKind),
        "label": _label,
    },
}


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Any recipe: all rules, all keys; the offset of speech is always found."""
    floor = draw(st.sampled_from([0.0, 0.1, 1.0]))
    rules: dict[Any, Any] = {}
    for make in draw(st.lists(st.sampled_from(list(_rules)), max_size=4)):
        try:
            rule = make(**draw(st.fixed_dictionaries(_rules[make])), **_targets(draw, floor))
        except ValidationError:
            continue
        rules.setdefault((rule.kind, rule.event_label), rule)
    normalise = draw(st.sampled_from(["none", "recording", "corpus"]))
    mean = draw(st.none() | st.floats(0.1, 10)) if normalise == "corpus" else None
    window = draw(st.integers(160, 800))
    return Recipe(
        longest=draw(st.booleans()),
        grid=GridConfig(hop=draw(st.integers(1, 160)), window=window),
        weights=WeightConfig(floor=floor, normalise=normalise, corpus_mean=mean),
        confidence=ConfidenceConfig(
            drop_below=draw(st.floats(0, 1)), scale_peak=draw(st.booleans())
        ),
        events=(*rules.values(), SpeechRule(kind=EventKind.SPEECH_OFFSET)),
    )


@st.composite
def rendering_recipes(draw: st.DrawFn) -> Recipe:
    """Recipes on a grid of 10 ms for phrases and for stretches of speech."""
    floor = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    phrases = draw(st.lists(st.sampled_from(PHRASES), unique=True, max_size=3))
    return Recipe(
        weights=WeightConfig(floor=floor, normalise=draw(st.sampled_from(["none", "recording"]))),
        confidence=ConfidenceConfig(
            drop_below=draw(st.sampled_from([0.0, 0.5])), scale_peak=draw(st.booleans())
        ),
        events=(
            *(PhraseRule(pattern=phrase, **_targets(draw, floor)) for phrase in phrases),
            SpeechRule(**_targets(draw, floor)),
            SpeechRule(kind=EventKind.SPEECH_OFFSET, **_targets(draw, floor)),
        ),
    )
