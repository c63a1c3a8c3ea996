from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.features import log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import load_checkpoint


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 24_000), max_size=12))
def test_a_stream_in_any_pieces_gives_the_posteriors_of_the_whole(
    tones: Manifest, tone_run: Path, cuts: list[int]
) -> None:
    checkpoint = load_checkpoint(tone_run)
    samples = tones.recording(tones.row("test-000")).samples
    features = log_mel(samples, checkpoint.grid, checkpoint.config.data.features)
    with torch.inference_mode():
        logits, _ = checkpoint.model(torch.from_numpy(features)[None])
    detector = StreamingDetector(checkpoint)
    pieces = [detector.accept(piece) for piece in np.split(samples, sorted(cuts))]
    posteriors = np.concatenate([*pieces, detector.flush()])
    np.testing.assert_allclose(posteriors, logits[0].softmax(-1).numpy(), atol=1e-5)


def test_a_reset_detector_repeats_itself(tones: Manifest, tone_run: Path) -> None:
    detector = StreamingDetector(load_checkpoint(tone_run))
    samples = tones.recording(tones.row("test-000")).samples
    first = detector.accept(samples)
    detector.accept(samples[:777])
    detector.reset()
    assert np.array_equal(detector.accept(samples), first)


def test_the_keyword_is_detected_once_soon_after_its_end(tones: Manifest, tone_run: Path) -> None:
    row = tones.row("test-000")
    detector = StreamingDetector(load_checkpoint(tone_run), threshold=0.5)
    samples = tones.recording(row).samples
    found = [d for piece in np.split(samples, 15) for d in detector.detect(piece)]
    assert [detection.class_name for detection in found] == ["up"]
    assert -0.1 < found[0].time - row.events[0].time < 0.3


def test_detecting_without_a_threshold_says_what_is_missing(tone_run: Path) -> None:
    with pytest.raises(ValueError, match="threshold"):
        StreamingDetector(load_checkpoint(tone_run)).detect(np.zeros(160))
