"""Anchors, labels and weights of a batch of rows, from the column of their events."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as fields_of
from itertools import accumulate, pairwise, product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sal_anchors.accounting import Status
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import Renderer, renderer_of
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.columns import bounds_of, values_of
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.timebase import FrameGrid

_USABLE = pa.array([Status.OK.value, Status.SUSPECT.value])


def frame_counts(batch: pa.RecordBatch, grid: FrameGrid) -> pa.Int64Array:
    """The frames of each row on a grid; 0 for rows that carry no targets."""
    sizes = zip(*(values_of(batch.column(n)) for n in ("num_samples", "sample_rate")), strict=True)
    counts = [
        grid.num_frames(grid.resampled(*size)) if usable else 0
        for usable, size in zip(_usable(batch), sizes, strict=True)
    ]
    return pa.array(counts, pa.int64())


def with_targets(batch: pa.RecordBatch, recipe: Recipe) -> pa.RecordBatch:
    """The batch with anchors, labels and weights by a recipe; rows of status failed or skipped
    have none.

    Args:
        batch: with events, status and, on the recipe's grid, ``num_frames``; other columns stay.
        recipe: see :func:`sal_anchors.anchors.render.render`.
    """
    renderer, grid = renderer_of(recipe), recipe.grid.grid()
    events = _events_of(batch)
    frames = [0, *accumulate(values_of(batch.column("num_frames")))]
    labels, weights = renderer.blank(frames[-1])
    for row, shaping in events.shaping(renderer).items():
        place = slice(frames[row], frames[row + 1])
        renderer.paint(shaping, labels[place], weights[place])
    for first, end in pairwise(frames):
        renderer.normalise(weights[first:end])
    made = {
        "anchors": _anchors(events, renderer, grid),
        "labels": _lists("labels", frames, pa.array(labels)),
        "weights": _lists("weights", frames, pa.array(weights)),
    }
    fields = [field for field in SCHEMA if field.name in (*made, *batch.schema.names)]
    columns = [made[f.name] if f.name in made else batch.column(f.name) for f in fields]
    return pa.record_batch(columns, schema=pa.schema(fields))


@dataclass(frozen=True, slots=True, eq=False)
class _Events:
    """The events of rows that carry targets, row by row, in each by time, kind and label.

    Attributes:
        items: as the manifest has them.
        rows: the row of each, from 0.
        names: kinds and labels that there are.
        codes: the name of each.
        num_rows: of the batch.
    """

    items: pa.StructArray
    rows: NDArray[np.int64]
    names: list[tuple[EventKind, str]]
    codes: NDArray[np.int64]
    num_rows: int

    def shaping(self, renderer: Renderer) -> dict[int, list[Event]]:
        """By row, the events that may change labels or weights."""
        wanted = _of_names([renderer.shapes(*name) for name in self.names], bool)[self.codes]
        taken = self.items.filter(pa.array(wanted))
        leaves = [taken.field(field.name).to_pylist() for field in fields_of(Event)[1:]]
        kinds = [self.names[code][0] for code in self.codes[wanted].tolist()]
        shaping: dict[int, list[Event]] = {}
        for row, *values in zip(self.rows[wanted].tolist(), kinds, *leaves, strict=True):
            shaping.setdefault(row, []).append(Event(*values))
        return shaping


def _events_of(batch: pa.RecordBatch) -> _Events:
    column = batch.column("events")
    items = column.flatten()
    rows = np.repeat(np.arange(len(batch)), np.diff(bounds_of(column)))
    names, codes = _names(items)
    order = np.lexsort((codes, items.field("time").to_numpy(), rows))
    order = order[np.asarray(_usable(batch), dtype=bool)[rows[order]]]
    if len(order) < len(rows) or (np.diff(order) < 0).any():
        items, rows, codes = items.take(pa.array(order)), rows[order], codes[order]
    return _Events(items, rows, names, codes, len(batch))


def _names(items: pa.StructArray) -> tuple[list[tuple[EventKind, str]], NDArray[np.int64]]:
    """Kinds and labels that there are, sorted, and the number of each item's."""
    kinds, labels = (items.field(name).dictionary_encode() for name in ("kind", "label"))
    every = list(product(kinds.dictionary.to_pylist(), labels.dictionary.to_pylist()))
    given = kinds.indices.to_numpy().astype(np.int64) * len(labels.dictionary)
    found, codes = np.unique(given + labels.indices.to_numpy(), return_inverse=True)
    named = [every[number] for number in found.tolist()]
    order = sorted(range(len(named)), key=named.__getitem__)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return [(EventKind(named[n][0]), named[n][1]) for n in order], ranks[codes]


def _anchors(events: _Events, renderer: Renderer, grid: FrameGrid) -> pa.ListArray:
    """The column of those that are sure enough, on the grid."""
    given: dict[str, Any] = dict(
        zip((f.name for f in events.items.type), events.items.flatten(), strict=True)
    )
    classes = _of_names([renderer.class_of(*name) for name in events.names], np.int16)
    given["frame"] = pa.array(grid.frames_of(given["time"].to_numpy()), pa.int32())
    given["class"] = pa.array(classes[events.codes])
    wanted = list(SCHEMA.field("anchors").type.value_type)
    items = pa.StructArray.from_arrays([given[field.name] for field in wanted], fields=wanted)
    sure = given["confidence"].to_numpy().astype(np.float64) >= renderer.least_confidence
    rows = events.rows
    if not sure.all():
        items, rows = items.filter(pa.array(sure)), rows[sure]
    counts = np.bincount(rows, minlength=events.num_rows)
    return _lists("anchors", [0, *accumulate(counts.tolist())], items)


def _of_names(values: list[Any], kind: Any) -> NDArray[Any]:
    return np.asarray(values, dtype=kind)


def _lists(name: str, bounds: list[int], items: pa.Array) -> pa.ListArray:
    offsets = pa.array(bounds, pa.int32())
    return pa.ListArray.from_arrays(offsets, items, type=SCHEMA.field(name).type)


def _usable(batch: pa.RecordBatch) -> list[bool]:
    return list(pc.is_in(batch.column("status"), _USABLE).to_pylist())
