"""From the evidence of an engine to probabilities, by coefficients fitted on hand-labelled speech.

The coefficients belong to one engine; ``benchmarks/calibration.py`` fits and writes them.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sal_anchors.align.quality.evidence import Evidence

_ENGINES = frozenset({"pocketsphinx"})
_PACES = (-1.0, 0.7)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Three logistic models of a word; ``min(own, match) * boundary`` is its confidence.

    With ``logistic(x) = 1 / (1 + exp(-x))`` and natural logarithms::

        own      = logistic(w0 + w1 log(1 - score) + w2 log(1 - lowest))
        match    = logistic(m0 + m1 log(1 - score) + m2 log(1 - lowest) + m3 log(1 - others))
        boundary = logistic(b0 + b1 blurred_edges + b2 fading_end + b3 after_pause + b4 pace)

    where ``pace`` is clipped to [-1, 0.7], so that slow words are not extrapolated to.
    ``own`` and ``match`` are both the probability that the word was said where it is aligned.
    ``match`` also looks at the words around, and so doubts all words of a wrong transcript;
    ``own`` tells which word of a transcript it is that is wrong.

    Attributes:
        own: ``w0 .. w2``.
        match: ``m0 .. m3``.
        boundary: ``b0 .. b4``: that both its boundaries are within 50 ms of the truth, if so.
        low_own: words whose ``own`` is below it are findings.
    """

    own: tuple[float, ...]
    match: tuple[float, ...]
    boundary: tuple[float, ...]
    low_own: float

    def own_of(self, evidence: Evidence) -> float:
        """Probability in [0, 1] that the word was said there, told by its own scores."""
        return _logistic(self.own, own_inputs(evidence))

    def match_of(self, evidence: Evidence) -> float:
        """Probability in [0, 1] that the word was said there, told by all scores."""
        return _logistic(self.match, match_inputs(evidence))

    def boundary_of(self, evidence: Evidence) -> float:
        """Probability in [0, 1] of good boundaries, if the word was said there."""
        return _logistic(self.boundary, boundary_inputs(evidence))

    def confidence_of(self, evidence: Evidence) -> float:
        """Probability in [0, 1] that both boundaries are within 50 ms of the truth."""
        said = min(self.own_of(evidence), self.match_of(evidence))
        return said * self.boundary_of(evidence)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def own_inputs(evidence: Evidence) -> tuple[float, ...]:
    """What ``w1`` and ``w2`` multiply."""
    return math.log1p(-evidence.score), math.log1p(-evidence.lowest)


def match_inputs(evidence: Evidence) -> tuple[float, ...]:
    """What ``m1 .. m3`` multiply."""
    return (*own_inputs(evidence), math.log1p(-evidence.others))


def boundary_inputs(evidence: Evidence) -> tuple[float, ...]:
    """What ``b1 .. b4`` multiply."""
    low, high = _PACES
    pace = min(max(evidence.pace, low), high)
    return (evidence.blurred_edges, evidence.fading_end, evidence.after_pause, pace)


@lru_cache
def calibration_of(engine: str) -> Calibration | None:
    """The calibration of an engine; None if it has none."""
    if engine not in _ENGINES:
        return None
    text = (files(__package__ or __name__) / f"{engine}.json").read_text("utf-8")
    values = json.loads(text)
    return Calibration(
        own=tuple(values["own"]),
        match=tuple(values["match"]),
        boundary=tuple(values["boundary"]),
        low_own=values["low_own"],
    )


def _logistic(coefficients: tuple[float, ...], inputs: tuple[float, ...]) -> float:
    intercept, *slopes = coefficients
    total = intercept + sum(slope * x for slope, x in zip(slopes, inputs, strict=True))
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, total))))
