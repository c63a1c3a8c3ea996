"""More audio around and between examples: padding, shifting, concatenating."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import chain

import numpy as np

from sal_anchors.augment.cropping import crop
from sal_anchors.augment.example import Example, Samples, moved
from sal_anchors.augment.mixing import noise
from sal_anchors.errors import AugmentError

LOW_NOISE_RMS = 1e-4
"""Level of the noise that stands for silence: -80 dB below full scale."""


def pad(
    example: Example,
    *,
    before: int = 0,
    after: int = 0,
    rng: np.random.Generator,
    rms: float = LOW_NOISE_RMS,
) -> Example:
    """Low noise around the audio; moments move by ``before / sample_rate`` seconds, and streams
    are absent there.

    Args:
        example: what to pad.
        before: samples to put in front, >= 0.
        after: samples to append, >= 0.
        rng: draws the noise.
        rms: level of the noise, full scale at 1.

    Raises:
        AugmentError: a negative length.
    """
    head, tail = (_low_noise(count, rng, rms) for count in (before, after))
    samples = np.concatenate([head, example.samples, tail])
    return dataclasses.replace(moved(example, before), samples=samples)


def shift(
    example: Example, by: int, *, rng: np.random.Generator, rms: float = LOW_NOISE_RMS
) -> Example:
    """All sound later by ``by`` samples: low noise in front, or the first ``-by`` samples cut off.

    The length changes by ``by``; ``shift(shift(x, k), -k)`` is ``x`` for ``k >= 0``.

    Args:
        example: what to shift.
        by: samples, >= -N.
        rng: draws the noise.
        rms: level of the noise, full scale at 1.

    Raises:
        AugmentError: more to cut off than there is.
    """
    if by < 0:
        return crop(example, first=-by, length=len(example.samples))
    return pad(example, before=by, rng=rng, rms=rms)


def concatenate(
    examples: Sequence[Example],
    *,
    gaps: Sequence[int] = (),
    rng: np.random.Generator,
    rms: float = LOW_NOISE_RMS,
) -> Example:
    """Examples one after the other; moments and streams of each move by all samples before it.

    Args:
        examples: at least one, all at one rate.
        gaps: samples of low noise between neighbours, one fewer than examples; none if empty.
        rng: draws the noise.
        rms: level of the noise, full scale at 1.

    Raises:
        AugmentError: nothing to join, different rates, or another number of gaps.
    """
    rates = sorted({example.sample_rate for example in examples})
    if len(rates) != 1:
        raise AugmentError(
            f"examples at {' and '.join(map(str, rates))} Hz cannot be joined"
            if rates
            else "no examples to join",
            hint="Resample them to one rate first" if rates else "Give at least one",
        )
    if len(gaps) not in (0, len(examples) - 1):
        raise AugmentError(
            f"{len(gaps)} gaps for {len(examples)} examples",
            hint=f"Give {len(examples) - 1}, or none",
        )
    spaces = [_low_noise(gap, rng, rms) for gap in gaps] or [_low_noise(0, rng, rms)] * (
        len(examples) - 1
    )
    pieces = [examples[0].samples]
    for space, example in zip(spaces, examples[1:], strict=True):
        pieces += (space, example.samples)
    starts = np.cumsum([0, *map(len, pieces)])[:-1:2]
    parts = [moved(example, int(at)) for example, at in zip(examples, starts, strict=True)]
    return Example(
        samples=np.concatenate(pieces),
        sample_rate=rates[0],
        events=tuple(chain.from_iterable(part.events for part in parts)),
        words=tuple(chain.from_iterable(part.words for part in parts)),
        phones=tuple(chain.from_iterable(part.phones for part in parts)),
        id="+".join(part.id for part in parts),
        streams=tuple(chain.from_iterable(part.streams for part in parts)),
    )


def _low_noise(length: int, rng: np.random.Generator, rms: float) -> Samples:
    if length < 0:
        raise AugmentError(
            f"{length} samples cannot be put in", hint="Cut with shift or crop instead"
        )
    return np.float32(rms) * noise(length, "white", rng)
