"""A manifest as its reviewers want it: read like any other, decisions laid over its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from sal_anchors.errors import ReviewError
from sal_anchors.manifest import Manifest, Row, Select
from sal_anchors.manifest.columns import to_batch
from sal_anchors.manifest.read import joined
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.review.decision import JOURNAL_NAME, Decision
from sal_anchors.review.journal import read_journal
from sal_anchors.review.overlay import by_utterance, review_row
from sal_anchors.review.replay import State

Item = TypeVar("Item")


def reviewed(manifest: Manifest, *, only: bool = False) -> Manifest:
    """The manifest with the decisions of its journal; itself if there are none and none are asked
    for.

    Rejected events are gone, moved ones are moved, added ones are there, all that was accepted has
    confidence 1; anchors, labels and weights are rendered from them by the manifest's recipe.
    Utterances that were marked bad are skipped.

    Args:
        manifest: with or without a journal in its folder.
        only: all utterances but those that are ``reviewed`` are left out.

    Raises:
        ReviewError: the journal cannot be read, or ``only`` is asked for and there is nothing.
    """
    journal = manifest.path / JOURNAL_NAME
    decisions = by_utterance(read_journal(journal).decisions)
    if decisions:
        return ReviewedManifest(manifest, decisions, only=only)
    if only:
        raise ReviewError(
            "nothing was reviewed",
            where=manifest.path,
            hint=f"Review it with: sal-anchors inspect {manifest.path}",
        )
    return manifest


def review_digest(manifest: Manifest) -> bytes:
    """What tells readings of one manifest through different reviews apart: SHA-256 of the
    decisions, and of whether only reviewed rows are read; empty for a manifest as it is."""
    if not isinstance(manifest, ReviewedManifest):
        return b""
    digest = hashlib.sha256(b"only" if manifest.only else b"all")
    for _, decisions in sorted(manifest.decisions.items()):
        digest.update(b"".join(decision.line() for decision in decisions))
    return digest.digest()


class ReviewedManifest(Manifest):
    """A manifest whose rows are read through its journal; see :func:`reviewed`.

    ``len`` and :meth:`at` still count all rows of the manifest; with ``only`` the rows that are
    not reviewed are left out where rows are iterated over.

    Attributes:
        decisions: by utterance.
        only: see :func:`reviewed`.
    """

    def __init__(
        self,
        manifest: Manifest,
        decisions: Mapping[str, tuple[Decision, ...]],
        *,
        only: bool = False,
    ):
        state = manifest.__getstate__()
        self.__dict__.update(state)
        self.decisions = decisions
        self.only = only

    def row(self, id_: str) -> Row:
        """The row of an utterance as reviewed; see :meth:`Manifest.row`."""
        return self._overlaid(super().row(id_))

    def at(self, number: int) -> Row:
        """The row of a number as reviewed; see :meth:`Manifest.at`."""
        return self._overlaid(super().at(number))

    def rows(
        self, split: str | None = None, *, usable: bool = False, where: Select | None = None
    ) -> Iterator[Row]:
        """Rows as reviewed; see :meth:`Manifest.rows`."""
        return self._rows_of(joined(where, split, usable=usable))

    def _overlaid(self, row: Row) -> Row:
        decisions = self.decisions.get(row.id)
        return review_row(row, decisions, self.recipe).row if decisions else row

    def _read(
        self,
        columns: Sequence[str],
        where: Select,
        convert: Callable[[pa.RecordBatch], Iterator[Item]],
        size: int,
    ) -> Iterator[Item]:
        import pyarrow.compute as pc

        needed = {name.split(".")[0] for name in where.columns()}
        names = [n for n in SCHEMA.names if n in {*columns, *needed, "id"}]
        ids = pa.array(list(self.decisions), pa.string())
        for batch in super()._read(names, Select(), lambda batch: iter((batch,)), size):
            decided = np.asarray(pc.is_in(batch.column("id"), ids))
            kept = np.full(len(batch), not self.only)
            if decided.any():
                batch, finished = self._patched(batch, np.flatnonzero(decided))
                kept[decided] = finished if self.only else True
            if needed:
                kept &= where.mask(pa.Table.from_batches([batch]), self.classes)
            if kept.any():
                yield from convert(batch.filter(pa.array(kept)).select(list(columns)))

    def _patched(
        self, batch: pa.RecordBatch, places: np.ndarray[Any, Any]
    ) -> tuple[pa.RecordBatch, list[bool]]:
        """The batch with the rows at some places as reviewed, and whether each of those is
        reviewed whole."""
        ids = batch.column("id").take(pa.array(places)).to_pylist()
        done = [
            review_row(super(ReviewedManifest, self).row(i), self.decisions[i], self.recipe)
            for i in ids
        ]
        rows = to_batch([item.row for item in done]).select(batch.schema.names)
        order = np.arange(len(batch))
        order[places] = len(batch) + np.arange(len(places))
        both = pa.Table.from_batches([batch, rows.cast(batch.schema)]).combine_chunks()
        patched = both.take(pa.array(order)).to_batches()
        return patched[0], [item.review.state is State.REVIEWED for item in done]
