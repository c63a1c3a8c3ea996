from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.augment import Example, resample, speed
from sal_anchors.errors import AugmentError
from sal_anchors.timebase import FrameGrid

from .same import assert_same, assert_same_item
from .strategies import examples
from .transforms import RATE

ratios = st.fractions(Fraction(1, 2), 2, max_denominator=200)


@settings(max_examples=50)
@given(examples(), ratios)
def test_speed_there_and_back_gives_the_times_back(example: Example, ratio: Fraction) -> None:
    there = speed(example, ratio)
    back = speed(there, 1 / ratio)
    assert abs(len(back.samples) - len(example.samples)) <= 1 + ratio
    assert len(there.samples) == int(len(example.samples) / ratio + Fraction(1, 2))
    for group in ("events", "words", "phones"):
        for found, expected in zip(getattr(back, group), getattr(example, group), strict=True):
            assert_same_item(found, expected)


@given(examples())
def test_the_same_speed_and_rate_change_nothing(example: Example) -> None:
    assert_same(speed(example, Fraction(1)), example)
    assert_same(resample(example, RATE), example)


@settings(max_examples=50)
@given(st.integers(0, 3_000), st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000]))
def test_the_length_at_another_rate_is_the_one_of_the_reader(length: int, rate: int) -> None:
    example = Example(np.ones(length, np.float32) / 4, RATE)
    found = resample(example, rate)
    assert len(found.samples) == FrameGrid(rate, 160, 400).resampled(length, RATE)
    assert found.sample_rate == rate


def test_a_tone_at_another_speed_has_another_pitch() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE)
    faster = speed(Example(tone.astype(np.float32), RATE), Fraction(5, 4))
    spectrum = np.abs(np.fft.rfft(faster.samples * np.hanning(len(faster.samples))))
    assert np.argmax(spectrum) * RATE / len(faster.samples) == pytest.approx(500, abs=2)


@pytest.mark.parametrize("ratio", [Fraction(0), Fraction(-1), Fraction(11), Fraction(1, 11)])
def test_a_speed_out_of_range_is_an_error(ratio: Fraction) -> None:
    with pytest.raises(AugmentError, match=f"speed ratio {ratio} is not in"):
        speed(Example(np.ones(10, np.float32), RATE), ratio)


def test_a_rate_that_is_none_is_an_error() -> None:
    with pytest.raises(AugmentError, match="sample rate 0 Hz"):
        resample(Example(np.ones(10, np.float32), RATE), 0)
