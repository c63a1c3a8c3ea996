"""Louder, softer, and noise at a signal-to-noise ratio; times stay."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from sal_anchors.augment.example import Example, Samples, require_audio

Colour = Literal["white", "pink"]


def gain(example: Example, db: float) -> Example:
    """Samples times ``10^(db / 20)``, clipped to full scale."""
    louder = example.samples * np.float32(10.0 ** (db / 20))
    return dataclasses.replace(example, samples=np.clip(louder, -1.0, 1.0))


def add_noise(
    example: Example, snr_db: float, *, colour: Colour = "white", rng: np.random.Generator
) -> Example:
    """Synthetic noise at a signal-to-noise ratio over the whole example, clipped to full scale.

    The noise has the power ``mean(samples^2) / 10^(snr_db / 10)``.
    """
    return _mixed(example, noise(len(example.samples), colour, rng), snr_db)


def mix(example: Example, background: Samples, snr_db: float, *, first: int = 0) -> Example:
    """A recorded background at a signal-to-noise ratio over the whole example.

    The background begins at its sample ``first``, is repeated as often as needed, and is scaled
    so that what is added has the power ``mean(samples^2) / 10^(snr_db / 10)``; where it is digital
    silence all along, nothing is added. The sum is clipped to full scale.

    Args:
        example: the speech.
        background: float32 (M,), at the example's rate, M > 0.
        snr_db: decibels.
        first: sample of the background, >= 0.

    Raises:
        AugmentError: a background that is empty, not mono, or not finite.
    """
    require_audio(background, "the background")
    heard = np.arange(first, first + len(example.samples)) % len(background)
    added = background[heard].astype(np.float32)
    level = _rms(added)
    return _mixed(example, added / np.float32(level), snr_db) if level else example


def noise(length: int, colour: Colour, rng: np.random.Generator) -> Samples:
    """Gaussian noise (length,) of unit power: ``white``, or ``pink`` (power falls as 1/f)."""
    if colour == "white" or length < 2:
        return rng.standard_normal(length, dtype=np.float32)
    fast_length = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(fast_length, dtype=np.float32))
    spectrum[0] = 0.0
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    pink = np.fft.irfft(spectrum)[:length]
    unit: Samples = (pink / np.sqrt(np.mean(pink**2))).astype(np.float32)
    return unit


def _mixed(example: Example, unit: Samples, snr_db: float) -> Example:
    level = np.float32(_rms(example.samples) * 10.0 ** (-snr_db / 20))
    noisy = np.clip(example.samples + level * unit, -1.0, 1.0)
    return dataclasses.replace(example, samples=noisy)


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
