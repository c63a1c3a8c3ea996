"""Rows to and from Arrow columns, a batch at a time.

Between the two stand cells: the plain values of a row's columns in the order of
:data:`CELL_NAMES`. The cell of a nested column is a list of one list a field, so that items are
made, and taken apart, without a dictionary each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
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
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import PER_FRAME, SCHEMA

CELL_NAMES = tuple(name for name in SCHEMA.names if name not in PER_FRAME)
_COLUMN_OF = {"class_index": "class"}
"""Attributes that their column names otherwise."""


@dataclass(frozen=True, slots=True)
class _Nested:
    """What the items of a nested column are: their class, and its attributes as columns."""

    make: Callable[..., Any]
    attributes: tuple[str, ...]
    convert: dict[int, Callable[[str], Any]]

    def columns(self) -> list[str]:
        return [_COLUMN_OF.get(name, name) for name in self.attributes]

    def items(self, leaves: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """Items from one list a field."""
        given: list[Iterable[Any]] = list(leaves)
        for index, convert in self.convert.items():
            given[index] = map(convert, given[index])
        return tuple(map(self.make, *given))


def _nested(make: type, **convert: Callable[[str], Any]) -> _Nested:
    attributes = tuple(field.name for field in fields(make))
    by_index = {attributes.index(name): function for name, function in convert.items()}
    return _Nested(make, attributes, by_index)


_NESTED = {
    "words": _nested(Interval),
    "engine_words": _nested(Interval),
    "phones": _nested(Interval),
    "changes": _nested(Change),
    "pronunciations": _nested(Pronunciation, source=PronunciationSource),
    "findings": _nested(Finding, code=FindingCode),
    "events": _nested(Event, kind=EventKind),
    "anchors": _nested(Anchor, kind=EventKind),
}


def to_batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one Arrow record batch of :data:`~sal_anchors.manifest.schema.SCHEMA`."""
    return pa.record_batch([_column(rows, field) for field in SCHEMA], schema=SCHEMA)


def from_batch(batch: pa.RecordBatch) -> Iterator[Row]:
    """The inverse of :func:`to_batch`; labels and weights are arrays, not lists."""
    for values in zip(cells_of(batch), *arrays_of(batch), strict=True):
        yield row_of(*values)


def cells_of(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    """The cells of each row."""
    return zip(*(_cells(batch.column(name), _NESTED.get(name)) for name in CELL_NAMES), strict=True)


def arrays_of(batch: pa.RecordBatch) -> tuple[Iterator[NDArray[Any]], Iterator[NDArray[Any]]]:
    """Labels and weights of each row."""
    labels, weights = PER_FRAME
    return _arrays(batch.column(labels)), _arrays(batch.column(weights))


def row_of(cells: Sequence[Any], labels: NDArray[np.int16], weights: NDArray[np.float32]) -> Row:
    """The row of its cells and its values a frame.

    Raises:
        ValueError, TypeError: they are not those of a row.
    """
    values = dict(zip(CELL_NAMES, cells, strict=True))
    for name, nested in _NESTED.items():
        values[name] = nested.items(values[name])
    values["status"] = Status(values["status"])
    values["reason"] = Reason(values["reason"]) if values["reason"] else None
    return Row(**values, labels=labels, weights=weights)


def _column(rows: Sequence[Row], field: pa.Field) -> pa.Array:
    values = list(map(attrgetter(field.name), rows))
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
        for column, attribute in zip(nested.columns(), nested.attributes, strict=True)
    }
    struct = pa.StructArray.from_arrays(
        [pa.array(leaves[leaf.name], type=leaf.type) for leaf in inner], fields=list(inner)
    )
    return pa.ListArray.from_arrays(offsets, struct, type=field.type)


def _arrays(column: pa.ListArray) -> Iterator[NDArray[Any]]:
    flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False))
    for first, end in _bounds(column):
        yield flat[first:end]


def _cells(column: pa.Array, nested: _Nested | None) -> Iterator[Any]:
    if nested is None:
        return iter(_values(column))
    items = column.flatten()
    by_name = dict(zip((leaf.name for leaf in items.type), items.flatten(), strict=True))
    leaves = [_values(by_name[name]) for name in nested.columns()]
    return ([leaf[first:end] for leaf in leaves] for first, end in _bounds(column))


def _bounds(column: pa.ListArray) -> Iterator[tuple[int, int]]:
    ends = [0, *accumulate(_values(column.value_lengths()))]
    return pairwise(ends)


def _values(column: pa.Array) -> list[Any]:
    if column.null_count == 0 and pa.types.is_primitive(column.type):
        return list(column.to_numpy(zero_copy_only=False).tolist())
    return list(column.to_pylist())
