"""The network's posterior is a distribution over the instants that are allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.events.edges.edge import CONTEXT_WIDTH, Edge
from sal_anchors.events.edges.evidence import STEP, WIDTH
from sal_anchors.events.edges.network import REACH, EdgeNetwork, Posterior, shipped

T = 400


def _edge(time: float, low: float = 0.0, high: float = 10.0) -> Edge:
    return Edge(time, low, high, np.zeros(CONTEXT_WIDTH, dtype=np.float32))


def _level_network() -> EdgeNetwork:
    """Scores an instant by the first number of its evidence alone."""
    pick = np.zeros((WIDTH, 1), dtype=np.float32)
    pick[0] = 1
    one, none = np.ones((1, 1), dtype=np.float32), np.zeros(1, dtype=np.float32)
    return EdgeNetwork(
        evidence=pick,
        context=np.zeros((CONTEXT_WIDTH, 1), dtype=np.float32),
        offset=np.zeros((4, 1), dtype=np.float32),
        bias=none,
        hidden=one,
        hidden_bias=none,
        out=np.ones(1, dtype=np.float32),
        spread=np.array([[1.0, 0.0], [1.0, 0.0]], dtype=np.float32),
    )


def test_it_finds_the_instant_that_scores_highest() -> None:
    seen = np.zeros((T, WIDTH), dtype=np.float32)
    seen[217, 0] = 30
    edge = _edge(2.0 + 200 * STEP)
    found = _level_network().posterior(seen, [edge], begin=2.0, known=True)
    assert found.median()[0] == pytest.approx(2.0 + 217 * STEP, abs=1e-6)
    assert found.half_width(found.median())[0] < STEP


def test_evidence_beyond_its_reach_does_not_count() -> None:
    seen = np.zeros((T, WIDTH), dtype=np.float32)
    seen[200 + REACH + 1, 0] = 30
    found = _level_network().posterior(seen, [_edge(200 * STEP)], begin=0.0, known=True)
    assert found.median()[0] == pytest.approx(200 * STEP, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1.1), st.floats(0, 1.1), st.floats(0, 1.1), st.booleans())
def test_mass_is_one_and_lies_between_the_limits(
    time: float, one: float, other: float, known: bool
) -> None:
    low, high = sorted((one, other))
    seen = np.random.default_rng(0).normal(0, 1, (T, WIDTH)).astype(np.float32)
    found = shipped().posterior(seen, [_edge(time, low, high)], begin=0.0, known=known)
    assert found.mass.sum() == pytest.approx(1, abs=1e-5)
    inside = (found.times[0] >= low - 1e-5) & (found.times[0] <= high + 1e-5)
    if inside.any() and ((found.times[0] >= 0) & inside & (found.times[0] < (T - 1) * STEP)).any():
        assert found.mass[0][~inside].sum() == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=5, max_size=40))
def test_the_half_width_holds_nine_tenths_of_the_mass(masses: list[float]) -> None:
    mass = np.array([masses], dtype=np.float32)
    posterior = Posterior(np.arange(len(masses))[None] * STEP, mass / mass.sum())
    middle = posterior.median()
    near = np.abs(posterior.times - middle[:, None]) <= posterior.half_width(middle)[:, None] + 1e-9
    assert posterior.mass[near].sum() >= 0.9 - 1e-4


def test_the_shipped_network_is_small_and_whole() -> None:
    network = shipped()
    assert network.evidence.shape[0] == WIDTH
    assert network.context.shape[0] == CONTEXT_WIDTH
    sizes = [getattr(network, name).size for name in network.__slots__]
    assert sum(sizes) < 15_000
    assert all(np.isfinite(getattr(network, name)).all() for name in network.__slots__)
    assert (network.spread > 0).all()
