"""Which event of a row each thread is about, after the row may have been aligned anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sal_anchors.events.event import Event
from sal_anchors.review.thread import REVIEWED, Place, Thread, found_place

TOLERANCE = 0.1
"""Seconds that an event may have moved between two alignments and be the same."""

_ROOM_SHARE = 0.5
_MICROSECONDS = 6


@dataclass(frozen=True, slots=True)
class Claim:
    """What a thread found of its event.

    Attributes:
        found: number of the event that the engine found, among those of the row; or None.
        written: number of the event as a reviewer left it, where decisions were already applied
            to the row; or None.
    """

    found: int | None = None
    written: int | None = None


def claims(
    threads: Sequence[Thread], events: Sequence[Event], tolerance: float = TOLERANCE
) -> tuple[Claim, ...]:
    """One claim a thread; no event is claimed twice.

    An event is the one of a thread if kind and label are the same and its time is nearest, within
    ``tolerance`` and within half the room that the event had: pairs are made in order of their
    distance. Events whose source is a review are compared with what the thread made of its event,
    all others with what it was found as.
    """
    ours = [n for n, event in enumerate(events) if event.source == REVIEWED]
    others = [n for n, event in enumerate(events) if event.source != REVIEWED]
    written = _paired(threads, events, ours, tolerance, written=True)
    found = _paired(threads, events, others, tolerance, written=False)
    return tuple(Claim(found.get(n), written.get(n)) for n in range(len(threads)))


def _paired(
    threads: Sequence[Thread],
    events: Sequence[Event],
    numbers: Sequence[int],
    tolerance: float,
    *,
    written: bool,
) -> dict[int, int]:
    """Event numbers by thread numbers."""
    pairs = sorted(
        (distance, rank, n, m)
        for n, thread in enumerate(threads)
        for rank, place in enumerate(_places(thread, written=written))
        for m in numbers
        for distance in _distance(thread, place, events[m], tolerance)
    )
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, _, n, m in pairs:
        if n not in taken and m not in used:
            taken[n] = m
            used.add(m)
    return taken


def _places(thread: Thread, *, written: bool) -> tuple[Place, ...]:
    if not written:
        return (found_place(thread.mark),)
    if thread.added:
        return thread.places
    return (*thread.places, found_place(thread.mark))


def _distance(thread: Thread, place: Place, event: Event, tolerance: float) -> Iterator[float]:
    if (event.kind, event.label) != (place.kind, place.label):
        return
    distance = round(abs(event.time - place.time), _MICROSECONDS)
    room = thread.mark.room
    least = tolerance if room is None else min(tolerance, _ROOM_SHARE * room)
    if distance <= least:
        yield distance
