"""The way of a whole manifest through another recipe, group of rows by group of rows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from sal_anchors import __version__
from sal_anchors.accounting import Tally
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.errors import RecipeError
from sal_anchors.events.query import require_phones, require_words
from sal_anchors.manifest import Header, Manifest
from sal_anchors.manifest.columns import bounds_of, from_batch, leaves_of
from sal_anchors.manifest.groups import grouped_batches
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.report import REPORT_NAME
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.manifest.write import ALIGNMENTS, StagedManifest
from sal_anchors.rerender.events import EventFinder
from sal_anchors.rerender.targets import frame_counts, with_targets

_NO_WORDS = "vad"
"""The engine whose words are stretches of speech."""
_MADE = ("anchors", "num_frames", "labels", "weights")
_SIZED = ("status", "num_samples", "sample_rate")
Redraw = Literal["moved", "all", "none"]
_DRAWN = ("time", "kind", "label")
"""What a TextGrid shows of an anchor."""


def rerender(
    folder: Path,
    recipe: Recipe,
    *,
    out: Path | None = None,
    on_batch: Callable[[pa.RecordBatch], None] = lambda batch: None,
) -> Tally:
    """Find, label and weight the events of a manifest anew, without aligning again.

    Every row stays. Events are found from the stored words and phones, unless the recipe looks
    for the very same ones; those with another source than the alignment, such as hand-made ones,
    are kept, and so are all events of a row without words. Rows go through as columns, a group
    at a time, and the folder holds what it held until the new manifest is whole.

    Args:
        folder: the manifest.
        recipe: if it is to divide weights by their corpus mean, and does not say which, the mean
            is measured first, in a pass of its own over all usable rows.
        out: folder of the new manifest, which names the same audio; the manifest's own if None.
        on_batch: called with the rows of each group, for progress.

    Returns:
        The counts; as many rows as before.

    Raises:
        ManifestError: no manifest, a damaged one, or one that is being written to.
        RecipeError: it asks for words or phones of a manifest that has none.
    """
    Manifest.open(folder)
    has_textgrids = any((folder / ALIGNMENTS).rglob("*.TextGrid"))
    in_place = out is None or out.resolve() == folder.resolve()
    target = folder if out is None else out
    with StagedManifest(target, textgrids=has_textgrids, keep=in_place) as staged:
        manifest = Manifest.open(folder)
        redraw: Redraw = ("moved" if in_place else "all") if has_textgrids else "none"
        header, tally = render_staged(staged, manifest, recipe, redraw=redraw, on_batch=on_batch)
        if not in_place:
            root = os.path.relpath(manifest.audio_root.resolve(), target.resolve())
            header = replace(header, audio_root=Path(root).as_posix())
        staged.commit(header, tally, layout=_layout(folder))
    return tally


def render_staged(
    staged: StagedManifest,
    manifest: Manifest,
    recipe: Recipe,
    *,
    redraw: Redraw,
    on_batch: Callable[[pa.RecordBatch], None] = lambda batch: None,
) -> tuple[Header, Tally]:
    """Write the rows of a manifest by another recipe to one that is being made.

    Args:
        staged: written to, not committed.
        manifest: whose rows these are.
        recipe: see :func:`rerender`.
        redraw: which rows get a TextGrid: those whose anchors moved, all, or none.
        on_batch: see :func:`rerender`.
    """
    _require_found(manifest, recipe)
    recipe = _with_mean(manifest, recipe)

    def groups() -> Iterator[pa.RecordBatch]:
        kept = [name for name in SCHEMA.names if name not in _MADE]
        columns = [*kept, "anchors"] if redraw == "moved" else kept
        for old, new in _rendered(manifest, recipe, columns):
            if redraw != "none":
                shown = new if redraw == "all" else new.filter(_moved(old, new))
                staged.write_textgrids(from_batch(shown))
            on_batch(new)
            yield new

    parts, tally = staged.write_groups(groups())
    tally.require(len(manifest))
    header = replace(
        manifest.header,
        tool_version=__version__,
        grid=recipe.grid.grid(),
        recipe=recipe,
        counts=counts_of(tally),
        parts=parts,
    )
    return header, tally


def _rendered(
    manifest: Manifest, recipe: Recipe, columns: Sequence[str]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Some columns of each group of rows as they were, and the same with events and targets."""
    finder, grid = _finder(manifest, recipe), recipe.grid.grid()
    sized = (
        batch.append_column("num_frames", frame_counts(batch, grid))
        for batch in manifest.batches(*columns)
    )
    for old in grouped_batches(sized):
        new = old.set_column(old.schema.get_field_index("events"), "events", finder.events(old))
        yield old, with_targets(new, recipe)


def _finder(manifest: Manifest, recipe: Recipe) -> EventFinder:
    stand = manifest.as_written and manifest.header.tool_version == __version__
    return EventFinder(recipe, manifest.recipe, manifest.header.provenance.engine, stand=stand)


def _moved(old: pa.RecordBatch, new: pa.RecordBatch) -> pa.BooleanArray:
    """Which rows have other anchors than before, as far as a TextGrid shows."""
    return pa.array([one != other for one, other in zip(_drawn(old), _drawn(new), strict=True)])


def _drawn(batch: pa.RecordBatch) -> Iterator[list[tuple[Any, ...]]]:
    column = batch.column("anchors")
    leaves = leaves_of(column)
    marks = list(zip(*(leaves[name] for name in _DRAWN), strict=True))
    return (marks[first:end] for first, end in pairwise(bounds_of(column)))


def _require_found(manifest: Manifest, recipe: Recipe) -> None:
    """Refuse to look for what the rows of the manifest do not have; the first one tells."""
    engine = manifest.header.provenance.engine
    if engine == _NO_WORDS:
        require_words(recipe.queries, engine)
    first = next((row for row in manifest.rows(usable=True) if row.words), None)
    if first is not None and not first.phones:
        require_phones(recipe.queries, f"the alignment in {manifest.path}")


def _with_mean(manifest: Manifest, recipe: Recipe) -> Recipe:
    """The recipe with the mean weight of the corpus, if it needs one."""
    if not recipe.lacks_mean:
        return recipe
    total, frames = 0.0, 0
    columns = [*_SIZED, *_finder(manifest, recipe).columns]
    for _, batch in _rendered(manifest, recipe.unnormalised(), columns):
        weights = batch.column("weights").flatten().to_numpy()
        total += float(weights.sum(dtype=float))
        frames += len(weights)
    if not frames:
        return recipe.with_mean(1.0)
    if not total:
        raise RecipeError(
            f"the mean weight of its {frames} frames is 0, weights cannot be divided by it",
            where=manifest.path,
            hint="Give weights.floor a value above 0, or normalise = 'none'",
        )
    return recipe.with_mean(total / frames)


def _layout(folder: Path) -> str:
    """The corpus layout that the report of the manifest names."""
    try:
        report = json.loads((folder / REPORT_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(report.get("layout", "")) if isinstance(report, dict) else ""
