"""Which stretches of a recording keep an event, hold none, or end before a keyword does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sal_anchors.anchors.label import AfterLabels, SpanLabels
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import renderer_of
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.row import Row
from sal_anchors.timebase import FrameGrid

_EDGES_OF_SPEECH = (EventKind.SPEECH_ONSET, EventKind.SPEECH_OFFSET)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples ``[first, end)`` of a recording at the grid's rate."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """Samples."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a keyword may be cut off.

    Attributes:
        first: sample from which on nothing is heard of earlier events with a class.
        begin: sample at which the keyword begins.
        earliest: first sample at which the example may end.
        latest: last sample at which it may end, before the keyword's moment.
    """

    first: int
    begin: int
    earliest: int
    latest: int


def class_events(row: Row, recipe: Recipe) -> Iterator[tuple[int, Event]]:
    """The events of a row that are anchors of a class, each with its class index, in order."""
    renderer = renderer_of(recipe)
    for event in row.events:
        index = renderer.class_of(event.kind, event.label)
        if index and renderer.is_sure(event.confidence):
            yield index, event


def length_of(row: Row, grid: FrameGrid) -> int:
    """Samples of a recording at the grid's rate."""
    return grid.resampled(row.num_samples, row.sample_rate)


def extents(row: Row, recipe: Recipe) -> Iterator[tuple[int, Event, Stretch]]:
    """The events of a row that have a class, sure or not, each with its class index and the
    samples in which it or its label is there, in order; with its uncertainty on both sides."""
    grid = recipe.grid.grid()
    renderer = renderer_of(recipe)
    for event in row.events:
        index = renderer.class_of(event.kind, event.label)
        if index:
            end = max(event.end, _label_end(event, row, recipe)) + event.uncertainty
            begin = max(0.0, event.start - event.uncertainty)
            yield index, event, Stretch(grid.sample_of(begin), grid.sample_of(end))


def free_stretches(row: Row, recipe: Recipe, shortest: int) -> list[Stretch]:
    """Longest stretches of at least ``shortest`` samples in which no event with a class, and
    nothing of its label, is there."""
    total = length_of(row, recipe.grid.grid())
    found = []
    first = 0
    for taken in sorted((taken for *_, taken in extents(row, recipe)), key=lambda t: t.first):
        found.append(Stretch(first, min(total, taken.first - 1)))
        first = max(first, taken.end + 1)
    found.append(Stretch(first, total))
    return [stretch for stretch in found if stretch.length >= shortest]


def keyword_cuts(row: Row, recipe: Recipe, keep: tuple[float, float]) -> list[Cut]:
    """Where the keywords of a row may be cut off so that ``keep`` of their time is left; none of
    one that begins in another event or its label."""
    grid = recipe.grid.grid()
    found = []
    heard = 0
    for _, event, taken in extents(row, recipe):
        if event.kind in _EDGES_OF_SPEECH:
            continue
        begin = grid.sample_of(event.start)
        if event.kind is EventKind.KEYWORD_END:
            spoken = event.time - event.start
            earliest, latest = (grid.sample_of(event.start + share * spoken) for share in keep)
            latest = min(latest, grid.sample_of(event.time - event.uncertainty) - 1)
            if heard <= begin < earliest <= latest:
                found.append(Cut(heard, begin, earliest, latest))
        heard = max(heard, taken.end + 1)
    return found


def _label_end(event: Event, row: Row, recipe: Recipe) -> float:
    """Seconds at which the event's label ends."""
    rule = recipe.rule_for(event.kind, event.label)
    if rule is None or rule.labels is None or isinstance(rule.labels, SpanLabels):
        return event.end
    if isinstance(rule.labels, AfterLabels):
        return event.time + rule.labels.hold_ms / 1000
    until = rule.labels.until
    later = (e.time for e in row.events if e.kind is until and e.time > event.time)
    return next(later, row.duration)
