"""Packed rows: each value as Arrow gives it, and nothing else taken for a row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Reason, Status
from sal_anchors.align import Interval
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row
from sal_anchors.manifest.columns import from_batch, to_batch
from sal_anchors.manifest.packed import pack_rows, unpack_row

single = st.floats(width=32)
text = st.text(max_size=5)
intervals = st.builds(Interval, text, st.floats(), st.floats(), *([st.none() | single] * 4))
events = st.builds(
    Event, st.sampled_from(EventKind), text, *([st.floats()] * 3), single, single, text
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    frames = draw(st.integers(0, 4))
    reason = draw(st.none() | st.sampled_from(Reason))
    return Row(
        id=draw(text),
        status=reason.status if reason else Status.OK,
        reason=reason,
        audio=draw(text),
        split="train",
        channel=draw(st.none() | st.integers(0, 3)),
        score=draw(st.none() | single),
        num_samples=draw(st.integers(0, 2**40)),
        words=tuple(draw(st.lists(intervals, max_size=3))),
        events=tuple(draw(st.lists(events, max_size=3))),
        num_frames=frames,
        labels=np.arange(frames, dtype=np.int16) - 100,
        weights=np.asarray(draw(st.lists(single, min_size=frames, max_size=frames)), np.float32),
    )


def _shown(row: Row) -> list[str]:
    """With the types of values, and nan equal to nan."""
    shown = [repr(getattr(row, field.name)) for field in fields(Row)]
    return [*shown, str(row.labels.dtype), row.weights.tobytes().hex()]


@given(st.lists(rows(), max_size=4), st.integers(0, 3))
def test_a_packed_row_is_the_row_that_arrow_gives(found: list[Row], first: int) -> None:
    batch = to_batch(found).slice(first)
    given_, expected = map(unpack_row, pack_rows(batch)), from_batch(batch)
    assert list(map(_shown, given_)) == list(map(_shown, expected))


def test_a_value_that_is_none_is_told_from_one_that_is_no_number() -> None:
    words = (Interval("a", 0.0, 1.0, math.nan), Interval("b", 1.0, 2.0, None))
    row = Row(id="a", status=Status.OK, audio="a", split="dev", words=words)
    (again,) = map(unpack_row, pack_rows(to_batch([row])))
    assert math.isnan(again.words[0].score or 0.0)
    assert again.words[1].score is None


def _changed(row: Row, place: int, value: Any) -> bytes:
    (packed,) = pack_rows(to_batch([row]))
    cells = msgspec.msgpack.decode(packed)
    cells[place] = value
    return msgspec.msgpack.encode(cells)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", 7),
        ("status", "fine"),
        ("num_samples", "many"),
        ("labels", b"\0"),
        ("weights", "x"),
        ("words", [["please"], b"12345678"]),
        ("words", [["a", "b"], b"", b"", b"", b"", b"", b""]),
        ("words", [[1], *[b""] * 6]),
        ("words", 5),
    ],
)
def test_what_is_no_row_is_refused(make_row: Callable[..., Row], name: str, value: Any) -> None:
    place = [field.name for field in fields(Row)].index(name)
    with pytest.raises((msgspec.MsgspecError, TypeError, ValueError)):
        unpack_row(_changed(make_row(), place, value))


def test_what_is_no_message_is_refused(make_row: Callable[..., Row]) -> None:
    (packed,) = pack_rows(to_batch([make_row()]))
    for end in range(0, len(packed), 37):
        with pytest.raises(msgspec.MsgspecError):
            unpack_row(packed[:end])
