from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.augment import Example, add_noise, gain, mix, noise
from sal_anchors.errors import AugmentError

from .transforms import RATE, rng

TONE = (0.1 * np.sin(np.arange(RATE))).astype(np.float32)


def ratio_db(added: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(TONE**2) / np.mean(added**2)))


@pytest.mark.parametrize("colour", ["white", "pink"])
def test_noise_has_the_power_that_the_ratio_says(colour: str) -> None:
    noisy = add_noise(Example(TONE, RATE), 10.0, colour=colour, rng=rng())
    assert ratio_db(noisy.samples - TONE) == pytest.approx(10.0, abs=0.2)


@given(st.integers(1, 40_000), st.integers(0, 50_000), st.floats(5, 60))
def test_a_background_has_the_power_that_the_ratio_says(
    length: int, first: int, snr_db: float
) -> None:
    background = noise(length, "white", rng())
    mixed = mix(Example(TONE, RATE), background, snr_db, first=first)
    assert ratio_db(mixed.samples.astype(float) - TONE) == pytest.approx(snr_db, abs=0.1)


def test_a_background_begins_where_it_is_told_and_is_repeated() -> None:
    background = np.arange(1, 6, dtype=np.float32)
    mixed = mix(Example(np.full(8, 0.1, np.float32), RATE), background, 0.0, first=3)
    added = mixed.samples - np.float32(0.1)
    assert added / added[2] == pytest.approx([4, 5, 1, 2, 3, 4, 5, 1], rel=1e-4)


def test_digital_silence_adds_nothing() -> None:
    mixed = mix(Example(TONE, RATE), np.zeros(50, np.float32), 0.0)
    assert np.array_equal(mixed.samples, TONE)


@pytest.mark.parametrize("bad", [np.zeros(0), np.zeros((5, 2)), np.array([0.0, np.nan])])
def test_a_background_that_is_none_is_an_error(bad: np.ndarray) -> None:
    with pytest.raises(AugmentError, match="background must be one channel of finite samples"):
        mix(Example(TONE, RATE), bad.astype(np.float32), 0.0)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    power = np.abs(np.fft.rfft(noise(2**16, "pink", rng()))) ** 2
    octaves = [power[2**k : 2 ** (k + 1)].mean() for k in range(8, 15)]
    steps = 10 * np.log10(np.array(octaves[1:]) / octaves[:-1])
    assert steps.mean() == pytest.approx(-3.0, abs=0.3)


def test_samples_never_leave_full_scale() -> None:
    loud = Example(np.ones(100, np.float32), RATE)
    assert np.abs(gain(loud, 40.0).samples).max() == 1.0
    assert np.abs(add_noise(loud, -20.0, rng=rng()).samples).max() <= 1.0
    assert np.abs(mix(loud, noise(100, "white", rng()), -20.0).samples).max() <= 1.0
