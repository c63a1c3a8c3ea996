"""Reverberation in which edges stay where they are."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from sal_anchors.augment.example import Example, Samples, require_audio
from sal_anchors.errors import AugmentError


def reverberate(example: Example, response: Samples) -> Example:
    """The example as heard in a room, with the direct sound where it was; times stay.

    ``y[n] = g * sum_k response[d + k] * x[n - k]`` with ``d = direct_path(response)`` and ``g``
    such that ``y`` has the power of ``x``, clipped to full scale. Convolving alone would delay
    every sound by the ``d`` samples that it takes from mouth to microphone. The length stays:
    reverberation behind the last sample is cut off; pad before to keep it.

    Args:
        example: dry speech.
        response: float (M,), the room's impulse response at the example's rate, M > 0.

    Raises:
        AugmentError: a response that is empty, silent, not mono or not finite.
    """
    delay = direct_path(response)
    dry = example.samples.astype(np.float64)
    if not len(dry):
        return example
    wet = _convolved(dry, response.astype(np.float64))[delay : delay + len(dry)]
    power = np.mean(wet**2)
    level = np.sqrt(np.mean(dry**2) / power) if power else 0.0
    samples = np.clip(level * wet, -1.0, 1.0).astype(np.float32)
    return dataclasses.replace(example, samples=samples)


def direct_path(response: Samples) -> int:
    """Sample of the direct sound: the first peak of ``|response|`` that is at least half of its
    highest, which a reflection may be.

    Raises:
        AugmentError: a response that is empty, silent, not mono or not finite.
    """
    require_audio(response, "the impulse response")
    size = np.abs(response)
    if not size.any():
        raise AugmentError("the impulse response is silent", hint="Give another one")
    at = int(np.argmax(size >= size.max() / 2))
    while at + 1 < len(size) and size[at + 1] > size[at]:
        at += 1
    return at


def _convolved(dry: NDArray[np.float64], response: NDArray[np.float64]) -> NDArray[np.float64]:
    length = 1 << (len(dry) + len(response) - 2).bit_length()
    product = np.fft.rfft(dry, length) * np.fft.rfft(response, length)
    found: NDArray[np.float64] = np.fft.irfft(product, length)
    return found
