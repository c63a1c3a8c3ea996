"""The manifest's columns, and rows to and from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sal_anchors.accounting import Reason, Status
from sal_anchors.align.alignment import Change, Interval, Pronunciation, PronunciationSource
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.anchors.anchor import Anchor
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.row import Row

SCHEMA_VERSION = 1

_INTERVALS = pa.list_(
    pa.struct(
        [
            ("label", pa.string()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("score", pa.float32()),
            ("confidence", pa.float32()),
            ("start_uncertainty", pa.float32()),
            ("end_uncertainty", pa.float32()),
        ]
    )
)
_CHANGES = pa.list_(pa.struct([("written", pa.string()), ("spoken", pa.string())]))
_PRONUNCIATIONS = pa.list_(
    pa.struct([("word", pa.string()), ("phones", pa.string()), ("source", pa.string())])
)
_FINDINGS = pa.list_(
    pa.struct(
        [
            ("code", pa.string()),
            ("label", pa.string()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("value", pa.float64()),
        ]
    )
)
_EVENTS = pa.list_(
    pa.struct(
        [
            ("kind", pa.string()),
            ("label", pa.string()),
            ("time", pa.float64()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("confidence", pa.float32()),
            ("uncertainty", pa.float32()),
            ("source", pa.string()),
        ]
    )
)
_ANCHORS = pa.list_(
    pa.struct(
        [
            ("frame", pa.int32()),
            ("time", pa.float64()),
            ("kind", pa.string()),
            ("label", pa.string()),
            ("class", pa.int16()),
            ("confidence", pa.float32()),
        ]
    )
)
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
        ("audio", pa.string()),
        ("start", pa.float64()),
        ("channel", pa.int32()),
        ("sample_rate", pa.int32()),
        ("num_samples", pa.int64()),
        ("content_hash", pa.string()),
        ("transcript", pa.string()),
        ("speaker", pa.string()),
        ("split", pa.string()),
        ("score", pa.float32()),
        ("words", _INTERVALS),
        ("engine_words", _INTERVALS),
        ("phones", _INTERVALS),
        ("changes", _CHANGES),
        ("pronunciations", _PRONUNCIATIONS),
        ("findings", _FINDINGS),
        ("events", _EVENTS),
        ("anchors", _ANCHORS),
        ("num_frames", pa.int64()),
        ("labels", pa.list_(pa.int16())),
        ("weights", pa.list_(pa.float32())),
    ]
)
_PER_FRAME = ("labels", "weights")
_Cell = dict[str, Any]


def _pronunciation(cell: _Cell) -> Pronunciation:
    return Pronunciation(cell["word"], cell["phones"], PronunciationSource(cell["source"]))


def _finding(cell: _Cell) -> Finding:
    return Finding(**{**cell, "code": FindingCode(cell["code"])})


def _event(cell: _Cell) -> Event:
    return Event(**{**cell, "kind": EventKind(cell["kind"])})


def _anchor(cell: _Cell) -> Anchor:
    class_index = cell.pop("class")
    return Anchor(**{**cell, "kind": EventKind(cell["kind"])}, class_index=class_index)


_NESTED: dict[str, Callable[[_Cell], Any]] = {
    "words": lambda cell: Interval(**cell),
    "engine_words": lambda cell: Interval(**cell),
    "phones": lambda cell: Interval(**cell),
    "changes": lambda cell: Change(**cell),
    "pronunciations": _pronunciation,
    "findings": _finding,
    "events": _event,
    "anchors": _anchor,
}
"""How an item of each nested column is made from its cell."""


def to_batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one Arrow record batch of :data:`SCHEMA`."""
    columns = [
        pa.array([_cell(row, field.name) for row in rows], type=field.type) for field in SCHEMA
    ]
    return pa.record_batch(columns, schema=SCHEMA)


def from_batch(batch: pa.RecordBatch) -> Iterator[Row]:
    """The inverse of :func:`to_batch`; labels and weights are arrays, not lists."""
    plain = batch.drop_columns(list(_PER_FRAME)).to_pylist()
    per_frame = {name: batch.column(name) for name in _PER_FRAME}
    for index, values in enumerate(plain):
        arrays = {
            name: np.asarray(column[index].values.to_numpy(zero_copy_only=False))
            for name, column in per_frame.items()
        }
        yield _row(values | arrays)


def _cell(row: Row, name: str) -> Any:
    value = getattr(row, name)
    if name not in _NESTED:
        return value
    if name == "anchors":
        return [_anchor_cell(anchor) for anchor in value]
    return [{field: getattr(item, field) for field in item.__slots__} for item in value]


def _anchor_cell(anchor: Anchor) -> _Cell:
    cell = {field: getattr(anchor, field) for field in anchor.__slots__}
    cell["class"] = cell.pop("class_index")
    return cell


def _row(values: _Cell) -> Row:
    for name, make in _NESTED.items():
        values[name] = tuple(make(cell) for cell in values[name])
    values["status"] = Status(values["status"])
    values["reason"] = Reason(values["reason"]) if values["reason"] else None
    return Row(**values)
