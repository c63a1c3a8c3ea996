"""The events that a recipe finds in the words and phones of a batch of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from sal_anchors.align.alignment import Interval
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.events.event import Event
from sal_anchors.events.query import uses_phones
from sal_anchors.manifest.columns import column_of, items_of
from sal_anchors.manifest.schema import SCHEMA

Intervals = Sequence[Interval]


def event_source(engine: str) -> str:
    """What is recorded as the source of events found from an engine's alignment."""
    return f"{engine}+edges"


@dataclass(frozen=True, slots=True)
class EventFinder:
    """Finds the events of rows anew.

    Events that neither recipe finds, such as hand-made ones, are kept, and so are all events of
    a row without words.

    Attributes:
        recipe: what to find.
        old: what the stored events were found by.
        engine: that aligned the rows.
        stand: the stored events are what the old recipe finds now, and need not be looked for
            again by a recipe that looks for the same.
    """

    recipe: Recipe
    old: Recipe
    engine: str
    stand: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """What it looks at."""
        if self.stand and self.recipe.sought == self.old.sought:
            return ("events",)
        queries = (*self.recipe.queries, *self.old.queries)
        phones = ("phones", "engine_words") if any(map(uses_phones, queries)) else ()
        return ("words", "events", *phones)

    def events(self, batch: pa.RecordBatch) -> pa.ListArray:
        """The column of events of a batch."""
        if self.columns == ("events",):
            return batch.column("events")
        given = (items_of(batch, name) for name in self.columns)
        found = [self._events(*row) for row in zip(*given, strict=True)]
        return column_of(found, SCHEMA.field("events"))

    def _events(
        self, words: Intervals, stored: tuple[Event, ...], *phones: Intervals
    ) -> tuple[Event, ...]:
        if not words:
            return stored
        source = event_source(self.engine)
        sources = [event.source for event in stored]
        if sources and source not in sources:
            source = sources[0]
        found = _found(self.recipe, words, phones, source)
        places = set(map(_place, found))
        others = [event for event in stored if _place(event) not in places]
        if others:
            places = set(map(_place, _found(self.old, words, phones, source)))
            others = [event for event in others if _place(event) not in places]
        if not others:
            return found
        return tuple(
            sorted((*found, *others), key=lambda event: (event.time, event.kind, event.label))
        )


def _found(
    recipe: Recipe, words: Intervals, phones: tuple[Intervals, ...], source: str
) -> tuple[Event, ...]:
    given, engine_words = phones or ((), None)
    return recipe.find(words, given, engine_words=engine_words, source=source)


def _place(event: Event) -> tuple[str, str, float]:
    return event.kind, event.label, event.time
