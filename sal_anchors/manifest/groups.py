"""Which rows are written to Parquet together: row groups small enough for memory's sake, and
parts of so many rows. Both depend on the rows alone, so that equal rows make equal files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from sal_anchors.manifest.columns import values_of
from sal_anchors.manifest.row import Row

ROWS_A_GROUP = 1_024
_FRAMES_A_GROUP = 1 << 20
ROWS_A_PART = 65_536


class _Cut:
    """Tells, row by row, where a group ends: after 1,024 rows, fewer where they are long, and at
    the end of a part."""

    def __init__(self) -> None:
        self._rows = self._frames = self._in_part = 0

    def after(self, num_frames: int) -> bool:
        """Whether a group ends behind this row."""
        self._rows += 1
        self._frames += num_frames
        self._in_part += 1
        ends_part = self._in_part == ROWS_A_PART
        if self._rows < ROWS_A_GROUP and self._frames < _FRAMES_A_GROUP and not ends_part:
            return False
        self._rows = self._frames = 0
        if ends_part:
            self._in_part = 0
        return True


def grouped_rows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of a group each."""
    cut, group = _Cut(), list[Row]()
    for row in rows:
        group.append(row)
        if cut.after(row.num_frames):
            yield group
            group = []
    if group:
        yield group


def grouped_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches of any size, with ``num_frames``, as batches of a group each."""
    cut, held = _Cut(), list[pa.RecordBatch]()
    for batch in batches:
        first = 0
        for end, frames in enumerate(values_of(batch.column("num_frames")), start=1):
            if cut.after(frames):
                yield _joined([*held, batch.slice(first, end - first)])
                held, first = [], end
        if first < len(batch):
            held.append(batch.slice(first))
    if held:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)
