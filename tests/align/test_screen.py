"""Which utterances no engine is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sal_anchors.accounting import Reason
from sal_anchors.align.screen import screen
from sal_anchors.corpus import Utterance

RATE = 16_000
NOISE = np.random.default_rng(0).normal(0, 0.01, 2 * RATE).astype(np.float32)


@pytest.mark.parametrize(
    ("transcript", "words", "samples", "reason"),
    [
        (None, (), NOISE, Reason.MISSING_TRANSCRIPT),
        ("...", (), NOISE, Reason.EMPTY_TRANSCRIPT),
        ("yes", ("yes",), NOISE[:100], Reason.TOO_SHORT),
        ("yes", ("yes",), NOISE[:0], Reason.TOO_SHORT),
        ("yes", ("yes",), NOISE, Reason.TOO_LONG),
        ("yes", ("yes",), np.zeros(RATE, np.float32), Reason.SILENT),
    ],
)
def test_each_unfit_utterance_has_its_reason_and_names_its_file(
    transcript: str | None, words: tuple[str, ...], samples: np.ndarray, reason: Reason
) -> None:
    utterance = Utterance(id="a", audio=Path("a.wav"), transcript=transcript)
    found = screen(utterance, words, samples, RATE, max_seconds=1.5)
    assert found is not None
    assert found.reason is reason
    assert found.message.startswith("a.wav: ")


def test_a_fit_utterance_passes() -> None:
    utterance = Utterance(id="a", audio=Path("a.wav"), transcript="yes")
    assert screen(utterance, ("yes",), NOISE, RATE, max_seconds=2.0) is None
