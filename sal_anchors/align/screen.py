"""Utterances that no engine should see: without words, too short, too long, or silent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.corpus.utterance import Utterance

_SILENCE_DBFS = -75.0
_FRAME_SECONDS = 0.01


def screen(
    utterance: Utterance,
    words: tuple[str, ...],
    samples: NDArray[np.float32],
    sample_rate: int,
    *,
    min_seconds: float = 0.1,
    max_seconds: float,
) -> Failure | None:
    """Why an engine should not see an utterance, or None if it may.

    Args:
        utterance: with its transcript.
        words: of the normalised transcript.
        samples: float32 (N,), mono, full scale at +-1.
        sample_rate: Hz.
        min_seconds: shortest utterance the engine takes.
        max_seconds: longest utterance the engine takes.

    Returns:
        A failure for missing_transcript, empty_transcript, too_short, too_long or silent (no
        10 ms louder than -75 dBFS).
    """
    if utterance.transcript is None:
        message = "no transcript beside it; write what is said to a .txt file of the same name"
        return failure(utterance, Reason.MISSING_TRANSCRIPT, message)
    if not words:
        message = f"its transcript {utterance.transcript!r} has no words"
        return failure(utterance, Reason.EMPTY_TRANSCRIPT, message)
    seconds = len(samples) / sample_rate
    if seconds < min_seconds:
        message = f"{seconds:.3f} s of audio, at least {min_seconds} s are needed"
        return failure(utterance, Reason.TOO_SHORT, message)
    if seconds > max_seconds:
        message = f"{seconds:.0f} s of audio, this engine takes at most {max_seconds:.0f}; cut it"
        return failure(utterance, Reason.TOO_LONG, message)
    loudest = _loudest_dbfs(samples, round(_FRAME_SECONDS * sample_rate))
    if loudest < _SILENCE_DBFS:
        message = f"silent: its loudest 10 ms are at {loudest:.0f} dBFS; record it again"
        return failure(utterance, Reason.SILENT, message)
    return None


def failure(utterance: Utterance, reason: Reason, message: str) -> Failure:
    """A failure whose message begins with the audio file."""
    return Failure(utterance, reason, f"{utterance.audio}: {message}")


def _loudest_dbfs(samples: NDArray[np.float32], frame: int) -> float:
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.square(frames, dtype=np.float64).mean(axis=1).max()
    return float(10 * np.log10(power + 1e-20))
