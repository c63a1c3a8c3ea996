"""Matching of events: one to one, within the limit, the nearest first."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.diff.events import match_events
from sal_anchors.events.event import Event, EventKind

TIMES = st.integers(0, 40).map(lambda n: n / 16)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from([EventKind.KEYWORD_END, EventKind.SPEECH_ONSET]),
        st.sampled_from("ab"),
        TIMES,
    ).map(lambda given: _event(*given)),
    max_size=8,
)


def _event(kind: EventKind, label: str, time: float) -> Event:
    return Event(kind, label, time, time, time, 1.0, 0.0, "truth")


def _by_hand(before: list[Event], after: list[Event], limit: float) -> list[float]:
    """Distances of matches, taken greedily from all pairs."""
    left, right = list(before), list(after)
    distances = []
    while True:
        near = [
            (abs(a.time - b.time), i, j)
            for (i, a), (j, b) in product(enumerate(left), enumerate(right))
            if (a.kind, a.label) == (b.kind, b.label) and abs(a.time - b.time) <= limit
        ]
        if not near:
            return sorted(distances)
        distance, i, j = min(near)
        distances.append(distance)
        del left[i], right[j]


@given(before=EVENTS, after=EVENTS, limit=st.sampled_from([0.0, 0.125, 0.5, 9.0]))
def test_every_event_is_matched_once_or_told_as_lone(
    before: list[Event], after: list[Event], limit: float
) -> None:
    found = match_events(before, after, limit=limit)
    order = lambda events: sorted(events, key=repr)  # noqa: E731
    assert order([one for one, _ in found.pairs] + list(found.vanished)) == order(before)
    assert order([other for _, other in found.pairs] + list(found.appeared)) == order(after)
    for one, other in found.pairs:
        assert (one.kind, one.label) == (other.kind, other.label)
        assert abs(one.time - other.time) <= limit
    for one, other in product(found.vanished, found.appeared):
        assert (one.kind, one.label) != (other.kind, other.label) or (
            abs(one.time - other.time) > limit
        )


@given(
    before=st.lists(TIMES, unique=True, max_size=6),
    after=st.lists(TIMES, unique=True, max_size=6),
)
def test_the_nearest_is_matched_first(before: list[float], after: list[float]) -> None:
    one, other = (
        [_event(EventKind.KEYWORD_END, "a", time) for time in sorted(times)]
        for times in (before, after)
    )
    found = match_events(one, other, limit=0.5)
    assert sorted(abs(a.time - b.time) for a, b in found.pairs) == _by_hand(one, other, 0.5)


@given(EVENTS)
def test_a_row_matches_itself_without_a_shift(events: list[Event]) -> None:
    found = match_events(events, events, limit=0.0)
    assert len(found.pairs) == len(events)
    assert all(one.time == other.time for one, other in found.pairs)
