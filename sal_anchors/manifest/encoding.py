"""How the columns are encoded on disk, as measured by ``benchmarks/manifest_size.py``.

Labels and repeated words are dictionaries of run lengths. Weights are the same curve at every
anchor: written plain, zstd finds it again, which no dictionary of values does. Scores are as good
as random, so their bytes are split by significance. Least and greatest values, by which readers
skip rows, are kept of columns with one value a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from sal_anchors.manifest.schema import SCHEMA

_PLAIN = ("weights.list.element", "id", "audio", "content_hash")


def leaf_columns(schema: pa.Schema = SCHEMA) -> dict[str, pa.DataType]:
    """Types of Parquet's columns by path: ``words.list.element.start`` and so on."""
    return dict(leaf for field in schema for leaf in _leaves(field.name, field.type))


def writer_options() -> dict[str, Any]:
    """Keyword arguments of :class:`pyarrow.parquet.ParquetWriter`."""
    leaves = leaf_columns()
    split = [path for path, kind in leaves.items() if kind == pa.float32() and path not in _PLAIN]
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": [path for path in leaves if path not in (*_PLAIN, *split)],
        "column_encoding": dict.fromkeys(split, "BYTE_STREAM_SPLIT"),
        "write_statistics": [path for path in leaves if "." not in path],
    }


def _leaves(path: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path, kind
