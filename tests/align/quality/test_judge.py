"""Judging alignments by their engine's scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.align import Alignment, ScoreLimits
from sal_anchors.align.quality import judge
from sal_anchors.corpus import Utterance

LIMITS = ScoreLimits(reject_below=-3.5, warn_below=-2.5)


def _alignment(score: float | None) -> Alignment:
    return Alignment(Utterance(id="x", audio=Path("corpus/x.wav")), (), (), score)


@pytest.mark.parametrize("score", [0.0, -2.4, -2.5, None])
def test_a_usual_score_or_none_is_not_judged(score: float | None) -> None:
    assert judge(_alignment(score), LIMITS) is None


@pytest.mark.parametrize(
    ("score", "reason", "status"),
    [
        (-2.51, Reason.LOW_CONFIDENCE, Status.SUSPECT),
        (-3.5, Reason.LOW_CONFIDENCE, Status.SUSPECT),
        (-3.51, Reason.TRANSCRIPT_MISMATCH, Status.FAILED),
        (-60.0, Reason.TRANSCRIPT_MISMATCH, Status.FAILED),
    ],
)
def test_a_low_score_is_suspect_and_a_lower_one_fails(
    score: float, reason: Reason, status: Status
) -> None:
    verdict = judge(_alignment(score), LIMITS)
    assert verdict is not None
    assert verdict[0] is reason
    assert reason.status is status
    assert "corpus/x.wav" in verdict[1]
    assert f"{score:.2f}" in verdict[1]


def test_an_engine_without_limits_is_not_judged() -> None:
    assert judge(_alignment(-60.0), None) is None
