"""Digital silence at the ends of a recording, which the engine must not see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.pocketsphinx.settings import GRID

_SILENCE_DBFS = -75.0
_KEPT_SECONDS = 0.5


def audible(samples: NDArray[np.float32]) -> slice:
    """The samples from half a second before the first 10 ms louder than -75 dBFS to half a second
    behind the last; all where none are.

    Seconds of nothing shift the cepstral mean that the engine takes off, and with it words.
    """
    hop = GRID.hop
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / hop
    loud = np.flatnonzero(power > 10 ** (_SILENCE_DBFS / 10))
    if not len(loud):
        return slice(0, len(samples))
    kept = round(_KEPT_SECONDS * GRID.sample_rate)
    first, stop = int(loud[0]) * hop - kept, (int(loud[-1]) + 1) * hop + kept
    return slice(max(0, first), min(len(samples), stop))
