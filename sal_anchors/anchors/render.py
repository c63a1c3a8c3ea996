"""Rendering: events to labels and weights, one entry a frame."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import Anchor, FrameTargets
from sal_anchors.anchors.kernel import kernel
from sal_anchors.anchors.label import labelled_frames
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.events.event import Event


def place(event: Event, recipe: Recipe) -> Anchor:
    """The event on the recipe's grid."""
    rule = recipe.rule_for(event.kind, event.label)
    named = rule.class_name if rule else None
    return Anchor(
        frame=recipe.grid.grid().frame_of(event.time),
        time=event.time,
        kind=event.kind,
        label=event.label,
        class_index=recipe.classes.index(named) if named else 0,
        confidence=event.confidence,
    )


def render(events: Iterable[Event], recipe: Recipe, num_frames: int) -> FrameTargets:
    """Labels and weights of an utterance of ``num_frames`` frames.

    The weight of frame ``t`` is ``floor + max_a (peak_a - floor) * k_a(t - a)`` over the anchors
    ``a`` whose rule has a kernel, hence within [floor, highest peak], and ``floor`` where there
    are none. Where the labelled frames of two events meet, the later event has its way.
    """
    ordered = sorted(events, key=lambda event: (event.time, event.kind, event.label))
    anchors = tuple(place(event, recipe) for event in ordered)
    labels = np.zeros(num_frames, dtype=np.int16)
    for event, anchor in zip(ordered, anchors, strict=True):
        rule = recipe.rule_for(event.kind, event.label)
        if rule and rule.class_name is not None:
            labels[labelled_frames(event, rule.labelling, recipe.grid.grid())] = anchor.class_index
    return FrameTargets(labels, _weights(anchors, recipe, num_frames), anchors)


def _weights(anchors: tuple[Anchor, ...], recipe: Recipe, num_frames: int) -> NDArray[np.float32]:
    grid = recipe.grid.grid()
    frames = np.arange(num_frames)
    raised = np.zeros(num_frames)
    for anchor in anchors:
        rule = recipe.rule_for(anchor.kind, anchor.label)
        if rule is None or rule.kernel is None:
            continue
        shape = kernel(
            rule.kernel.shape,
            (frames - anchor.frame).astype(np.float64),
            left=rule.kernel.left_ms / 1000 / grid.hop_seconds,
            right=rule.kernel.right_ms / 1000 / grid.hop_seconds,
        )
        np.maximum(raised, (rule.kernel.peak - recipe.floor) * shape, out=raised)
    return (recipe.floor + raised).astype(np.float32)
