"""Rows to and from columns: every field survives, and the columns are what others rely on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Reason, Status
from sal_anchors.align import Interval
from sal_anchors.anchors.anchor import Anchor
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.columns import from_batch, to_batch
from sal_anchors.manifest.schema import SCHEMA

text = st.text(st.characters(codec="utf-8"), max_size=12)
seconds = st.floats(0, 36_000)
single = st.floats(width=32, allow_nan=False)
intervals = st.lists(
    st.builds(Interval, text, seconds, seconds, st.none() | single), max_size=3
).map(tuple)
events = st.lists(
    st.builds(
        Event,
        *(st.sampled_from(EventKind), text, seconds, seconds, seconds, single, single, text),
    ),
    max_size=3,
).map(tuple)
anchors = st.lists(
    st.builds(
        Anchor,
        *(st.integers(0, 2**31 - 1), seconds, st.sampled_from(EventKind), text),
        *(st.integers(0, 2**15 - 1), single),
    ),
    max_size=3,
).map(tuple)

streams = st.lists(
    st.builds(StreamRef, text, text, seconds, st.integers(1, 2**31 - 1), text), max_size=3
).map(tuple)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    labels = draw(st.lists(st.integers(-(2**15), 2**15 - 1), max_size=20))
    weights = draw(st.lists(single, min_size=len(labels), max_size=len(labels)))
    return Row(
        id=draw(text),
        status=draw(st.sampled_from(Status)),
        reason=draw(st.none() | st.sampled_from(Reason)),
        message=draw(text),
        audio=draw(text),
        start=draw(seconds),
        sample_rate=draw(st.integers(0, 192_000)),
        num_samples=draw(st.integers(0, 2**40)),
        content_hash=draw(text),
        transcript=draw(st.none() | text),
        speaker=draw(st.none() | text),
        split=draw(st.sampled_from(["train", "dev", "test"])),
        streams=draw(streams),
        score=draw(st.none() | single),
        words=draw(intervals),
        engine_words=draw(intervals),
        phones=draw(intervals),
        events=draw(events),
        anchors=draw(anchors),
        num_frames=len(labels),
        labels=np.array(labels, dtype=np.int16),
        weights=np.array(weights, dtype=np.float32),
    )


def _same(one: Row, other: Row) -> None:
    for field in fields(Row):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert ours == theirs, field.name
            assert type(ours) is type(theirs), field.name


@given(st.lists(rows(), max_size=4))
def test_every_field_survives_the_columns(given_rows: list[Row]) -> None:
    for one, other in zip(given_rows, from_batch(to_batch(given_rows)), strict=True):
        _same(one, other)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_rows=st.lists(rows(), max_size=4))
def test_every_field_survives_the_disk(
    tmp_path_factory: pytest.TempPathFactory,
    write_rows: Callable[..., object],
    given_rows: list[Row],
) -> None:
    plain = [
        Row(**{f.name: getattr(row, f.name) for f in fields(Row)} | {"id": f"{n}", "words": ()})
        for n, row in enumerate(given_rows)
    ]
    folder = tmp_path_factory.mktemp("rows") / "x.anchors"
    write_rows(folder, plain)
    for one, other in zip(plain, Manifest.open(folder).rows(), strict=True):
        _same(one, other)


def test_a_row_survives_in_a_slice_of_a_batch(make_row: Callable[..., Row]) -> None:
    given_rows = [
        make_row(f"{n}", labels=np.full(n, n, np.int16), weights=np.full(n, n, np.float32))
        for n in range(5)
    ]
    _same(given_rows[3], next(from_batch(to_batch(given_rows).slice(3, 1))))


PUBLISHED = {
    "id": pa.string(),
    "status": pa.string(),
    "reason": pa.string(),
    "audio": pa.string(),
    "sample_rate": pa.int32(),
    "num_samples": pa.int64(),
    "transcript": pa.string(),
    "num_frames": pa.int64(),
    "labels": pa.list_(pa.int16()),
    "weights": pa.list_(pa.float32()),
}
NESTED = {
    "words": ["label", "start", "end", "score"],
    "events": ["kind", "label", "time", "start", "end", "confidence", "uncertainty"],
    "anchors": ["frame", "time", "kind", "label", "class", "confidence"],
}


def test_the_published_columns_keep_their_names_and_types() -> None:
    for name, type_ in PUBLISHED.items():
        assert SCHEMA.field(name).type == type_
    for name, inner in NESTED.items():
        names = [field.name for field in SCHEMA.field(name).type.value_type]
        assert names[: len(inner)] == inner


def _part(manifest: Manifest) -> Path:
    return manifest.path / manifest.header.parts[0].file


def test_the_parts_open_in_plain_pyarrow(speech_manifest: Manifest) -> None:
    table = pq.read_table(_part(speech_manifest))
    assert table.num_rows == 12
    assert {*PUBLISHED, *NESTED} <= set(table.column_names)
    grid = speech_manifest.grid
    for row in table.to_pylist():
        assert len(row["labels"]) == len(row["weights"]) == row["num_frames"] > 0
        assert row["num_frames"] == grid.num_frames(row["num_samples"])
        for anchor in row["anchors"]:
            assert anchor["frame"] == grid.frame_of(anchor["time"]) < row["num_frames"]


def test_the_parts_open_in_polars(speech_manifest: Manifest) -> None:
    frame = polars.read_parquet(_part(speech_manifest))
    assert {*PUBLISHED, *NESTED} <= set(frame.columns)
    assert frame["labels"].list.len().to_list() == frame["num_frames"].to_list()
    assert frame["weights"].list.len().to_list() == frame["num_frames"].to_list()
    found: Any = frame.select("id", "anchors").explode("anchors").unnest("anchors")
    ends = found.filter(polars.col("kind") == "keyword_end")
    assert ends["label"].unique().to_list() == ["please"]
    said = frame["transcript"].str.to_lowercase().str.count_matches("please").sum()
    assert len(ends) == said == 6
