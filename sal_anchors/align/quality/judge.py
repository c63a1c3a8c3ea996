"""Judging an alignment by its engine's scores."""

from __future__ import annotations

from sal_anchors.accounting import Reason
from sal_anchors.align.aligner import ScoreLimits
from sal_anchors.align.alignment import Alignment


def judge(alignment: Alignment, limits: ScoreLimits | None) -> tuple[Reason, str] | None:
    """Why an alignment is not ok, with a message that names the file; None if it is.

    Args:
        alignment: from the engine that ``limits`` belongs to.
        limits: None where the engine gives no scores: then nothing is judged.
    """
    if limits is None or alignment.score is None or alignment.score >= limits.warn_below:
        return None
    audio, score = alignment.utterance.audio, f"score {alignment.score:.2f} nats a frame"
    if alignment.score < limits.reject_below:
        return Reason.TRANSCRIPT_MISMATCH, (
            f"{audio}: the transcript does not match what is said ({score}, at least "
            f"{limits.reject_below} expected); check the transcript"
        )
    return Reason.LOW_CONFIDENCE, (
        f"{audio}: the transcript may not match what is said ({score}, "
        f"{limits.warn_below} or more is usual); listen to it"
    )
