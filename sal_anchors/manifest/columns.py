"""Rows to and from Arrow columns, a batch at a time.

The items of a nested column, such as words, are made and taken apart a field at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import accumulate, chain, pairwise
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sal_anchors.accounting import Reason, Status
from sal_anchors.align.alignment import Change, Interval, Pronunciation, PronunciationSource
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.anchors.anchor import Anchor
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import PER_FRAME, SCHEMA

_CELL_NAMES = tuple(name for name in SCHEMA.names if name not in PER_FRAME)
_COLUMN_OF = {"class_index": "class"}
"""Attributes that their column names otherwise."""


class _Nested:
    """How the items of a nested column are made and taken apart.

    Args:
        make: their class, with slots.
        convert: by attribute, what makes its value of the column's.
    """

    def __init__(self, make: type, **convert: Callable[[str], Any]):
        self._make = make
        self.attributes = tuple(field.name for field in fields(make))
        self.columns = tuple(_COLUMN_OF.get(name, name) for name in self.attributes)
        self._slots = [(getattr(make, n).__set__, convert.get(n)) for n in self.attributes]

    def items(self, leaves: Iterable[Sequence[Any]], count: int) -> tuple[Any, ...]:
        """So many items from one list a field: their slots are set for all at once, which takes
        a quarter of the time of as many calls of the class."""
        new = object.__new__
        made: tuple[Any, ...] = tuple([new(self._make) for _ in range(count)])
        for (set_, convert), values in zip(self._slots, leaves, strict=True):
            deque(map(set_, made, map(convert, values) if convert else values), maxlen=0)
        return made


_NESTED = {
    "streams": _Nested(StreamRef),
    "words": _Nested(Interval),
    "engine_words": _Nested(Interval),
    "phones": _Nested(Interval),
    "changes": _Nested(Change),
    "pronunciations": _Nested(Pronunciation, source=PronunciationSource),
    "findings": _Nested(Finding, code=FindingCode),
    "events": _Nested(Event, kind=EventKind),
    "anchors": _Nested(Anchor, kind=EventKind),
}


def to_batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one Arrow record batch of :data:`~sal_anchors.manifest.schema.SCHEMA`."""
    columns = [column_of(list(map(attrgetter(field.name), rows)), field) for field in SCHEMA]
    return pa.record_batch(columns, schema=SCHEMA)


def from_batch(batch: pa.RecordBatch) -> Iterator[Row]:
    """The inverse of :func:`to_batch`; labels and weights are arrays, not lists."""
    cells = [
        items_of(batch, name) if name in _NESTED else iter(values_of(batch.column(name)))
        for name in _CELL_NAMES
    ]
    arrays = (_arrays(batch.column(name)) for name in PER_FRAME)
    for values in zip(*cells, *arrays, strict=True):
        yield row_from(dict(zip((*_CELL_NAMES, *PER_FRAME), values, strict=True)))


def items_from(name: str, leaves: Mapping[str, Sequence[Any]]) -> tuple[Any, ...]:
    """The items of a nested column, from all values of each of its fields.

    Raises:
        ValueError: these are not as many of each.
    """
    nested = _NESTED[name]
    given = [leaves[leaf] for leaf in nested.columns]
    if len(set(map(len, given))) != 1:
        raise ValueError(f"the fields of {name} differ in number")
    return nested.items(given, len(given[0]))


def items_of(batch: pa.RecordBatch, name: str) -> Iterator[tuple[Any, ...]]:
    """The items of a nested column, such as words, a tuple a row."""
    nested, column = _NESTED[name], batch.column(name)
    leaves = leaves_of(column)
    given = [leaves[leaf] for leaf in nested.columns]
    items = nested.items(given, len(given[0]))
    return (items[first:end] for first, end in pairwise(bounds_of(column)))


def leaves_of(column: pa.ListArray) -> dict[str, list[Any]]:
    """The values of all items of a nested column, a list a field."""
    items = column.flatten()
    names = [leaf.name for leaf in items.type]
    return {n: values_of(leaf) for n, leaf in zip(names, items.flatten(), strict=True)}


def bounds_of(column: pa.ListArray) -> list[int]:
    """Where each row's items begin among :meth:`flatten`'s, and behind the last where they end."""
    offsets = column.offsets.to_numpy()
    return list((offsets - offsets[0]).tolist())


def values_of(column: pa.Array) -> list[Any]:
    """The values as Python's own."""
    return list(column.to_pylist())


def row_from(values: dict[str, Any]) -> Row:
    """A row from the values of its columns, with items and arrays as rows have them."""
    values["status"] = Status(values["status"])
    values["reason"] = Reason(values["reason"]) if values["reason"] else None
    return Row(**values)


def column_of(values: Sequence[Any], field: pa.Field) -> pa.Array:
    """A column of a value a row, as rows have them."""
    if not pa.types.is_list(field.type):
        return pa.array(values, type=field.type)
    inner = field.type.value_type
    offsets = pa.array([0, *accumulate(map(len, values))], type=pa.int32())
    if field.name in PER_FRAME:
        joined = np.concatenate(values) if values else np.zeros(0, inner.to_pandas_dtype())
        return pa.ListArray.from_arrays(offsets, pa.array(joined, type=inner), type=field.type)
    items = list(chain.from_iterable(values))
    nested = _NESTED[field.name]
    leaves = {
        column: list(map(attrgetter(attribute), items))
        for column, attribute in zip(nested.columns, nested.attributes, strict=True)
    }
    struct = pa.StructArray.from_arrays(
        [pa.array(leaves[leaf.name], type=leaf.type) for leaf in inner], fields=list(inner)
    )
    return pa.ListArray.from_arrays(offsets, struct, type=field.type)


def _arrays(column: pa.ListArray) -> Iterator[NDArray[Any]]:
    flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False))
    for first, end in pairwise(bounds_of(column)):
        yield flat[first:end]
