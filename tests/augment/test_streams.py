"""Readings stay with the sound that they were taken with."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.augment import Example, concatenate, crop, targets
from sal_anchors.events.event import Event, EventKind
from sal_anchors.models import SensorConfig, stream_columns
from sal_anchors.streams import Stream

from .strategies import streams
from .transforms import LENGTH, RATE, TRANSFORMS, rng

RECIPE = keyword_recipe(("please",))


def _example(*others: Stream) -> Example:
    return Example(np.zeros(LENGTH, np.float32), RATE, id="a-1", streams=others)


def _taken(example: Example, name: str) -> dict[float, Fraction]:
    """When each reading was taken, by its value."""
    return {
        float(value): stream.start + k / stream.rate
        for stream in example.streams
        if stream.name == name
        for k, value in enumerate(stream.readings[:, 0])
    }


@pytest.mark.parametrize("name", TRANSFORMS)
@settings(max_examples=15)
@given(stream=streams(LENGTH))
def test_each_reading_is_moved_exactly_as_the_sound_is(name: str, stream: Stream) -> None:
    case, before = TRANSFORMS[name], _example(stream)
    after = case.apply(before)
    moved = {
        value: at * case.scale + Fraction(case.offset, RATE)
        for value, at in _taken(before, stream.name).items()
    }
    length = Fraction(len(after.samples), after.sample_rate)
    if name in ("crop", "shift back"):
        moved = {value: at for value, at in moved.items() if 0 <= at < length}
    assert _taken(after, stream.name) == moved
    assert {other.name for other in after.streams} <= {stream.name}
    for other in after.streams:
        assert other.readings.dtype == np.float32
        assert other.readings.shape[1] == stream.readings.shape[1]


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("rate", [Fraction(50), Fraction(999, 10)])
def test_a_spike_at_the_anchor_is_still_at_the_anchor(name: str, rate: Fraction) -> None:
    at = Fraction(40) / rate
    event = Event(EventKind.KEYWORD_END, "please", float(at), float(at) / 2, float(at), 1, 0, "t")
    readings = np.zeros((int(LENGTH / RATE * rate), 1), np.float32)
    readings[40] = 1.0
    before = Example(
        np.zeros(LENGTH, np.float32), RATE, (event,), streams=(Stream("wrist", rate, readings),)
    )
    after = TRANSFORMS[name].apply(before)
    if after.sample_rate != RATE:
        return
    (anchor,) = targets(after, RECIPE).anchors
    grid = RECIPE.grid.grid()
    config = SensorConfig(name="wrist", rate=float(rate), channels=1)
    frames = grid.num_frames(len(after.samples))
    rows = stream_columns(after.streams, frames, grid, [config])[:, 0]
    first = int(np.flatnonzero(rows == 1.0)[0])
    assert first - anchor.frame in (0, 1)
    (exact,) = (taken for value, taken in _taken(after, "wrist").items() if value == 1.0)
    assert after.events[0].time == pytest.approx(float(exact), abs=1e-12)


def test_the_joined_streams_are_absent_in_the_gap_and_the_later_takes_over() -> None:
    config = SensorConfig(name="wrist", rate=10, channels=1)
    one, two = (
        Example(
            np.zeros(1_650, np.float32),
            RATE,
            streams=(Stream("wrist", Fraction(10), np.full((2, 1), value, np.float32)),),
        )
        for value in (1.0, 2.0)
    )
    grid = RECIPE.grid.grid()
    joined = concatenate([one, two], rng=rng())
    frames = grid.num_frames(len(joined.samples))
    rows = stream_columns(joined.streams, frames, grid, [config])[:, 0]
    change = next(t for t in range(frames) if grid.frame_end(t) >= 1_650)
    assert set(rows[:change]) == {1.0}
    assert set(rows[change:]) == {2.0}
    apart = concatenate([one, two], gaps=[RATE], rng=rng())
    frames = grid.num_frames(len(apart.samples))
    rows = stream_columns(apart.streams, frames, grid, [config])[:, 0]
    ends = np.array([grid.frame_end(t) for t in range(frames)])
    absent = (ends >= 3_200) & (ends < 1_650 + RATE)
    np.testing.assert_array_equal(np.isnan(rows), absent | (ends >= 1_650 + RATE + 3_200))


@given(streams(LENGTH), st.integers(0, LENGTH // 160), st.integers(0, LENGTH))
def test_a_crop_sees_what_the_whole_saw_from_its_first_reading_on(
    stream: Stream, hops: int, length: int
) -> None:
    config = SensorConfig(name=stream.name, rate=float(stream.rate), channels=2)
    grid = RECIPE.grid.grid()
    whole = _example(stream)
    cut = crop(whole, first=160 * hops, length=length)
    frames = grid.num_frames(len(cut.samples))
    before = stream_columns(whole.streams, hops + frames, grid, [config])[hops:]
    after = stream_columns(cut.streams, frames, grid, [config])
    for t in range(frames):
        if grid.frame_end(t) < len(cut.samples) and not np.isnan(after[t]).any():
            np.testing.assert_array_equal(after[t], before[t])
    present = ~np.isnan(after).any(axis=1)
    ends = np.array([grid.frame_end(t) for t in range(frames)])
    for piece in cut.streams:
        inside = (ends >= piece.start * RATE) & (ends < len(cut.samples))
        assert present[inside].all()
