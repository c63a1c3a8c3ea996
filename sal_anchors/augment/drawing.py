"""Randomness that depends on what is drawn for, not on who draws or in which order."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, epoch: int, row_id: str) -> np.random.Generator:
    """The generator of all draws for a recording in an epoch: the same in every process and
    for every order and number of workers.

    Args:
        seed: of the run, >= 0.
        epoch: >= 0.
        row_id: of the recording.
    """
    return np.random.default_rng([seed, epoch, zlib.crc32(row_id.encode())])
