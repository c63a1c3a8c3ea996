"""Readings of sensors on the frame grid of the audio, without a look into the future."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.streams import Stream, exact_rate
from sal_anchors.timebase import FrameGrid

Rows = NDArray[np.float32]

_LARGEST = 1 << 62
_AT_START = Fraction(0)


class SensorConfig(BaseModel):
    """A stream of readings beside the audio; reading ``k`` is taken at ``k / rate`` seconds.

    Attributes:
        name: of the stream.
        rate: readings a second.
        channels: values a reading.
        resampling: ``hold``: a frame has the last reading taken up to its end. ``linear``: between
            the last reading and the one before, one reading's time (``1 / rate``) late, so that
            no later reading is needed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    rate: float = Field(gt=0, le=1_000_000)
    channels: int = Field(ge=1, le=4_096)
    resampling: Literal["hold", "linear"] = "hold"

    @property
    def delay_seconds(self) -> float:
        """How far the values of a frame lie behind its end, beyond the age of the last reading."""
        return 1 / self.rate if self.resampling == "linear" else 0.0


class OnlineSensor:
    """Readings in pieces of any size in, a row of values for each frame out.

    With ``q = (frame_end(t) / sample_rate - start) * rate``, ``k = floor(q)`` and readings ``x``::

        hold    x[k]
        linear  x[k-1] + (q - k) * (x[k] - x[k-1])

    in exact fractions; ``x[-1]`` is ``x[0]``, and frames that end before the first reading have
    NaN. A row comes as soon as reading ``k`` is there.

    Args:
        grid: of the audio's frames.
        config: of the stream.
        rate: readings a second; None for that of the configuration.
        start: seconds from the first sample to the first reading.
    """

    def __init__(
        self,
        grid: FrameGrid,
        config: SensorConfig,
        *,
        rate: Fraction | None = None,
        start: Fraction = _AT_START,
    ):
        self.config = config
        self._grid = grid
        rate = exact_rate(config.rate) if rate is None else rate
        slope, offset = rate / grid.sample_rate, -start * rate
        self._unit = slope.denominator * offset.denominator
        self._slope, self._offset = int(slope * self._unit), int(offset * self._unit)
        self._kept = np.zeros((0, config.channels), np.float32)
        self._first = 0
        self._frame = 0

    def accept(self, readings: ArrayLike) -> Rows:
        """Take ``readings`` (n, channels); return the rows (k, channels) they complete.

        Raises:
            ValueError: if the shape is another.
        """
        values = np.asarray(readings, dtype=np.float32)
        if values.ndim != 2 or values.shape[1] != self.config.channels:
            raise ValueError(
                f"readings of {self.config.name!r} must be (n, {self.config.channels}), "
                f"got shape {values.shape}"
            )
        self._kept = np.concatenate([self._kept, values])
        received = self._first + len(self._kept)
        rows = self._rows(max(self._frame, self._complete(received)))
        keep = max(0, len(self._kept) - 2)
        self._kept, self._first = self._kept[keep:], self._first + keep
        return rows

    def _complete(self, received: int) -> int:
        """The first frame whose reading has not been taken, >= 0."""
        left = received * self._unit - self._offset - self._grid.frame_end(0) * self._slope
        return max(0, -(-left // (self._grid.hop * self._slope)))

    def _rows(self, end: int) -> Rows:
        """The rows of all frames up to ``end``."""
        last, between = self._places(self._frame, end)
        self._frame = end
        rows = np.full((len(last), self.config.channels), np.nan, np.float32)
        taken = last >= 0
        at = last[taken] - self._first
        newest = self._kept[at]
        if self.config.resampling == "hold":
            rows[taken] = newest
        else:
            before = self._kept[np.maximum(at - 1, -self._first)]
            rows[taken] = before + between[taken, None] * (newest - before)
        return rows

    def _places(self, first: int, end: int) -> tuple[NDArray[np.int64], Rows]:
        """``k`` and ``q - k`` of frames; in integers of any size where 64 bits are too few."""
        largest = abs(self._grid.frame_end(end)) * self._slope + abs(self._offset)
        kind: Any = np.int64 if largest < _LARGEST else object
        ends = self._grid.frame_end(0) + self._grid.hop * np.arange(first, end).astype(kind)
        places = ends * self._slope + self._offset
        last = (places // self._unit).astype(np.int64)
        return last, (places % self._unit / self._unit).astype(np.float32)


def on_frames(
    readings: ArrayLike,
    num_frames: int,
    grid: FrameGrid,
    config: SensorConfig,
    *,
    rate: Fraction | None = None,
    start: Fraction = _AT_START,
) -> Rows:
    """The values of a recording's frames, float32 (num_frames, channels), as
    :class:`OnlineSensor` gives them; NaN in frames whose reading was never taken."""
    rows = np.full((num_frames, config.channels), np.nan, np.float32)
    found = OnlineSensor(grid, config, rate=rate, start=start).accept(readings)[:num_frames]
    rows[: len(found)] = found
    return rows


def stream_columns(
    streams: Sequence[Stream], num_frames: int, grid: FrameGrid, sensors: Sequence[SensorConfig]
) -> Rows:
    """The values of several sensors side by side, float32 (num_frames, sum of their channels).

    Args:
        streams: of a recording, in any order; of several of one name, a later one takes over
            with its first reading. Those that no sensor is called after are left alone.
        num_frames: of the recording.
        grid: of its frames.
        sensors: in the order of their columns; NaN where a stream is absent.

    Raises:
        ValueError: a stream has another number of channels than its sensor.
    """
    columns = [np.zeros((num_frames, 0), np.float32)]
    for config in sensors:
        rows = np.full((num_frames, config.channels), np.nan, np.float32)
        for stream in streams:
            if stream.name == config.name:
                found = on_frames(
                    stream.readings, num_frames, grid, config, rate=stream.rate, start=stream.start
                )
                present = ~np.isnan(found).any(axis=1)
                rows[present] = found[present]
        columns.append(rows)
    return np.concatenate(columns, axis=1)


class Join:
    """Frames of several streams that arrive at their own pace, side by side.

    Args:
        widths: columns of each stream, in their order.
    """

    def __init__(self, *widths: int):
        self._waiting = [np.zeros((0, width), np.float32) for width in widths]

    def accept(self, *pieces: Rows) -> Rows:
        """Take new frames (n_i, width_i) of each stream; return those (k, sum of widths) that
        every stream has brought."""
        joined = [np.concatenate(pair) for pair in zip(self._waiting, pieces, strict=True)]
        return self._taken(joined, min(map(len, joined)))

    def flush(self, first: Rows) -> Rows:
        """Take the last frames of the first stream; return all that it has left, with NaN where
        another has not brought its own, and forget what others have brought beyond."""
        joined = [np.concatenate([self._waiting[0], first]), *self._waiting[1:]]
        ready = len(joined[0])
        missing = [np.full((max(0, ready - len(f)), f.shape[1]), np.nan) for f in joined]
        filled = [np.concatenate(pair) for pair in zip(joined, missing, strict=True)]
        rows = self._taken([frames.astype(np.float32) for frames in filled], ready)
        self._waiting = [frames[:0] for frames in self._waiting]
        return rows

    def _taken(self, joined: list[Rows], ready: int) -> Rows:
        self._waiting = [frames[ready:] for frames in joined]
        return np.concatenate([frames[:ready] for frames in joined], axis=1)
