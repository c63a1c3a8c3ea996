"""Recordings of hours: samples that are decoded where they are asked for, block by block."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sal_anchors.audio import Recording, content_hash, probe_recording, read_recording
from sal_anchors.timebase import FrameGrid

_WHOLE_SECONDS = 300.0
_BLOCK_SECONDS = 60
_MARGIN_SECONDS = 1.0
_BLOCKS_KEPT = 2


class Samples(Protocol):
    """Float32 samples, mono, that need not be in memory; a one-dimensional array is one too."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, where: slice, /) -> NDArray[np.float32]:
        """Those of a slice without a step."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LazySamples:
    """Samples of a long stretch of a file; the last few blocks that were asked for are kept.

    Attributes:
        path: the file.
        grid: gives the sample rate.
        start: seconds from the file's start, on one of its samples.
        length: samples at the grid's rate.
        channel: as for :func:`sal_anchors.audio.read_recording`.
    """

    path: Path
    grid: FrameGrid
    start: float
    length: int
    channel: int | None
    _blocks: OrderedDict[int, NDArray[np.float32]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, where: slice, /) -> NDArray[np.float32]:
        first, stop, _ = where.indices(self.length)
        size = _BLOCK_SECONDS * self.grid.sample_rate
        parts = [
            self._block(number)[max(0, first - number * size) : stop - number * size]
            for number in range(first // size, -(-stop // size))
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    def _block(self, number: int) -> NDArray[np.float32]:
        if number not in self._blocks:
            self._blocks[number] = self._decoded(number)
            while len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _decoded(self, number: int) -> NDArray[np.float32]:
        """A block; what stands beside it is decoded too, for the resampling filter."""
        rate = self.grid.sample_rate
        first = number * _BLOCK_SECONDS
        last = min(first + _BLOCK_SECONDS, self.length / rate)
        before = _MARGIN_SECONDS if number else 0.0
        after = min(_MARGIN_SECONDS, self.length / rate - last)
        decoded = read_recording(
            self.path,
            self.grid,
            start=self.start + first - before,
            duration=before + last - first + after,
            channel=self.channel,
        ).samples
        begin = round(before * rate)
        wanted = min(_BLOCK_SECONDS * rate, self.length - first * rate)
        samples = decoded[begin : begin + wanted]
        return np.pad(samples, (0, wanted - len(samples)))


@dataclass(frozen=True, slots=True, eq=False)
class OpenRecording:
    """A stretch of audio whose samples may still be in the file; see :class:`Recording`."""

    samples: Samples
    source_rate: int
    source_samples: int
    content_hash: str


def open_recording(
    path: Path,
    grid: FrameGrid,
    *,
    start: float = 0.0,
    duration: float | None = None,
    channel: int | None = None,
) -> Recording | OpenRecording:
    """As :func:`sal_anchors.audio.read_recording`, but a stretch of more than five minutes is
    decoded when its samples are asked for, so that memory does not grow with its length.

    Raises:
        AudioError: as ``read_recording``; for long stretches what is wrong inside them is found
            when it is reached.
    """
    info = probe_recording(path)
    first = round(start * info.sample_rate)
    left = info.num_samples - first
    count = left if duration is None else min(left, round(duration * info.sample_rate))
    if count <= _WHOLE_SECONDS * info.sample_rate:
        return read_recording(path, grid, start=start, duration=duration, channel=channel)
    read_recording(path, grid, start=start, duration=_MARGIN_SECONDS, channel=channel)
    length = grid.resampled(count, info.sample_rate)
    samples = LazySamples(path, grid, first / info.sample_rate, length, channel)
    return OpenRecording(samples, info.sample_rate, count, content_hash(path))
