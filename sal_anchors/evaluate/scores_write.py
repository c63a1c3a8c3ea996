"""Posteriors into a scores file, so that any figure can be counted again by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sal_anchors.atomic import replacing
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.scores_header import METADATA_KEY, ScoresHeader
from sal_anchors.evaluate.stream import Streamed

_VALUES_AT_ONCE = 1 << 20


class ScoresWriter:
    """Takes recordings one at a time; made by :func:`scores_writer`."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema):
        self._writer = writer
        self._schema = schema
        self._waiting: list[Streamed] = []

    def write(self, streamed: Streamed) -> None:
        """Add the posteriors of a recording, as they are: not smoothed."""
        self._waiting.append(streamed)
        if sum(one.posteriors.size for one in self._waiting) >= _VALUES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits as a row group."""
        if not self._waiting:
            return
        posteriors = [_nested(one) for one in self._waiting]
        offsets = np.cumsum([0, *map(len, posteriors)]).astype(np.int32)
        column = pa.ListArray.from_arrays(pa.array(offsets), pa.concat_arrays(posteriors))
        ids = pa.array([one.id for one in self._waiting])
        self._writer.write_table(pa.Table.from_arrays([ids, column], schema=self._schema))
        self._waiting = []


@contextmanager
def scores_writer(path: Path, header: ScoresHeader) -> Iterator[ScoresWriter]:
    """A writer of a Parquet file that is there when the context is left without an error.

    Raises:
        EvaluationError: the file cannot be written.
    """
    schema = pa.schema(
        [("id", pa.string()), ("posteriors", pa.list_(pa.list_(pa.float32())))],
        metadata={METADATA_KEY: header.model_dump_json()},
    )
    try:
        with (
            replacing(path) as partial,
            pq.ParquetWriter(partial, schema, compression="zstd") as parquet,
        ):
            writer = ScoresWriter(parquet, schema)
            yield writer
            writer.flush()
    except OSError as error:
        raise EvaluationError(
            f"cannot be written ({error.strerror or error})",
            where=path,
            hint="Make room or name another file",
        ) from None


def _nested(streamed: Streamed) -> pa.Array:
    frames, width = streamed.posteriors.shape
    offsets = np.arange(0, (frames + 1) * width, width, dtype=np.int32)
    values = np.ascontiguousarray(streamed.posteriors, dtype=np.float32).reshape(-1)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
