"""The audio of an utterance, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.pocketsphinx.settings import GRID
from sal_anchors.audio import read_recording
from sal_anchors.corpus.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Stretch:
    """An utterance whose audio need not fit into memory.

    Attributes:
        utterance: names the file.
        seconds: its length.
    """

    utterance: Utterance
    seconds: float

    def read(self, start: float = 0.0, stop: float | None = None) -> NDArray[np.float32]:
        """Samples between two times of the utterance, float32 (N,) at 16 kHz.

        Raises:
            AudioError: as :func:`sal_anchors.audio.read_recording`.
        """
        whole = start == 0.0 and (stop is None or stop >= self.seconds)
        end = self.seconds if stop is None else min(stop, self.seconds)
        return read_recording(
            self.utterance.audio,
            GRID,
            start=self.utterance.start + start,
            duration=self.utterance.duration if whole else end - start,
            channel=self.utterance.channel,
        ).samples

    def blocks(self, start: float, seconds: float) -> Iterator[NDArray[np.float32]]:
        """All samples from a time on, in order, ``seconds`` of them at a time."""
        while start < self.seconds:
            yield self.read(start, start + seconds)
            start += seconds
