"""Posteriors of the real model, against silero-vad's own front end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sal_anchors.align.vad import check_vad
from sal_anchors.align.vad.check import model_path
from sal_anchors.align.vad.model import CHUNK, GRID, SileroModel
from sal_anchors.audio import read_recording

pytestmark = pytest.mark.skipif(
    not check_vad().ready, reason="silero-vad is not installed: pip install 'sal-anchors[vad]'"
)


@pytest.fixture(scope="module")
def long_speech(prompts: Path) -> np.ndarray:
    """More than two of the model's blocks of 16.4 s, and no whole number of chunks."""
    parts = [read_recording(path, GRID).samples for path in sorted(prompts.glob("*.flac"))[:14]]
    speech = np.concatenate(parts)
    return speech[: len(speech) // CHUNK * CHUNK - 100]


def _posteriors(samples: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *SileroModel().probabilities(samples)])


def test_posteriors_are_those_of_the_package_itself(long_speech: np.ndarray) -> None:
    from silero_vad.sequence_vad import SileroVADSequence

    own = SileroVADSequence(str(model_path())).audio_forward(long_speech)
    assert len(long_speech) > 2 * 512 * CHUNK
    np.testing.assert_allclose(_posteriors(long_speech), own, atol=1e-6)


def test_a_posterior_depends_on_nothing_that_comes_after_it(long_speech: np.ndarray) -> None:
    whole, cut = _posteriors(long_speech), _posteriors(long_speech[: 600 * CHUNK])
    np.testing.assert_allclose(cut, whole[:600], atol=1e-5)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 513 * CHUNK])
def test_there_is_a_posterior_for_each_chunk_begun(length: int) -> None:
    found = _posteriors(np.zeros(length, np.float32))
    assert len(found) == -(-length // CHUNK)
    assert ((found >= 0) & (found <= 1)).all()


def test_a_package_without_the_model_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sal_anchors.align.vad.check.MODEL_NAME", "absent.onnx")
    check = check_vad()
    assert not check.ready and not check.required
    assert "absent.onnx" in check.advice and "sal-anchors[vad]" in check.advice
