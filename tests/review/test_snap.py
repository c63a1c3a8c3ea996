"""The nearest edge of energy, on sounds whose edges are known to the sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.review.snap import nearest_edge

RATE = 16_000


def burst(first: int, last: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    samples = 1e-4 * rng.standard_normal(RATE)
    samples[first:last] += 0.3 * rng.standard_normal(last - first)
    return samples.astype(np.float32)


@given(st.integers(3_000, 6_000), st.integers(9_000, 12_000), st.integers(-1_500, 1_500))
def test_the_nearer_edge_of_a_burst_is_found_to_a_few_ms(first: int, last: int, off: int) -> None:
    samples = burst(first, last)
    for edge in (first, last):
        found = nearest_edge(samples, RATE, (edge + off) / RATE)
        assert found == pytest.approx(edge / RATE, abs=0.004)


def test_there_is_none_in_steady_noise_silence_or_nothing() -> None:
    rng = np.random.default_rng(0)
    noise = (0.1 * rng.standard_normal(RATE)).astype(np.float32)
    assert nearest_edge(noise, RATE, 0.5) is None
    assert nearest_edge(np.zeros(RATE, np.float32), RATE, 0.5) is None
    assert nearest_edge(np.zeros(0, np.float32), RATE, 0.5) is None


def test_edges_beyond_reach_are_left_alone() -> None:
    assert nearest_edge(burst(4_000, 12_000), RATE, 0.5) is None
    assert nearest_edge(burst(4_000, 12_000), RATE, 0.5, reach=0.3) is not None
