"""Evidence does not depend on gain, and changes where the sound does."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.events.edges.evidence import STEP, WIDTH, evidence


@pytest.fixture(scope="module")
def speech(prompts):  # type: ignore[no-untyped-def]
    samples, rate = soundfile.read(prompts / "sorry.flac", dtype="float32")
    assert rate == 16_000
    return samples


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9_000), st.sampled_from([8_000, 16_000, 22_050, 44_100, 48_000]))
def test_every_stretch_has_a_row_every_step_without_nan(length: int, rate: int) -> None:
    samples = np.random.default_rng(length).normal(0, 0.1, length).astype(np.float32)
    found = evidence(samples, rate)
    assert found.shape == (int(length / (STEP * rate) + 1e-9) + 1, WIDTH)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_silence_and_a_constant_are_no_obstacle(value: float) -> None:
    assert np.isfinite(evidence(np.full(8_000, value, dtype=np.float32), 16_000)).all()


def test_gain_changes_nothing(speech: np.ndarray) -> None:
    loud, quiet = evidence(speech, 16_000), evidence(speech * np.float32(0.01), 16_000)
    assert np.abs(loud - quiet).max() < 0.02


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_the_sample_rate_changes_little(speech: np.ndarray, rate: int) -> None:
    found = evidence(soxr.resample(speech, 16_000, rate), rate)
    expected = evidence(speech, 16_000)
    count = min(len(found), len(expected))
    assert np.corrcoef(found[:count].ravel(), expected[:count].ravel())[0, 1] > 0.98


def test_bands_that_a_low_rate_does_not_hold_count_as_average(speech: np.ndarray) -> None:
    found = evidence(soxr.resample(speech, 16_000, 8_000), 8_000)
    assert (found[:, 23] == 0).all()
    assert np.abs(found[:, 2]).max() > 0.5


def test_evidence_moves_with_the_sound(speech: np.ndarray) -> None:
    steps = 40
    moved = np.roll(speech, steps * 40)
    there, here = evidence(moved, 16_000), evidence(speech, 16_000)
    inner = slice(400, len(here) - 400)
    assert np.allclose(there[steps:][inner], here[:-steps][inner], atol=1e-3)
