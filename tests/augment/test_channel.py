from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.augment import Example, band_limit, resample, telephone
from sal_anchors.errors import AugmentError

from .transforms import RATE, rng


def quiet(length: int, rate: int = RATE) -> Example:
    return Example((0.1 * rng().standard_normal(length)).astype(np.float32), rate)


@settings(max_examples=40)
@given(
    st.integers(0, 2_000),
    st.sampled_from([8_000, 16_000, 44_100]),
    st.sampled_from(["ulaw", "alaw", "gsm"]),
)
def test_the_rate_and_the_length_stay(length: int, rate: int, codec: str) -> None:
    for found in (telephone(quiet(length, rate), codec), band_limit(quiet(length, rate), 6_000)):
        assert len(found.samples) == length
        assert found.sample_rate == rate


def test_a_telephone_adds_the_noise_of_its_codec_and_no_more() -> None:
    narrow = quiet(8_000, 8_000)
    error = telephone(narrow).samples - narrow.samples
    ratio = 10 * np.log10(np.mean(narrow.samples**2) / np.mean(error**2))
    assert 30 < ratio < 45


def test_an_audio_that_is_narrow_already_stays() -> None:
    narrow = resample(quiet(1_000), 8_000)
    assert band_limit(narrow, 8_000) is narrow


def test_a_bad_codec_or_rate_is_an_error() -> None:
    with pytest.raises(AugmentError, match=r"unknown codec 'opus'. Give one of ulaw, alaw, gsm"):
        telephone(quiet(10), "opus")
    with pytest.raises(AugmentError, match="sample rate -1 Hz"):
        band_limit(quiet(10), -1)
