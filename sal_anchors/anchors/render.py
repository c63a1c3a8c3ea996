"""Rendering: events to labels and weights, one entry a frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import BACKGROUND, IGNORE_LABEL, Anchor, FrameTargets
from sal_anchors.anchors.kernel import kernel_values
from sal_anchors.anchors.label import (
    LabelConfig,
    SinceLabels,
    SpanLabels,
    doubtful_frames,
    labelled_frames,
)
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.rules import KernelConfig
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event, EventKind

Weights = NDArray[np.float32]


def render(events: Iterable[Event], recipe: Recipe, num_frames: int) -> FrameTargets:
    """Labels and weights of an utterance of ``num_frames`` frames.

    Labels: each event with a class labels the frames that its policy says; where those of two
    events meet, the later event has its way. Frames about which a boundary leaves doubt are then
    ignored (-100), and so are the frames of events below ``confidence.drop_below``, which are no
    anchors; but the anchor frame of an event with a class keeps its label.

    Weights: that of frame ``t`` is ``floor + max_a (peak_a - floor) * c_a * k_a(t - a)`` over the
    anchors ``a`` whose rule has a kernel, with ``c_a`` the confidence if ``confidence.scale_peak``
    and else 1; hence within [floor, highest peak], and ``floor`` where there are none. A kernel
    is left out where it is too small to change a float32 weight. Weights are then divided by
    their mean over the recording, or by ``weights.corpus_mean``, if the recipe says so.

    Confidence, uncertainty and ``confidence.drop_below`` are rounded to float32 first, as a
    manifest holds them, so that events read from one give the same targets to the bit.

    Args:
        events: of the utterance, in any order; times in seconds, >= 0.
        recipe: how to label and weight them, on which grid.
        num_frames: frames of the utterance on the recipe's grid, >= 0.

    Returns:
        Labels int16 (num_frames,), weights float32 (num_frames,), anchors in time order.

    Raises:
        RecipeError: weights are to be divided by the corpus's mean, and it is not known yet.
    """
    return renderer_of(recipe).render(events, num_frames)


@lru_cache(maxsize=16)
def renderer_of(recipe: Recipe) -> Renderer:
    """The renderer of a recipe, made once."""
    return Renderer(recipe)


@dataclass(frozen=True, slots=True, eq=False)
class _Bump:
    """Weights around an anchor: float32, the anchor's own at index ``before``."""

    weights: Weights
    before: int


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What becomes of an event; ``bump`` where it is the same for all events of the rule."""

    class_index: int = BACKGROUND
    labels: LabelConfig | None = None
    kernel: KernelConfig | None = None
    bump: _Bump | None = None


_NO_PLAN = _Plan()
_PLANS_KEPT = 4096


class Renderer:
    """A recipe made ready to render many utterances.

    Attributes:
        least_confidence: of the events that become anchors.
    """

    def __init__(self, recipe: Recipe):
        self._recipe = recipe
        self._grid = recipe.grid.grid()
        self._floor = np.float32(recipe.weights.floor)
        self._divisor = _divisor(recipe)
        self.least_confidence = _single(recipe.confidence.drop_below)
        self._scale_peak = recipe.confidence.scale_peak
        self._classes = {name: index for index, name in enumerate(recipe.classes)}
        self._plans: dict[tuple[EventKind, str], _Plan] = {}
        policies = (rule.labels for rule in recipe.events)
        self._untils = {labels.until for labels in policies if isinstance(labels, SinceLabels)}

    def place(self, event: Event) -> Anchor:
        """The event on the recipe's grid."""
        return Anchor(
            frame=self._grid.frame_of(event.time),
            time=event.time,
            kind=event.kind,
            label=event.label,
            class_index=self.class_of(event.kind, event.label),
            confidence=event.confidence,
        )

    def render(self, events: Iterable[Event], num_frames: int) -> FrameTargets:
        """See :func:`render`."""
        stored = map(_as_stored, events)
        ordered = sorted(stored, key=lambda event: (event.time, event.kind, event.label))
        labels, weights = self.blank(num_frames)
        self.paint(ordered, labels, weights)
        self.normalise(weights)
        anchors = tuple(self.place(event) for event in ordered if self.is_sure(event.confidence))
        return FrameTargets(labels, weights, anchors)

    def class_of(self, kind: EventKind, label: str) -> int:
        """The class that events of a kind and label have; 0 (background) if they have none."""
        return self._plan(kind, label).class_index

    def is_sure(self, confidence: float) -> bool:
        """Whether an event is sure enough to be an anchor."""
        return confidence >= self.least_confidence

    def shapes(self, kind: EventKind, label: str) -> bool:
        """Whether events of a kind and label can change labels or weights at all."""
        plan = self._plan(kind, label)
        return plan.labels is not None or plan.kernel is not None or kind in self._untils

    def blank(self, num_frames: int) -> tuple[NDArray[np.int16], Weights]:
        """Labels and weights of ``num_frames`` frames without an event."""
        return np.zeros(num_frames, dtype=np.int16), np.full(num_frames, self._floor)

    def paint(self, ordered: Sequence[Event], labels: NDArray[np.int16], weights: Weights) -> None:
        """Put the events of an utterance into its blank labels and weights, in place.

        Args:
            ordered: by time, kind and label; those that shape nothing may be left out.
            labels: int16 (num_frames,).
            weights: float32 (num_frames,).
        """
        for event in ordered:
            if self.is_sure(event.confidence) and (bump := self._bump_of(event)):
                _raise_to(weights, bump, self._grid.frame_of(event.time))
        self._label(ordered, labels)

    def normalise(self, weights: Weights) -> None:
        """Divide the weights of an utterance by what the recipe says, in place."""
        if self._divisor is not None:
            weights /= np.float32(self._divisor)
        elif self._recipe.weights.normalise == "recording" and len(weights):
            mean = float(weights.mean(dtype=np.float64))
            if mean > 0:
                weights /= np.float32(mean)

    def _plan(self, kind: EventKind, label: str) -> _Plan:
        key = (kind, label)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[key] = self._new_plan(*key)
        return plan

    def _new_plan(self, kind: EventKind, label: str) -> _Plan:
        rule = self._recipe.rule_for(kind, label)
        if rule is None:
            return _NO_PLAN
        steady = rule.kernel is not None and not rule.kernel.widen and not self._scale_peak
        return _Plan(
            class_index=self._classes[rule.class_name] if rule.class_name else BACKGROUND,
            labels=rule.labels,
            kernel=rule.kernel,
            bump=self._bump(rule.kernel, 0.0, 1.0) if rule.kernel and steady else None,
        )

    def _bump_of(self, event: Event) -> _Bump | None:
        plan = self._plan(event.kind, event.label)
        if plan.kernel is None or plan.bump is not None:
            return plan.bump
        scale = event.confidence if self._scale_peak else 1.0
        return self._bump(plan.kernel, event.uncertainty, scale)

    def _bump(self, config: KernelConfig, uncertainty: float, scale: float) -> _Bump:
        height = (config.peak - float(self._floor)) * scale
        if height <= 0:
            return _Bump(np.full(1, self._floor), 0)
        wider = config.widen * uncertainty
        left, right = (
            (ms / 1000 + wider) / self._grid.hop_seconds if ms else 0.0
            for ms in (config.left_ms, config.right_ms)
        )
        smallest = float(np.spacing(self._floor)) / 2 / height
        shape = kernel_values(config.shape, left=left, right=right, smallest=smallest)
        weights = self._floor + (height * shape.values).astype(np.float32)
        return _Bump(np.minimum(weights, np.float32(config.peak)), shape.before)

    def _label(self, ordered: Sequence[Event], labels: NDArray[np.int16]) -> None:
        kept: list[int] = []
        doubtful: list[slice] = []
        for event in ordered:
            plan = self._plan(event.kind, event.label)
            if plan.labels is None:
                continue
            until = _until(event, plan.labels, ordered)
            end = until.time if until else None
            frames = labelled_frames(event, plan.labels, self._grid, until=end)
            if not self.is_sure(event.confidence):
                doubtful.append(frames)
                continue
            labels[frames] = plan.class_index
            kept.append(self._grid.frame_of(event.time))
            doubtful += self._doubtful(event, plan.labels, until)
        _ignore(labels, doubtful, kept)

    def _doubtful(self, event: Event, config: LabelConfig, until: Event | None) -> Iterator[slice]:
        """Frames around the measured boundaries of the class."""
        if not config.ignore:
            return
        if isinstance(config, SpanLabels):
            boundaries = [(event.start, event.uncertainty), (event.end, event.uncertainty)]
        else:
            boundaries = [(event.time, event.uncertainty)]
        if until:
            boundaries.append((until.time, until.uncertainty))
        for time, uncertainty in boundaries:
            yield doubtful_frames(time, config.band(uncertainty), self._grid)


def _as_stored(event: Event) -> Event:
    """The event as a manifest holds it: confidence and uncertainty in float32."""
    confidence, uncertainty = _single(event.confidence), _single(event.uncertainty)
    if (confidence, uncertainty) == (event.confidence, event.uncertainty):
        return event
    return replace(event, confidence=confidence, uncertainty=uncertainty)


def _single(value: float) -> float:
    """The value rounded to float32."""
    return float(np.float32(value))


def _divisor(recipe: Recipe) -> float | None:
    """The corpus's mean weight, if weights are to be divided by it."""
    if recipe.lacks_mean:
        raise RecipeError(
            "weights are to be divided by their mean over the corpus, which is not known yet",
            hint="Render a manifest with this recipe, then use the recipe in its header",
        )
    return recipe.weights.corpus_mean


def _raise_to(weights: Weights, bump: _Bump, frame: int) -> None:
    """``weights`` are at least those of the bump around ``frame``, which may lie outside."""
    first = frame - bump.before
    begin, stop = max(0, first), min(len(weights), first + len(bump.weights))
    if begin < stop:
        stretch = weights[begin:stop]
        np.maximum(stretch, bump.weights[begin - first : stop - first], out=stretch)


def _until(event: Event, config: LabelConfig, ordered: Sequence[Event]) -> Event | None:
    """The event that ends the class of ``event``, if it is one of those that end."""
    if not isinstance(config, SinceLabels):
        return None
    first = bisect_right(ordered, event.time, key=lambda other: other.time)
    return next(
        (later for later in islice(ordered, first, None) if later.kind is config.until), None
    )


def _ignore(labels: NDArray[np.int16], doubtful: Sequence[slice], kept: Sequence[int]) -> None:
    """Give the doubtful frames no label; those that are kept have what they have."""
    if not doubtful:
        return
    inside = [frame for frame in kept if frame < len(labels)]
    own = labels[inside]
    for frames in doubtful:
        labels[frames] = IGNORE_LABEL
    labels[inside] = own
