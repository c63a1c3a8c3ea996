"""Manifests of this package, as a format to convert from and to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sal_anchors import __version__
from sal_anchors.accounting import Tally
from sal_anchors.convert.format import Account, Context, ConvertOptions, Format, Source
from sal_anchors.convert.rendered import rendered
from sal_anchors.manifest import Header, Manifest, write_manifest
from sal_anchors.manifest.header import Part, counts_of
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.review import reviewed


def _write(rows: Iterable[Row], folder: Path, context: Context, account: Account) -> None:
    def header(parts: tuple[Part, ...], tally: Tally) -> Header:
        root = os.path.relpath(context.audio_root.resolve(), folder.resolve())
        return Header(
            tool_version=__version__,
            audio_root=Path(root).as_posix(),
            grid=context.recipe.grid.grid(),
            recipe=context.recipe,
            provenance=context.provenance,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        )

    write_manifest(folder, rows, header)


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    opened = Manifest.open(path, audio_root=options.audio)
    manifest = reviewed(opened, only=options.only_reviewed)
    recipe = options.recipe or manifest.recipe
    rows = manifest.rows()
    if options.recipe is not None:
        rows = (rendered(row, recipe) for row in rows)
    if options.only_reviewed:
        account.note(f"Only reviewed rows were taken, of {len(manifest)}")
    return Source(rows, Context(recipe, manifest.audio_root, manifest.header.provenance))


FORMAT = Format(
    name="manifest",
    about="a manifest of sal-anchors",
    folder=True,
    places_itself=True,
    holds=dict.fromkeys(SCHEMA.names, ""),
    write=_write,
    read=_read,
)
