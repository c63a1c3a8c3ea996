"""What a detector sees of a recording: features of the audio, and the columns of its sensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sal_anchors.features import LogMelConfig, OnlineLogMel, log_mel
from sal_anchors.models.sensors import Join, OnlineSensor, SensorConfig, stream_columns
from sal_anchors.streams import Stream
from sal_anchors.timebase import FrameGrid

Inputs = NDArray[np.float32]


def model_inputs(
    samples: ArrayLike,
    streams: Sequence[Stream],
    grid: FrameGrid,
    features: LogMelConfig,
    sensors: Sequence[SensorConfig] = (),
) -> Inputs:
    """Audio features and sensor columns of a recording, float32 (T, F + sum of the channels).

    Args:
        samples: (N,), mono, full scale at +-1, at the grid's rate.
        streams: beside the audio; see :func:`~sal_anchors.models.stream_columns`.
        grid: of the frames.
        features: of the audio.
        sensors: of the model (:func:`~sal_anchors.models.sensors_of`); columns are NaN where
            their stream is absent.
    """
    audio = log_mel(samples, grid, features)
    return beside(audio, stream_columns(streams, len(audio), grid, sensors))


def beside(audio: Inputs, columns: Inputs) -> Inputs:
    """Features (T, F) and columns (T, S) as one matrix (T, F + S)."""
    return np.concatenate([audio, columns], axis=1) if columns.shape[1] else audio


def silent_inputs(frames: int, features: LogMelConfig, sensors: Sequence[SensorConfig]) -> Inputs:
    """Frames of silence with all streams absent, (frames, F + sum of the channels)."""
    silence = np.full((frames, features.num_bins), features.floor, np.float32)
    width = sum(sensor.channels for sensor in sensors)
    return beside(silence, np.full((frames, width), np.nan, np.float32))


class OnlineInputs:
    """:func:`model_inputs` for streams in pieces of any size, each at its own pace; equal to it
    bit for bit. A frame comes as soon as audio and all sensors have brought it.

    Args:
        grid: of the frames.
        features: of the audio.
        sensors: of the model.
    """

    def __init__(
        self, grid: FrameGrid, features: LogMelConfig, sensors: Sequence[SensorConfig] = ()
    ):
        self.config, self.sensors = features, tuple(sensors)
        self._grid = grid
        self._audio = OnlineLogMel(grid, features)
        self.start()

    def start(self, starts: Mapping[str, Fraction | None] | None = None) -> None:
        """Forget all, and begin anew.

        Args:
            starts: seconds from the first sample to the first reading, by stream; None for one
                that is absent, which no frame waits for; 0 for those not named.
        """
        self._audio.flush()
        begins = [(starts or {}).get(sensor.name, Fraction(0)) for sensor in self.sensors]
        self._online = [
            None if begin is None else OnlineSensor(self._grid, sensor, start=begin)
            for sensor, begin in zip(self.sensors, begins, strict=True)
        ]
        self._join = Join(self.config.num_bins, *(sensor.channels for sensor in self.sensors))

    def accept(self, samples: ArrayLike, streams: Mapping[str, ArrayLike] | None = None) -> Inputs:
        """Take samples (n,) and readings (m, channels) by stream; return the frames (k, F + sum
        of the channels) that are now complete. Readings of NaN say that there are none.

        Raises:
            ValueError: a stream that the model does not have, or readings of another shape.
        """
        given = streams or {}
        if unknown := sorted(given.keys() - {sensor.name for sensor in self.sensors}):
            raise ValueError(f"no stream {', '.join(unknown)}; there are {self._names()}")
        audio = self._audio.accept(samples)
        rows = [
            np.full((len(audio), sensor.channels), np.nan, np.float32)
            if online is None
            else online.accept(given.get(sensor.name, np.zeros((0, sensor.channels))))
            for sensor, online in zip(self.sensors, self._online, strict=True)
        ]
        return self._join.accept(audio, *rows)

    def flush(self) -> Inputs:
        """The frames (k, F + sum of the channels) of the audio that are still to come, the begun
        ones filled up with silence, streams absent where they brought nothing; begins anew."""
        frames = self._join.flush(self._audio.flush())
        self.start()
        return frames

    def _names(self) -> str:
        return ", ".join(sensor.name for sensor in self.sensors) or "none"
