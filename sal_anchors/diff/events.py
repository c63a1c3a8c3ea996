"""Which event of one row is which of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sal_anchors.events.event import Event


@dataclass(frozen=True, slots=True)
class Matching:
    """Events of two rows of one id, matched one to one.

    Attributes:
        pairs: the same event before and after.
        vanished: events of the first that have no like in the second.
        appeared: events of the second that have no like in the first.
    """

    pairs: tuple[tuple[Event, Event], ...]
    vanished: tuple[Event, ...]
    appeared: tuple[Event, ...]


def match_events(before: Sequence[Event], after: Sequence[Event], *, limit: float) -> Matching:
    """Match events of the same kind and label that are at most ``limit`` seconds apart.

    The two that are nearest in time are matched first, then the nearest of the rest, and so on;
    of equally near ones the earlier.
    """
    matched: list[tuple[Event, Event]] = []
    lone: tuple[list[Event], list[Event]] = ([], [])
    mine, theirs = _grouped(before), _grouped(after)
    for key in dict.fromkeys((*mine, *theirs)):
        one, other = mine.get(key, []), theirs.get(key, [])
        taken = _nearest_first([e.time for e in one], [e.time for e in other], limit)
        matched += ((one[a], other[b]) for a, b in taken.items())
        others = set(taken.values())
        lone[0].extend(event for index, event in enumerate(one) if index not in taken)
        lone[1].extend(event for index, event in enumerate(other) if index not in others)
    return Matching(tuple(matched), tuple(lone[0]), tuple(lone[1]))


def _grouped(events: Iterable[Event]) -> dict[tuple[str, str], list[Event]]:
    groups: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.time):
        groups[event.kind, event.label].append(event)
    return groups


def _nearest_first(before: Sequence[float], after: Sequence[float], limit: float) -> dict[int, int]:
    """Indices of ascending times that belong together."""
    near: list[tuple[float, int, int]] = []
    first = 0
    for index, time in enumerate(before):
        while first < len(after) and after[first] < time - limit:
            first += 1
        other = first
        while other < len(after) and after[other] <= time + limit:
            near.append((abs(after[other] - time), index, other))
            other += 1
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, index, other in sorted(near):
        if index not in taken and other not in used:
            taken[index] = other
            used.add(other)
    return taken
