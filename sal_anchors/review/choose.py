"""The rows or events of a catalogue that meet a query, in an order."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.errors import ReviewError
from sal_anchors.manifest import Manifest
from sal_anchors.review.catalogue import STATES, Catalogue, Events
from sal_anchors.review.query import EVENT_FIELDS, Compare, OneOf, Query

ORDERS = (
    *("manifest", "worst", "conf", "unc", "score", "sec", "events", "state"),
    *("status", "reason", "split", "speaker", "label", "class", "code"),
)
"""The ways to sort. Numbers go from the most to the least in need of a look, names by the alphabet,
codes in the order of their list; what has none comes last."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_AT_ONCE = 16_384
_MS = 1000

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What to list.

    Attributes:
        rows: (N,) numbers of rows, in order.
        places: (N,) which of the row's events; None if whole rows are listed.
    """

    rows: NDArray[np.int32]
    places: NDArray[np.uint16] | None = None

    def __len__(self) -> int:
        return len(self.rows)


def choose(
    catalogue: Catalogue,
    query: Query,
    *,
    order: str = "manifest",
    events: bool = False,
    found: Mask | None = None,
) -> Chosen:
    """Filter and sort.

    Args:
        catalogue: of the manifest.
        query: its conditions; not its words.
        order: one of :data:`ORDERS`; rows that are equal in it keep the manifest's order.
        events: list events instead of rows.
        found: (R,) rows that hold the query's words; all if None.

    Raises:
        ReviewError: conditions on events, and there are too many events to keep.
    """
    wanted = _rows(catalogue, query)
    if found is not None:
        wanted &= found
    if not (events or query.on_events):
        rows = np.flatnonzero(wanted).astype(np.int32)
        return Chosen(
            rows[_order(_row_keys(catalogue, order)[rows])] if order != "manifest" else rows
        )
    kept = _events(catalogue, query, wanted)
    held = _held(catalogue)
    if not events:
        wanted[:] = False
        wanted[held.row[kept]] = True
        return Chosen(_rows_in_order(catalogue, wanted, order))
    if order != "manifest":
        kept = kept[_order(_event_keys(catalogue, held, order, kept))]
    return Chosen(held.row[kept], held.place[kept])


def search(
    manifest: Manifest,
    words: Iterable[str],
    *,
    on_rows: Callable[[int], None] = lambda done: None,
) -> Mask:
    """Which rows hold all of ``words`` in id or transcript, case ignored: (R,).

    Args:
        manifest: to search, in constant memory.
        words: all of them.
        on_rows: called with the number of rows searched so far; may raise to give up.
    """
    import pyarrow.compute as pc

    found = np.ones(len(manifest), dtype=bool)
    first = 0
    for batch in manifest.batches("id", "transcript", size=_AT_ONCE):
        rows = slice(first, first + len(batch))
        for word in words:
            hits = [
                np.asarray(pc.fill_null(pc.match_substring(column, word, ignore_case=True), False))
                for column in batch.columns
            ]
            found[rows] &= hits[0] | hits[1]
        first += len(batch)
        on_rows(first)
    return found


def numbers_of(
    manifest: Manifest,
    ids: Iterable[str],
    *,
    on_rows: Callable[[int], None] = lambda done: None,
) -> NDArray[np.int64]:
    """Numbers of the rows of some utterances, in the manifest's order.

    Args:
        manifest: to search, in constant memory.
        ids: of utterances; those that it does not have are left out.
        on_rows: called with the number of rows searched so far; may raise to give up.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(list(ids), pa.string())
    found = [np.zeros(0, np.int64)]
    first = 0
    for batch in manifest.batches("id", size=_AT_ONCE):
        found.append(first + np.flatnonzero(np.asarray(pc.is_in(batch.column("id"), wanted))))
        first += len(batch)
        on_rows(first)
    return np.concatenate(found)


def _rows_in_order(catalogue: Catalogue, wanted: Mask, order: str) -> NDArray[np.int32]:
    rows = np.flatnonzero(wanted).astype(np.int32)
    if order == "manifest":
        return rows
    return rows[_order(_row_keys(catalogue, order)[rows])]


def _held(catalogue: Catalogue) -> Events:
    if catalogue.events is None:
        raise ReviewError(
            "there are too many events to list them or to filter by them",
            hint="Filter by what the utterance is: status, reason, split, speaker, state, code",
        )
    return catalogue.events


def _rows(catalogue: Catalogue, query: Query) -> Mask:
    wanted = np.ones(len(catalogue), dtype=bool)
    for condition in query.one_of:
        if condition.field not in EVENT_FIELDS:
            wanted &= _one_of(catalogue, condition) ^ condition.negated
    for compare in query.compare:
        if compare.field not in EVENT_FIELDS:
            wanted &= _beyond(_number(catalogue, compare.field), compare)
    return wanted


def _one_of(catalogue: Catalogue, condition: OneOf) -> Mask:
    if condition.field == "state":
        numbers = [n for n, state in enumerate(STATES) if state.value in condition.values]
        return _true(np.isin(catalogue.states, numbers))
    if condition.field == "code":
        found = np.zeros(len(catalogue), dtype=bool)
        for code in condition.values:
            found |= catalogue.with_code(code)
        return found
    names = catalogue.names[condition.field]
    numbers = [n for n, name in enumerate(names) if name in condition.values]
    return _true(np.isin(catalogue.codes[condition.field], numbers))


def _number(catalogue: Catalogue, name: str) -> NDArray[Any]:
    columns = {
        "score": catalogue.score,
        "sec": catalogue.seconds,
        "events": catalogue.num_events,
        "worst": catalogue.worst,
    }
    return columns[name]


def _beyond(values: NDArray[Any], compare: Compare) -> Mask:
    return _true(_COMPARE[compare.comparison](values, compare.limit))


def _events(catalogue: Catalogue, query: Query, rows: Mask) -> NDArray[np.int64]:
    """Numbers of the events of wanted rows that meet the conditions on events."""
    held = _held(catalogue)
    wanted = rows[held.row]
    for condition in query.one_of:
        if condition.field in EVENT_FIELDS:
            told = [
                _event_name(held, catalogue, n, condition.field) for n in range(len(held.names))
            ]
            numbers = [n for n, name in enumerate(told) if name in condition.values]
            wanted &= np.isin(held.name, numbers) ^ condition.negated
    for compare in query.compare:
        if compare.field in EVENT_FIELDS:
            values = held.confidence if compare.field == "conf" else held.uncertainty * _MS
            wanted &= _beyond(values, compare)
    return np.flatnonzero(wanted)


def _event_name(held: Events, catalogue: Catalogue, number: int, name: str) -> str:
    if name == "class":
        return catalogue.class_of[number]
    kind, label = held.names[number]
    return kind.value if name == "kind" else label


def _row_keys(catalogue: Catalogue, order: str) -> NDArray[Any]:
    """Small for what comes first."""
    match order:
        case "worst":
            return -catalogue.worst
        case "conf":
            return catalogue.confidence
        case "unc":
            return -catalogue.uncertainty
        case "score":
            return catalogue.score
        case "sec":
            return -catalogue.seconds
        case "events":
            return -catalogue.num_events
        case "state":
            return catalogue.states
        case "status" | "reason" | "split" | "speaker":
            return np.asarray(_ranks(catalogue.names[order])[catalogue.codes[order]])
        case "label" | "class":
            return _first_event_keys(catalogue, _held(catalogue), order)
        case "code":
            return _first_code(catalogue)
    raise ReviewError(f"{order!r} is no order", hint=f"One of: {', '.join(ORDERS)}")


def _event_keys(
    catalogue: Catalogue, held: Events, order: str, kept: NDArray[np.int64]
) -> NDArray[Any]:
    match order:
        case "conf":
            return held.confidence[kept]
        case "unc":
            return -held.uncertainty[kept]
        case "worst":
            own = 1 - held.confidence[kept] + np.minimum(1, held.uncertainty[kept] * 10)
            return np.asarray(-catalogue.worst[held.row[kept]] - own)
        case "label" | "class":
            return _name_ranks(catalogue, held, order)[held.name[kept]]
    return _row_keys(catalogue, order)[held.row[kept]]


def _ranks(names: Sequence[str | None]) -> NDArray[np.int32]:
    """The place of each name in the alphabet; that of None is behind all."""
    ranked = sorted({name for name in names if name is not None})
    places: dict[str | None, int] = {name: place for place, name in enumerate(ranked)}
    return np.array([places.get(name, len(ranked)) for name in names], np.int32)


def _name_ranks(catalogue: Catalogue, held: Events, order: str) -> NDArray[np.int32]:
    """The ranks of all names of events, by number."""
    return _ranks([_event_name(held, catalogue, n, order) for n in range(len(held.names))])


def _first_event_keys(catalogue: Catalogue, held: Events, order: str) -> NDArray[np.int32]:
    """The rank of the name of each row's first event."""
    ranks = _name_ranks(catalogue, held, order)
    keys = np.full(len(catalogue), len(ranks), np.int32)
    first = np.flatnonzero(held.place == 0)
    keys[held.row[first]] = ranks[held.name[first]]
    return keys


def _first_code(catalogue: Catalogue) -> NDArray[np.int32]:
    """The place of each row's first code, of the manifest or of the check."""
    codes = catalogue.all_codes()
    keys = np.full(len(catalogue), len(codes), np.int32)
    for place, code in reversed(list(enumerate(codes))):
        keys[catalogue.with_code(code)] = place
    return keys


def _order(keys: NDArray[Any]) -> NDArray[np.int64]:
    return np.argsort(keys, kind="stable")


def _true(values: Any) -> Mask:
    return np.asarray(values, dtype=bool)
