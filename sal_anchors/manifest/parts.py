"""Opening the Parquet parts of a manifest folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from sal_anchors.errors import ManifestError
from sal_anchors.manifest.header import Part
from sal_anchors.manifest.schema import SCHEMA


@contextmanager
def open_part(folder: Path, part: Part) -> Iterator[pq.ParquetFile]:
    """An open part; whatever is wrong with it, now or while it is read, is a ManifestError.

    Raises:
        ManifestError: it is absent, damaged, lacks a column, or has another number of rows than
            the header says.
    """
    path = folder / part.file
    if PurePosixPath(part.file).name != part.file:
        raise ManifestError(
            f"the part {part.file!r} is not a plain file name", where=folder, hint="Align again"
        )
    try:
        with pq.ParquetFile(path) as file:
            _require_columns(file, path)
            if file.metadata.num_rows != part.rows:
                raise ManifestError(
                    f"it holds {file.metadata.num_rows} rows, {part.rows} are expected",
                    where=path,
                    hint="Put back the part that was written with manifest.json, or align again",
                )
            yield file
    except FileNotFoundError:
        raise ManifestError("the part is missing", where=path, hint="Align again") from None
    except (pa.ArrowException, OSError, LookupError, AttributeError, TypeError, ValueError) as e:
        raise ManifestError(
            f"not a Parquet file of a manifest, or damaged ({e})", where=path, hint="Align again"
        ) from None


def group_sizes(file: pq.ParquetFile) -> list[int]:
    """Rows of each row group."""
    return [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]


def conformed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns of a batch that the manifest's schema has, in its types; other tools write
    strings and lists of other widths, and columns of their own."""
    fields = [field for field in SCHEMA if field.name in batch.schema.names]
    if [(field.name, field.type) for field in batch.schema] == [(f.name, f.type) for f in fields]:
        return batch
    return batch.select([field.name for field in fields]).cast(pa.schema(fields))


def _require_columns(file: pq.ParquetFile, path: Path) -> None:
    missing = [name for name in SCHEMA.names if name not in file.schema_arrow.names]
    if missing:
        raise ManifestError(
            f"columns {', '.join(missing)} are missing", where=path, hint="Align again"
        )
