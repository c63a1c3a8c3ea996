"""SpecAugment: stretches of features masked in time and in frequency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]


def mask(
    features: Features,
    *,
    rng: np.random.Generator,
    time_masks: int = 2,
    time_width: int = 20,
    bin_masks: int = 2,
    bin_width: int = 8,
    protect: Sequence[int] = (),
    around: int = 0,
) -> Features:
    """A copy in which stretches of frames, and of bins, hold each bin's mean over the recording.

    Each mask has a width uniform in ``[0, width]`` and a place uniform among those where it fits.
    A mask of frames fits where it covers none of the protected ones; masks of bins cross them all.
    Source: Park et al., "SpecAugment", Interspeech 2019, arXiv 1904.08779, without time warping.

    Args:
        features: float32 (T, F).
        rng: draws widths and places.
        time_masks: how many of frames, >= 0.
        time_width: longest, frames.
        bin_masks: how many of bins, >= 0.
        bin_width: widest, bins.
        protect: frames no time mask covers, such as those of anchors; outside [0, T) they say
            nothing.
        around: frames on each side of a protected one that are protected too.
    """
    masked = features.copy()
    if not features.size:
        return masked
    means = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    closed = np.zeros(len(features), bool)
    for frame in protect:
        closed[max(0, frame - around) : max(0, frame + around + 1)] = True
    for _ in range(time_masks):
        masked[_stretch(closed, time_width, rng)] = means
    every_bin = np.zeros(features.shape[1], bool)
    for _ in range(bin_masks):
        bins = _stretch(every_bin, bin_width, rng)
        masked[:, bins] = means[bins]
    return masked


def _stretch(closed: NDArray[np.bool_], longest: int, rng: np.random.Generator) -> slice:
    width = int(rng.integers(min(longest, len(closed)) + 1))
    closed_before = np.concatenate([[0], np.cumsum(closed)])
    places = np.flatnonzero(closed_before[width:] == closed_before[: len(closed_before) - width])
    if not len(places):
        return slice(0, 0)
    first = int(rng.choice(places))
    return slice(first, first + width)
