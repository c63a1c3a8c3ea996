"""Narrow channels: less bandwidth, and the codecs of telephones, without delay; times stay."""

from __future__ import annotations

import dataclasses
import io
from typing import Literal, get_args

import numpy as np
import soundfile

from sal_anchors.augment.example import Example, Samples
from sal_anchors.augment.resampling import resampled
from sal_anchors.errors import AugmentError

Codec = Literal["ulaw", "alaw", "gsm"]

_TELEPHONE_RATE = 8_000
_SUBTYPES: dict[Codec, str] = {"ulaw": "ULAW", "alaw": "ALAW", "gsm": "GSM610"}


def band_limit(example: Example, rate: int) -> Example:
    """Nothing above about ``rate / 2`` Hz: resampled to ``rate`` and back.

    The example's rate and length stay, and so does the example if its rate is no higher.

    Raises:
        AugmentError: a rate that is none.
    """
    if rate <= 0:
        raise AugmentError(f"sample rate {rate} Hz", hint="Give one above 0")
    if rate >= example.sample_rate:
        return example
    narrow = resampled(example.samples, example.sample_rate, rate)
    return _back(example, narrow, rate)


def telephone(example: Example, codec: Codec = "ulaw") -> Example:
    """As over a telephone: at 8 kHz, through a codec, and back to the example's rate and length.

    Args:
        example: at any rate.
        codec: ``ulaw`` and ``alaw`` (G.711), or ``gsm`` (GSM 06.10), all by libsndfile.

    Raises:
        AugmentError: an unknown codec.
    """
    if codec not in _SUBTYPES:
        raise AugmentError(
            f"unknown codec {codec!r}", hint=f"Give one of {', '.join(get_args(Codec))}"
        )
    if not len(example.samples):
        return example
    narrow = resampled(example.samples, example.sample_rate, _TELEPHONE_RATE)
    file = io.BytesIO()
    soundfile.write(file, narrow, _TELEPHONE_RATE, format="WAV", subtype=_SUBTYPES[codec])
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return _back(example, decoded[: len(narrow)], _TELEPHONE_RATE)


def _back(example: Example, narrow: Samples, rate: int) -> Example:
    length = len(example.samples)
    samples = resampled(narrow, rate, example.sample_rate)[:length]
    whole = np.pad(samples, (0, length - len(samples)))
    return dataclasses.replace(example, samples=whole)
