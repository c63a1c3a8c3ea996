"""Rows that were stored whole, and labels and weights of rows rendered anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sal_anchors.align.alignment import Provenance
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.convert.context import read_context
from sal_anchors.convert.format import Context, ConvertError, ConvertOptions, Source
from sal_anchors.manifest.row import Row

CONVERTED = Provenance("convert", "1", "unknown")
"""Of rows whose source does not tell where their times come from."""


def stored_rows(rows: Iterator[Row], path: Path, options: ConvertOptions) -> Source:
    """Rows that a conversion wrote, with what holds for all of them.

    Raises:
        ConvertError: what holds for all of them is not known.
    """
    context = read_context(path, audio=options.audio)
    if context is None:
        context = _told(path, options)
    if options.recipe is None:
        return Source(rows, context)
    recipe = options.recipe
    return Source(
        (rendered(row, recipe) for row in rows),
        Context(recipe, context.audio_root, context.provenance),
    )


def rendered(row: Row, recipe: Recipe) -> Row:
    """The row with its anchors, labels and weights as the recipe says, on the recipe's grid."""
    if not row.usable:
        return row
    grid = recipe.grid.grid()
    num_frames = grid.num_frames(grid.resampled(row.num_samples, row.sample_rate))
    targets = render(row.events, recipe, num_frames)
    return replace(
        row,
        anchors=targets.anchors,
        num_frames=num_frames,
        labels=targets.labels,
        weights=targets.weights,
    )


def _told(path: Path, options: ConvertOptions) -> Context:
    if options.audio is None or options.recipe is None:
        raise ConvertError(
            "nothing here says where the audio is and how labels and weights were made",
            where=path,
            hint="Give --audio FOLDER and --recipe FILE, or the .sal-anchors.json file of the "
            "conversion too",
        )
    return Context(options.recipe, options.audio, CONVERTED)
