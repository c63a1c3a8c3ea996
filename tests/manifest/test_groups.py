"""Groups: the same rows are written together whether they come as rows or as batches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sal_anchors.manifest.groups as groups
from sal_anchors.manifest import Row
from sal_anchors.manifest.columns import to_batch


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_batches_of_any_size_are_cut_where_rows_are(
    size: int, make_row: Callable[..., Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ROWS_A_GROUP", 5), ("_FRAMES_A_GROUP", 1_000), ("ROWS_A_PART", 12)):
        monkeypatch.setattr(groups, name, value)
    rows = [make_row(f"{n:02d}", num_frames=900 if n in (7, 8, 30) else 10) for n in range(41)]
    batches = [to_batch(rows[first : first + size]) for first in range(0, len(rows), size)]
    by_row = [[row.id for row in group] for group in groups.grouped_rows(rows)]
    by_batch = [b.column("id").to_pylist() for b in groups.grouped_batches(batches)]
    assert by_batch == by_row
    assert [name for group in by_row for name in group] == [row.id for row in rows]
    assert max(map(len, by_row)) == 5
    ends = [group[-1] for group in by_row]
    assert {"11", "23", "35"} <= set(ends)
