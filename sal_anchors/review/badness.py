"""How much an utterance deserves a look: what is unsure, what was found odd, what stands out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.finding import FindingCode

Values = NDArray[np.float32]

_WIDE_SECONDS = 0.1
_OUTLYING = 6.0
_MAD_TO_SIGMA = 1.4826
_DISAGREEMENTS = (
    FindingCode.ENGINES_DISAGREE,
    FindingCode.EDGE_IN_SILENCE,
    FindingCode.WORD_OVER_SILENCE,
    FindingCode.SPEECH_WITHOUT_WORD,
    FindingCode.UNCOVERED_SPEECH,
)
CODES = tuple(FindingCode)
"""Findings by their bit, the first the lowest."""


def bits_of(codes: tuple[FindingCode, ...]) -> int:
    """Codes as bits."""
    return sum(1 << CODES.index(code) for code in codes)


def badness(
    *,
    confidence: Values,
    uncertainty: Values,
    score: Values,
    findings: NDArray[np.uint16],
    suspect: NDArray[np.bool_],
) -> Values:
    """The larger, the more there is to look at; in [0, 5].

    The sum of five, each in [0, 1]::

        1 - confidence                        of the least sure event
        min(1, uncertainty / 0.1 s)           of the least certain time
        1 if engines or energy disagree       (findings that say so), or half of it for others
        1 if the utterance is suspect
        clip((-z - 3) / 3, 0, 1)              z: distance of the score from the median, in robust
                                              standard deviations, 1.4826 times the median one

    Args:
        confidence: (R,), NaN where there is no event.
        uncertainty: (R,), seconds, likewise.
        score: (R,), nats a frame, NaN where there is none.
        findings: (R,), bits by :data:`CODES`.
        suspect: (R,).
    """
    unsure = 1 - np.nan_to_num(confidence, nan=1.0)
    wide = np.minimum(1, np.nan_to_num(uncertainty) / _WIDE_SECONDS)
    odd = np.where(findings & bits_of(_DISAGREEMENTS), 1.0, np.where(findings, 0.5, 0.0))
    outlying = np.clip((-_robust_z(score) - 3) / (_OUTLYING - 3), 0, 1)
    total: Values = (unsure + wide + odd + suspect + outlying).astype(np.float32)
    return total


def _robust_z(score: Values) -> NDArray[np.float64]:
    known = score[np.isfinite(score)].astype(np.float64)
    if not len(known):
        return np.zeros(len(score))
    middle = np.median(known)
    sigma = _MAD_TO_SIGMA * np.median(np.abs(known - middle))
    if sigma == 0:
        return np.zeros(len(score))
    z: NDArray[np.float64] = np.nan_to_num((score - middle) / sigma, nan=0.0)
    return z
