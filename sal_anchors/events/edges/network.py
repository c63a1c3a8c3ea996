"""The edge network: which instant near a coarse edge is the true one.

A perceptron with two hidden layers scores each instant from the evidence around it, its distance
from the coarse edge, and the phones on either side; a softmax over the instants makes them a
probability of each to be the edge. It was fitted on hand-labelled speech by
``benchmarks/edge_model.py``; its posterior tells how sure it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors.events.edges.edge import Edge
from sal_anchors.events.edges.evidence import STEP

REACH = 64
"""Instants on each side of the coarse edge that are considered: 160 ms."""

MASS = 0.9
_WEIGHTS = Path(__file__).with_name("network.safetensors")

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class EdgeNetwork:
    """Weights; ``E``, ``C`` widths of evidence and context, ``H`` of the hidden layers.

    Attributes:
        evidence: float32 (E, H).
        context: float32 (C, H).
        offset: float32 (4, H).
        bias: float32 (H,).
        hidden: float32 (H, H).
        hidden_bias: float32 (H,).
        out: float32 (H,).
        spread: float32 (2, 2): of edges without and with a pause beside them, the factor and the
            seconds that make the half-width of the posterior's 90 % that of the errors on speakers
            that were not fitted on.
    """

    evidence: Array
    context: Array
    offset: Array
    bias: Array
    hidden: Array
    hidden_bias: Array
    out: Array
    spread: Array

    def posterior(
        self, evidence: Array, edges: Sequence[Edge], *, begin: float, known: bool
    ) -> Posterior:
        """Where each edge may be.

        Args:
            evidence: (T, E) of a stretch of audio; see :func:`~.evidence.evidence`.
            edges: whose coarse times lie in it.
            begin: seconds at which the stretch begins.
            known: whether the edges come from the engine that the network was fitted on, so that
                their usual errors are known to it.
        """
        projected = evidence @ self.evidence + self.bias
        context = np.stack([edge.context for edge in edges]) @ self.context
        centre = np.array([round((edge.time - begin) / STEP) for edge in edges])
        offsets = np.arange(-REACH, REACH + 1)
        steps = centre[:, None] + offsets
        times = (begin + steps * STEP).astype(np.float64)
        low = np.array([edge.low for edge in edges])[:, None] - 1e-6
        high = np.array([edge.high for edge in edges])[:, None] + 1e-6
        open_ = (times >= low) & (times <= high) & (steps >= 0) & (steps < len(evidence))
        open_[~open_.any(axis=1), REACH] = True
        hidden = projected[np.clip(steps, 0, len(evidence) - 1)]
        hidden += context[:, None] + _of_offsets(offsets, known=known) @ self.offset
        hidden = np.maximum(hidden, 0) @ self.hidden + self.hidden_bias
        scores = np.where(open_, np.maximum(hidden, 0) @ self.out, -np.inf)
        likely: Array = np.exp(scores - scores.max(axis=1, keepdims=True)).astype(np.float32)
        return Posterior(times, likely / likely.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Probabilities of instants.

    Attributes:
        times: seconds, (N, 2 * REACH + 1).
        mass: sums to 1 over the instants of each edge.
    """

    times: NDArray[np.float64]
    mass: Array

    def median(self) -> NDArray[np.float64]:
        """Seconds, (N,); each instant's mass is spread over the step around it."""
        below = np.cumsum(self.mass, axis=1)
        at = (below >= 0.5).argmax(axis=1)[:, None]
        mass = np.take_along_axis(self.mass, at, axis=1)[:, 0]
        before = np.take_along_axis(below, at, axis=1)[:, 0] - mass
        times = np.take_along_axis(self.times, at, axis=1)[:, 0]
        found: NDArray[np.float64] = times + STEP * ((0.5 - before) / mass - 0.5)
        return found

    def half_width(self, middle: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds, (N,): within this of ``middle`` lies 90 % of the mass."""
        distance = np.abs(self.times - middle[:, None])
        order = distance.argsort(axis=1)
        within = np.cumsum(np.take_along_axis(self.mass, order, axis=1), axis=1)
        at = (within >= MASS - 1e-6).argmax(axis=1)[:, None]
        nearest = np.take_along_axis(order, at, axis=1)
        found: NDArray[np.float64] = np.take_along_axis(distance, nearest, axis=1)[:, 0]
        return found


def _of_offsets(offsets: NDArray[np.int64], *, known: bool) -> Array:
    scaled = offsets / 20
    flag = np.full(len(offsets), 0.0 if known else 1.0)
    return np.stack([scaled, np.abs(scaled), scaled**2 / 4, flag], axis=1).astype(np.float32)


@cache
def shipped() -> EdgeNetwork:
    """The network of this package."""
    from safetensors.numpy import load_file

    return EdgeNetwork(**{n: w.astype(np.float32) for n, w in load_file(_WEIGHTS).items()})
