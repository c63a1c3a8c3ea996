"""How often each recording is drawn in an epoch, and what for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.dataset.config import SamplingConfig
from sal_anchors.dataset.stretch import class_events, free_stretches, keyword_cuts
from sal_anchors.errors import DataError
from sal_anchors.events.event import EventKind
from sal_anchors.manifest.row import Row

Key = TypeVar("Key")


class Purpose(StrEnum):
    """What an example is drawn for."""

    ANY = "any"
    EVENT = "event"
    HARD = "hard"
    PARTIAL = "partial"
    EXCLUDING = "excluding"


@dataclass(frozen=True, slots=True)
class Stratum:
    """Recordings that are drawn for the same purpose.

    Attributes:
        purpose: what for.
        class_index: of the event that the example is to hold; 0 if none.
    """

    purpose: Purpose
    class_index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A recording, drawn.

    Attributes:
        row: the recording.
        stratum: what it is drawn for.
        copy: how often it was drawn for the same before, in this epoch.
    """

    row: Row
    stratum: Stratum
    copy: int = 0

    @property
    def key(self) -> str:
        """Names all random choices made for it in an epoch."""
        stratum = self.stratum
        if stratum.purpose is Purpose.ANY and not self.copy:
            return self.row.id
        return f"{self.row.id}\n{stratum.purpose} {stratum.class_index} {self.copy}"


def strata_of(row: Row, recipe: Recipe, config: SamplingConfig) -> list[Stratum]:
    """The strata that a usable recording is in; it may be in several."""
    classes = sorted({index for index, _ in class_events(row, recipe)})
    grid = recipe.grid.grid()
    found = []
    if config.events is None or not classes:
        found.append(Stratum(Purpose.ANY))
    if config.events:
        found += (Stratum(Purpose.EVENT, index) for index in classes)
    if config.hard and not classes and _is_hard(row):
        found.append(Stratum(Purpose.HARD))
    if config.partial and keyword_cuts(row, recipe, config.keep):
        found.append(Stratum(Purpose.PARTIAL))
    if config.excluding:
        shortest = grid.sample_of(config.shortest_seconds)
        if classes and free_stretches(row, recipe, shortest):
            found.append(Stratum(Purpose.EXCLUDING))
    return found


def quotas(sizes: Mapping[Stratum, int], rows: int, config: SamplingConfig) -> dict[Stratum, int]:
    """Examples of an epoch that each stratum gives.

    Args:
        sizes: recordings in each stratum.
        rows: usable recordings.
        config: the shares.

    Raises:
        DataError: a share of recordings that there are none of.
    """
    total = config.examples or rows
    if not rows:
        return {}
    shares = {
        Purpose.EVENT: config.events or 0.0,
        Purpose.PARTIAL: config.partial,
        Purpose.EXCLUDING: config.excluding,
        Purpose.HARD: config.hard,
    }
    shares[Purpose.ANY] = max(0.0, 1 - sum(shares.values()))
    counts = _apportioned(total, shares)
    found: dict[Stratum, int] = {}
    for purpose, count in counts.items():
        strata = sorted((s for s in sizes if s.purpose is purpose), key=lambda s: s.class_index)
        if count and not strata:
            raise DataError(
                f"sampling asks for {count} of {total} examples an epoch {_WANTED[purpose]}, "
                f"and no usable recording of the {rows} to train on gives one",
                hint=f"Lower the share ({_KNOB[purpose]}) or add such recordings",
            )
        even = purpose is Purpose.EVENT and config.balance
        found |= _apportioned(count, {s: 1.0 if even else float(sizes[s]) for s in strata})
    return found


def draws(
    rows: Iterable[Row],
    recipe: Recipe,
    config: SamplingConfig,
    sizes: Mapping[Stratum, int],
    wanted: Mapping[Stratum, int],
    epoch: int,
) -> Iterator[Draw]:
    """The examples of an epoch in the order of the rows, in constant memory.

    Of a stratum of ``n`` recordings from which ``q`` examples are wanted, the recording at place
    ``i`` is drawn ``floor(((i + 1) q + e q) / n) - floor((i q + e q) / n)`` times in epoch ``e``:
    ``q`` in all, each recording as often as any other but for one, and those that an epoch
    leaves out come in the next.
    """
    places: Counter[Stratum] = Counter()
    for row in rows:
        for stratum in strata_of(row, recipe, config):
            size, quota = sizes[stratum], wanted.get(stratum, 0)
            place = places[stratum]
            places[stratum] += 1
            before = place * quota + epoch * quota % size
            for copy in range((before + quota) // size - before // size):
                yield Draw(row, stratum, copy)


_WANTED = {
    Purpose.ANY: "without an event of a class",
    Purpose.EVENT: "with an event of a class",
    Purpose.PARTIAL: "that end before a keyword does",
    Purpose.EXCLUDING: "cut out between events",
    Purpose.HARD: "with the beginning of a keyword, and no event of a class",
}
_KNOB = {
    Purpose.ANY: "what events, partial, excluding and hard leave to 1",
    Purpose.EVENT: "events",
    Purpose.PARTIAL: "partial",
    Purpose.EXCLUDING: "excluding",
    Purpose.HARD: "hard",
}


def _is_hard(row: Row) -> bool:
    return any(event.kind is EventKind.PARTIAL_KEYWORD for event in row.events)


def _apportioned(total: int, shares: Mapping[Key, float]) -> dict[Key, int]:
    """Whole numbers that add up to ``total``, by largest remainders."""
    whole = sum(shares.values())
    exact = {key: total * share / whole for key, share in shares.items()} if whole else {}
    found = {key: int(value + 1e-9) for key, value in exact.items()}
    left = total - sum(found.values())
    for key in sorted(exact, key=lambda key: found[key] - exact[key])[:left]:
        found[key] += 1
    return found
