"""The rows of two manifests side by side, by id, whatever their order."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from sal_anchors.check.whole import is_whole
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row

_IDS_AT_ONCE = 65_536


def pairs(before: Manifest, after: Manifest) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows with one id together, a row without its like alone, in order of their ids.

    A manifest in order of its ids, as ``align`` and ``merge`` write it, is read through once in
    constant memory; any other by random access, with its ids in memory. Of rows that share an id
    in one manifest, each takes part once, in their order.

    Raises:
        ManifestError: a row that lacks values, such as a time.
    """
    left, right = in_order(before), in_order(after)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.id < other.id):
            yield one, None
            one = next(left, None)
        elif one is None or other.id < one.id:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def in_order(manifest: Manifest) -> Iterator[Row]:
    """All rows, in order of their ids."""
    rows = manifest.rows() if _is_sorted(manifest) else map(manifest.at, _order(manifest))
    for row in rows:
        if not is_whole(row):
            raise _damaged(manifest, f"row {row.id!r} has a value that is missing, or no number")
        yield row


def _is_sorted(manifest: Manifest) -> bool:
    last = ""
    for (id_,) in manifest.scan("id"):
        if id_ is None:
            raise _damaged(manifest, "a row has no id")
        if id_ < last:
            return False
        last = id_
    return True


def _order(manifest: Manifest) -> Iterator[int]:
    """Numbers of the rows; by the bytes of their ids in UTF-8, which is by their characters."""
    chunks: list[pa.Array] = []
    some: list[str] = []
    for (id_,) in manifest.scan("id"):
        some.append(id_)
        if len(some) == _IDS_AT_ONCE:
            chunks.append(pa.array(some, pa.large_string()))
            some = []
    chunks.append(pa.array(some, pa.large_string()))
    ids = pa.chunked_array(chunks)
    for number in pc.sort_indices(pa.table({"id": ids}), sort_keys=[("id", "ascending")]):
        yield number.as_py()


def _damaged(manifest: Manifest, problem: str) -> ManifestError:
    hint = f"See what else is wrong with: sal-anchors check {manifest.path}"
    return ManifestError(problem, where=manifest.path, hint=hint)
