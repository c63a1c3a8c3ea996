from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.augment import Example, direct_path, reverberate
from sal_anchors.errors import AugmentError

from .transforms import RATE, rng, room


def test_the_direct_sound_is_the_first_peak_and_not_a_louder_reflection() -> None:
    response = room()
    response[900] = -1.5
    assert direct_path(response) == 153
    flank = np.array([0, 0.1, 0.7, 1.0, 0.6, 0, 0, -1.3, 0], np.float32)
    assert direct_path(flank) == 3


@given(st.integers(0, 2_000), st.integers(1, 3_000))
def test_a_response_of_direct_sound_alone_changes_nothing(delay: int, length: int) -> None:
    samples = (0.1 * rng().standard_normal(length)).astype(np.float32)
    response = np.zeros(delay + 1, np.float32)
    response[delay] = 0.3
    found = reverberate(Example(samples, RATE), response).samples
    assert found == pytest.approx(samples, abs=1e-6)


def test_what_is_heard_is_the_convolution_with_the_power_of_the_dry_sound() -> None:
    dry = (0.1 * rng().standard_normal(3_000)).astype(np.float32)
    found = reverberate(Example(dry, RATE), room()).samples
    expected = np.convolve(dry.astype(float), room().astype(float))[153 : 153 + 3_000]
    expected *= np.sqrt(np.mean(dry**2) / np.mean(expected**2))
    assert found == pytest.approx(expected, abs=1e-6)


def test_silence_stays_silent() -> None:
    silent = Example(np.zeros(100, np.float32), RATE)
    assert not reverberate(silent, room()).samples.any()


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (np.zeros(5), "silent"),
        (np.zeros(0), "must be one channel"),
        (np.ones((5, 2)), r"got shape \(5, 2\)"),
        (np.array([1.0, np.inf]), "finite"),
    ],
)
def test_a_response_that_is_none_is_an_error(bad: np.ndarray, problem: str) -> None:
    with pytest.raises(AugmentError, match=problem):
        reverberate(Example(np.ones(5, np.float32), RATE), bad.astype(np.float32))
