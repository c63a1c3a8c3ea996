"""Anchors, labels and weights of a batch of rows, from the column of their events."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as fields_of
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sal_anchors.accounting import Status
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import Renderer, renderer_of
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.columns import bounds_of, leaves_of, values_of
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
        leaves: the same, a list of Python's own values a field.
        names: kind and label of each.
        rows: the row of each, from 0.
        num_rows: of the batch.
    """

    items: pa.StructArray
    leaves: dict[str, list[Any]]
    names: list[tuple[str, str]]
    rows: list[int]
    num_rows: int

    def shaping(self, renderer: Renderer) -> dict[int, list[Event]]:
        """By row, the events that may change labels or weights."""
        wanted = {name for name in set(self.names) if renderer.shapes(EventKind(name[0]), name[1])}
        shaping: dict[int, list[Event]] = {}
        fields = [self.leaves[field.name] for field in fields_of(Event)][1:]
        for index, name in enumerate(self.names):
            if name in wanted:
                event = Event(EventKind(name[0]), *(values[index] for values in fields))
                shaping.setdefault(self.rows[index], []).append(event)
        return shaping


def _events_of(batch: pa.RecordBatch) -> _Events:
    column = batch.column("events")
    counts = np.diff(bounds_of(column))
    items, leaves = column.flatten(), leaves_of(column)
    rows = np.repeat(np.arange(len(batch)), counts).tolist()
    names = list(zip(leaves["kind"], leaves["label"], strict=True))
    usable = _usable(batch)
    places = list(zip(rows, leaves["time"], strict=True))
    if all(usable) and all(one < other for one, other in pairwise(places)):
        return _Events(items, leaves, names, rows, len(batch))
    keys = list(zip(places, names, strict=True))
    order = sorted((n for n, row in enumerate(rows) if usable[row]), key=keys.__getitem__)
    taken = {name: [values[n] for n in order] for name, values in leaves.items()}
    rows, names = [rows[n] for n in order], [names[n] for n in order]
    return _Events(items.take(pa.array(order, pa.int64())), taken, names, rows, len(batch))


def _anchors(events: _Events, renderer: Renderer, grid: FrameGrid) -> pa.ListArray:
    """The column of those that are sure enough, on the grid."""
    sure = [renderer.is_sure(confidence) for confidence in events.leaves["confidence"]]
    names = events.names
    classes = {name: renderer.class_of(EventKind(name[0]), name[1]) for name in set(names)}
    given: dict[str, Any] = dict(
        zip((f.name for f in events.items.type), events.items.flatten(), strict=True)
    )
    given["frame"] = pa.array(
        grid.frames_of(np.asarray(events.leaves["time"], dtype=float)), pa.int32()
    )
    given["class"] = pa.array([classes[name] for name in names], pa.int16())
    wanted = list(SCHEMA.field("anchors").type.value_type)
    items = pa.StructArray.from_arrays([given[field.name] for field in wanted], fields=wanted)
    rows = np.asarray(events.rows, dtype=np.int64)
    if not all(sure):
        items, rows = items.filter(pa.array(sure)), rows[np.asarray(sure)]
    counts = np.bincount(rows, minlength=events.num_rows)
    return _lists("anchors", [0, *accumulate(counts.tolist())], items)


def _lists(name: str, bounds: list[int], items: pa.Array) -> pa.ListArray:
    offsets = pa.array(bounds, pa.int32())
    return pa.ListArray.from_arrays(offsets, items, type=SCHEMA.field(name).type)


def _usable(batch: pa.RecordBatch) -> list[bool]:
    return list(pc.is_in(batch.column("status"), _USABLE).to_pylist())
