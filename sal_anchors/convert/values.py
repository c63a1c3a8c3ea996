"""Rows as plain values, and back: what JSON can hold, with nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sal_anchors.convert.format import ConvertError
from sal_anchors.corpus.entry import id_fault
from sal_anchors.manifest.columns import from_batch, to_batch
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import PER_FRAME, SCHEMA

_REQUIRED = ("id", "status", "audio", "split")
_ROWS_AT_ONCE = 32


def to_values(rows: Iterable[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each row with its columns but those a frame, as plain values; times in seconds."""
    remaining = iter(rows)
    while group := list(islice(remaining, _ROWS_AT_ONCE)):
        batch = to_batch([replace(row, **_NO_FRAMES) for row in group])
        for row, values in zip(group, batch.to_pylist(), strict=True):
            yield row, {name: values[name] for name in values if name not in PER_FRAME}


def from_values(values: Mapping[str, Any], *, where: str) -> Row:
    """The row of plain values; columns that are absent are empty.

    Args:
        values: by column; ``labels`` and ``weights`` as lists or one-dimensional arrays.
        where: file and row, for messages.

    Raises:
        ConvertError: they are no row of a manifest.
    """
    if missing := [name for name in _REQUIRED if not isinstance(values.get(name), str)]:
        raise ConvertError(
            f"not a row of a manifest: no {', '.join(missing)}",
            where=where,
            hint="Give what sal-anchors convert wrote",
        )
    labels, weights = (_frames(name, values.get(name), where) for name in PER_FRAME)
    plain = {field.name: _filled(field, values.get(field.name)) for field in SCHEMA}
    for name in PER_FRAME:
        plain[name] = []
    try:
        (row,) = from_batch(pa.RecordBatch.from_pylist([plain], schema=SCHEMA))
    except (pa.ArrowException, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConvertError(f"not a row of a manifest ({error})", where=where) from None
    row = replace(row, labels=labels, weights=weights)
    _require_sound(row, where)
    return row


def unknown_columns(values: Mapping[str, Any]) -> list[str]:
    """Names that no column has."""
    return sorted(set(values) - set(SCHEMA.names))


def frames_as_lists(row: Row) -> dict[str, list[int] | list[float]]:
    """Labels and weights for JSON, weights with as few digits as give the same float32."""
    return {
        "labels": row.labels.tolist(),
        "weights": [float(text) for text in row.weights.astype(np.float32).astype(str)],
    }


def json_line(values: Mapping[str, Any]) -> str:
    """Values as a line of JSON lines; floats keep every bit."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


_NO_FRAMES: dict[str, Any] = {
    "labels": np.zeros(0, dtype=np.int16),
    "weights": np.zeros(0, dtype=np.float32),
}


def _filled(field: pa.Field, value: Any) -> Any:
    if value is not None:
        return value
    if pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
        return []
    default = getattr(_EMPTY, field.name, None)
    return default if isinstance(default, int | float | str) else None


_EMPTY = Row(id="", status="ok", audio="", split="")  # type: ignore[arg-type]


def _frames(name: str, value: Any, where: str) -> NDArray[Any]:
    kind = np.int16 if name == "labels" else np.float32
    try:
        array = np.asarray([] if value is None else value)
        exact = array.astype(kind)
        if array.ndim != 1 or (name == "labels" and not np.array_equal(array, exact)):
            raise ValueError(f"{name} are not {np.dtype(kind)} (T,)")
    except (TypeError, ValueError, OverflowError) as error:
        raise ConvertError(f"{name} cannot be read ({error})", where=where) from None
    return exact


def _require_sound(row: Row, where: str) -> None:
    """Refuse ids and paths that leave their folder, and frames that do not add up."""
    fault = id_fault(row.id)
    for named in (row.audio, *(stream.path for stream in row.streams)):
        path = PurePosixPath(named)
        if path.is_absolute() or ".." in path.parts or "\0" in named:
            fault = f"the path {named[:200]!r} is not a relative path without '..'"
    if len(row.labels) != row.num_frames or len(row.weights) != row.num_frames:
        fault = (
            f"{len(row.labels)} labels and {len(row.weights)} weights, num_frames {row.num_frames}"
        )
    if fault:
        raise ConvertError(fault, where=where, hint="Correct it in the source")
