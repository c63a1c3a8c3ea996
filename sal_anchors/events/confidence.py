"""How sure the words of an event are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sal_anchors.align.alignment import Interval

_MIDPOINT = -3.06
_SLOPE = 1.50
"""Logistic fit to word scores of right and of shuffled transcripts, classes weighted equally."""


def confidence(words: Sequence[Interval]) -> float:
    """Probability in [0, 1] that ``words`` were said where they are aligned.

    The lowest calibrated confidence among them, where they have one: an event is as sure as its
    least sure word. Else ``1 / (1 + exp(-1.50 * (s + 3.06)))`` of the duration-weighted mean
    score ``s`` in nats a frame, whose constants hold for pocketsphinx; 1 where there are no
    scores either.
    """
    known = [word.confidence for word in words if word.confidence is not None]
    if known:
        return min(known)
    scored = [(w.score, w.end - w.start) for w in words if w.score is not None]
    seconds = sum(duration for _, duration in scored)
    if not seconds:
        return 1.0
    mean = sum(score * duration for score, duration in scored) / seconds
    return 1 / (1 + math.exp(min(700.0, -_SLOPE * (mean - _MIDPOINT))))
