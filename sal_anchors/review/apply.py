"""Decisions written into the rows of a new manifest, for tools that know nothing of journals."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sal_anchors.accounting import Tally
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import StagedManifest
from sal_anchors.review.decision import JOURNAL_NAME
from sal_anchors.review.journal import read_journal
from sal_anchors.review.merge import add_to_journal
from sal_anchors.review.reviewed import reviewed


def apply_reviews(
    manifest: Manifest,
    out: Path,
    *,
    only: bool = False,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Tally:
    """Write the manifest as its reviewers want it to ``out``, with its journal beside it.

    The rows of ``out`` hold the edited events, and targets rendered from them. Its journal can go
    on: decisions that the rows already hold change nothing. Decisions that were made there since
    an earlier time stay.

    Args:
        manifest: with a journal in its folder.
        out: replaced if it is a manifest; may not be this one.
        only: rows that are not reviewed are left out.
        on_row: called with each row, for progress.

    Raises:
        ManifestError: ``out`` is the manifest itself, holds something else than a manifest, or is
            being written to.
        ReviewError: there is no journal to speak of, or it cannot be read.
    """
    if out.resolve() == manifest.path.resolve():
        raise ManifestError("is the manifest itself", where=out, hint="Give another folder with -o")
    source = reviewed(manifest, only=only)

    def rows() -> Iterator[Row]:
        for row in source.rows():
            on_row(row)
            yield row

    with StagedManifest(out) as staged:
        parts, tally = staged.write(rows())
        if not only:
            tally.require(len(manifest))
        root = Path(os.path.relpath(manifest.audio_root.resolve(), out.resolve())).as_posix()
        header = replace(
            manifest.header,
            audio_root=root,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        )
        staged.commit(header, tally)
        add_to_journal(out / JOURNAL_NAME, read_journal(manifest.path / JOURNAL_NAME).decisions)
    return tally
