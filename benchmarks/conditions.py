"""Recordings as they come in the field: noise, a room, a telephone, a far or a clipped microphone.

Truth stays where it is: each condition keeps every sample at its time.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16_000
CONDITIONS = (
    "clean",
    "20 dB SNR",
    "15 dB SNR",
    "10 dB SNR",
    "room",
    "far room",
    "8 kHz",
    "-30 dB gain",
    "clipped",
)
_ROOMS = {"room": 6.0, "far room": 2.0}

Samples = NDArray[np.float32]


class Conditions:
    """Makes each condition of a recording.

    Args:
        noises: the ``esc10-folds1-4`` folder.
        seed: of noises, places and rooms.
    """

    def __init__(self, noises: Path, seed: int):
        rows = map(json.loads, (noises / "utterances.jsonl").read_text("utf-8").splitlines())
        read = (soundfile.read(noises / row["audio"], dtype="float32")[0] for row in rows)
        self._noises = [noise for noise in read if np.square(noise).mean() > 1e-8]
        self._seed = seed

    def make(self, condition: str, samples: Samples, number: int) -> Samples:
        """The recording of that number under a condition; float32 in [-1, 1] at 16 kHz."""
        rng = np.random.default_rng([self._seed, CONDITIONS.index(condition), number])
        if condition.endswith("SNR"):
            made = self._noisy(samples, float(condition.split()[0]), rng)
        elif condition in _ROOMS:
            made = _reverberant(samples, rng.uniform(0.2, 0.5), _ROOMS[condition], rng)
        elif condition == "8 kHz":
            made = _telephone(samples)
        elif condition == "-30 dB gain":
            made = np.rint(samples * 10**-1.5 * 32768) / 32768
        elif condition == "clipped":
            made = 0.9 * np.clip(samples * 0.8 / np.sqrt(np.square(samples).mean()), -1, 1)
        else:
            made = samples
        loudest = float(np.abs(made).max())
        return np.asarray(made / max(1.0, loudest / 0.99), dtype=np.float32)

    def _noisy(self, samples: Samples, snr: float, rng: np.random.Generator) -> Samples:
        noise = self._noises[rng.integers(len(self._noises))]
        noise = np.tile(noise, len(samples) // len(noise) + 2)
        noise = noise[rng.integers(len(noise) - len(samples)) :][: len(samples)]
        power = np.square(noise).mean() + 1e-12
        gain = float(np.sqrt(np.square(samples).mean() / power / 10 ** (snr / 10)))
        return (samples + gain * noise).astype(np.float32)


def _reverberant(samples: Samples, rt60: float, drr: float, rng: np.random.Generator) -> Samples:
    """A direct path at time 0, and from 3 ms on noise that decays by 60 dB in ``rt60`` seconds,
    ``drr`` dB below it."""
    length = round(rt60 * RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: round(0.003 * RATE)] = 0
    response = tail / np.sqrt(np.square(tail).sum()) * 10 ** (-drr / 20)
    response[0] = 1
    size = len(samples) + length
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def _telephone(samples: Samples) -> Samples:
    narrow = soxr.resample(soxr.resample(samples, RATE, RATE // 2), RATE // 2, RATE)
    return np.pad(narrow, (0, max(0, len(samples) - len(narrow))))[: len(samples)]
