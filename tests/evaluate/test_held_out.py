from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sal_anchors.dataset.config import CacheConfig
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.run import detector_source
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint


@pytest.mark.parametrize("disk", [False, True])
def test_one_pass_over_kept_features_says_what_streaming_says(
    disk: bool, tone_run: Path, tones: Manifest, tmp_path: Path
) -> None:
    checkpoint, config = load_checkpoint(tone_run), EventConfig()
    cache = CacheConfig(folder=tmp_path / "cache" if disk else None)
    streamed = list(detector_source(checkpoint, tones, "test", config).items)
    assert streamed
    for _ in range(2):  # the second time from what the first one kept
        whole = detector_source(checkpoint, tones, "test", config, cache=cache)
        for one, other in zip(whole.items, streamed, strict=True):
            assert isinstance(one, Streamed) and isinstance(other, Streamed)
            assert (one.id, one.num_samples) == (other.id, other.num_samples)
            assert (one.anchors, one.events) == (other.anchors, other.events)
            np.testing.assert_allclose(one.posteriors, other.posteriors, atol=1e-5)
            assert one.labels is not None and other.labels is not None
            np.testing.assert_array_equal(one.labels, other.labels)
