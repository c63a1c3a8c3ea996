"""Which rows are wanted, told from as few columns as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sal_anchors.accounting import Status
from sal_anchors.align.lexicon import words_of
from sal_anchors.errors import ManifestError

_USABLE = (Status.OK, Status.SUSPECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Rows that meet every condition given; without any, all rows.

    Attributes:
        split: ``train``, ``dev`` or ``test``.
        status: any of these.
        class_name: an anchor of this class lies in the row.
        keyword: an event of a keyword's kind has this label; written as in a recipe.
        min_score: the alignment's score is at least this, nats a frame; rows without one are out.
        max_score: it is at most this; likewise.
    """

    split: str | None = None
    status: tuple[Status | str, ...] | None = None
    class_name: str | None = None
    keyword: str | None = None
    min_score: float | None = None
    max_score: float | None = None

    def columns(self) -> list[str]:
        """Parquet columns that :meth:`mask` needs."""
        scored = self.min_score is not None or self.max_score is not None
        needed = {
            "split": self.split is not None,
            "status": self.status is not None,
            "anchors.list.element.class": self.class_name is not None,
            "events.list.element.kind": self.keyword is not None,
            "events.list.element.label": self.keyword is not None,
            "score": scored,
        }
        return [name for name, wanted in needed.items() if wanted]

    def mask(self, table: pa.Table, classes: tuple[str, ...]) -> NDArray[np.bool_]:
        """Whether each row of :meth:`columns` is wanted, (R,).

        Raises:
            ManifestError: the manifest has no such class.
        """
        import pyarrow.compute as pc

        found = np.ones(len(table), dtype=bool)
        if self.split is not None:
            found &= _true(pc.equal(table["split"], self.split))
        if self.status is not None:
            found &= _true(
                pc.is_in(table["status"], pa.array([str(s) for s in self.status], pa.string()))
            )
        if self.min_score is not None:
            found &= _true(pc.greater_equal(table["score"], self.min_score))
        if self.max_score is not None:
            found &= _true(pc.less_equal(table["score"], self.max_score))
        if self.class_name is not None:
            wanted = _class_index(self.class_name, classes)
            found &= _any_item(table["anchors"], lambda item: pc.equal(item.field("class"), wanted))
        if self.keyword is not None:
            phrase = " ".join(words_of(self.keyword))
            found &= _any_item(table["events"], lambda item: _is_keyword(item, phrase))
        return found


def usable_only(select: Select) -> Select:
    """The same of rows that carry targets."""
    wanted = tuple(s for s in _USABLE if select.status is None or s in select.status)
    return replace(select, status=wanted)


def _class_index(name: str, classes: tuple[str, ...]) -> int:
    if name not in classes:
        raise ManifestError(
            f"the manifest has no class {name!r}", hint=f"Its classes: {', '.join(classes)}"
        )
    return classes.index(name)


def _is_keyword(events: pa.StructArray, phrase: str) -> pa.BooleanArray:
    import pyarrow.compute as pc

    kinds = pc.starts_with(events.field("kind"), "keyword")
    return pc.and_(kinds, pc.equal(events.field("label"), phrase))


def _any_item(column: pa.ChunkedArray, condition: Any) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    lists = column.combine_chunks()
    found = np.zeros(len(lists), dtype=bool)
    if len(lists):
        met = _true(condition(lists.flatten()))
        found[np.asarray(pc.list_parent_indices(lists))[met]] = True
    return found


def _true(values: Any) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    return np.asarray(pc.fill_null(values, False), dtype=bool)
