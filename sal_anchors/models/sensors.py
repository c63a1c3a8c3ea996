"""Readings of sensors on the frame grid of the audio, without a look into the future."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.timebase import FrameGrid

Rows = NDArray[np.float32]


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

    With ``q = frame_end(t) / sample_rate * rate``, ``k = floor(q)`` and readings ``x``::

        hold    x[k]
        linear  x[k-1] + (q - k) * (x[k] - x[k-1])

    in exact fractions; ``x[-1]`` is ``x[0]``, and frames that end before the first reading have
    NaN. A row comes as soon as reading ``k`` is there.

    Args:
        grid: of the audio's frames.
        config: of the stream.
    """

    def __init__(self, grid: FrameGrid, config: SensorConfig):
        self.config = config
        self._grid = grid
        self._rate = Fraction(str(config.rate)) / grid.sample_rate
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
        rows = []
        while (row := self._row(received)) is not None:
            rows.append(row)
            self._frame += 1
        keep = max(0, len(self._kept) - 2)
        self._kept, self._first = self._kept[keep:], self._first + keep
        return np.array(rows, np.float32).reshape(-1, self.config.channels)

    def _row(self, received: int) -> Rows | None:
        """The next frame's values, or None while their reading has not been taken."""
        place = self._grid.frame_end(self._frame) * self._rate
        last = place.numerator // place.denominator
        if last < 0:
            return np.full(self.config.channels, np.nan, np.float32)
        if last >= received:
            return None
        newest: Rows = self._kept[last - self._first]
        if self.config.resampling == "hold":
            return newest
        before = self._kept[max(last - 1, 0) - self._first]
        between: Rows = before + np.float32(place - last) * (newest - before)
        return between


def on_frames(readings: ArrayLike, num_frames: int, grid: FrameGrid, config: SensorConfig) -> Rows:
    """The values of a recording's frames, float32 (num_frames, channels), as
    :class:`OnlineSensor` gives them; NaN in frames whose reading was never taken."""
    rows = np.full((num_frames, config.channels), np.nan, np.float32)
    found = OnlineSensor(grid, config).accept(readings)[:num_frames]
    rows[: len(found)] = found
    return rows


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
        ready = min(map(len, joined))
        self._waiting = [frames[ready:] for frames in joined]
        return np.concatenate([frames[:ready] for frames in joined], axis=1)
