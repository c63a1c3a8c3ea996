"""Rows without audio: keywords at drawn places, on the default grid."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from sal_anchors.accounting import Status
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row

RATE = 16_000
RECIPE = keyword_recipe(("up", "down"))
GRID = RECIPE.grid.grid()


def keyword(start: float, end: float, label: str = "up", uncertainty: float = 0.0) -> Event:
    return Event(EventKind.KEYWORD_END, label, end, start, end, 0.9, uncertainty, "made")


def row_of(id_: str, seconds: float, events: Sequence[Event] = (), recipe: Recipe = RECIPE) -> Row:
    samples = round(seconds * RATE)
    targets = render(events, recipe, recipe.grid.grid().num_frames(samples))
    return Row(
        id=id_,
        status=Status.OK,
        audio=f"{id_}.wav",
        sample_rate=RATE,
        num_samples=samples,
        split="train",
        events=tuple(events),
        anchors=targets.anchors,
        num_frames=len(targets.labels),
        labels=targets.labels,
        weights=targets.weights,
    )


@st.composite
def rows(draw: st.DrawFn, min_keywords: int = 1) -> Row:
    """A recording with one to four keywords that do not overlap, each followed by a pause."""
    events = []
    at = 0.0
    for _ in range(draw(st.integers(min_keywords, 4))):
        start = at + draw(st.floats(0, 3))
        end = start + draw(st.floats(0.2, 1.0))
        label = draw(st.sampled_from(("up", "down")))
        events.append(keyword(start, end, label, draw(st.sampled_from((0.0, 0.02)))))
        at = end + draw(st.floats(0, 1))
    return row_of("drawn", at + draw(st.floats(0, 3)) + 0.1, events)
