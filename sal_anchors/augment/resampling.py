"""Another speed, another sample rate; resampling is by soxr at its high quality, without delay."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import soxr

from sal_anchors.augment.example import Example, Samples, stretched
from sal_anchors.errors import AugmentError

_FASTEST = 10


def speed(example: Example, ratio: Fraction) -> Example:
    """The example ``ratio`` times as fast, as a tape: pitch rises with speed.

    With ``ratio = p / q``, ``N`` samples become ``floor(N * q / p + 1/2)``, and each time ``t``,
    uncertainties included, becomes ``t * q / p``: two roundings of a float64, 1e-11 s at 10 hours.

    Args:
        example: what to play faster or slower.
        ratio: such as ``Fraction(11, 10)``, in [1/10, 10].

    Raises:
        AugmentError: a ratio out of range.
    """
    if not Fraction(1, _FASTEST) <= ratio <= _FASTEST:
        raise AugmentError(
            f"speed ratio {ratio} is not in [1/{_FASTEST}, {_FASTEST}]",
            hint="Speech stays speech between about 0.9 and 1.1",
        )
    samples = resampled(example.samples, ratio.numerator, ratio.denominator)
    return dataclasses.replace(stretched(example, 1 / ratio), samples=samples)


def resample(example: Example, sample_rate: int) -> Example:
    """The example at another sample rate; times are seconds and stay.

    Args:
        example: what to resample.
        sample_rate: Hz, > 0.

    Raises:
        AugmentError: a rate that is none.
    """
    if sample_rate <= 0:
        raise AugmentError(f"sample rate {sample_rate} Hz", hint="Give one above 0")
    samples = resampled(example.samples, example.sample_rate, sample_rate)
    return dataclasses.replace(example, samples=samples, sample_rate=sample_rate)


def resampled(samples: Samples, rate: int, target: int) -> Samples:
    """``floor(N * target / rate + 1/2)`` samples; sample ``n`` goes to ``n * target / rate``.

    Peaks between samples may rise above full scale; they are cut there.
    """
    if rate == target or not len(samples):
        return samples
    found = soxr.resample(samples, rate, target, quality="HQ")
    result = np.zeros((2 * len(samples) * target + rate) // (2 * rate), np.float32)
    count = min(len(found), len(result))
    np.clip(found[:count], -1.0, 1.0, out=result[:count])
    return result
