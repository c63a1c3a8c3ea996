from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sal_anchors.dataset.config import CacheConfig
from sal_anchors.evaluate import held_out
from sal_anchors.evaluate.held_out import HeldOut, hear
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


def test_recordings_that_are_heard_together_are_heard_as_if_each_were_alone(
    tone_run: Path, tones: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, config = load_checkpoint(tone_run), EventConfig()
    options = checkpoint.config
    whole = enumerate(tones.rows(usable=True))
    rows = [replace(row, num_samples=row.num_samples - 1_777 * (n % 5)) for n, row in whole]
    said = {}
    for frames in (1, 600, 30_000):  # each alone, a few together, all together
        monkeypatch.setattr(held_out, "_AT_ONCE", frames)
        given = HeldOut(tones, options.model, options.data.features, CacheConfig(), config)
        said[frames] = list(hear(checkpoint.model.eval(), given, rows))
        assert [row.id for row, _ in said[frames]] == [row.id for row in rows]
    for together in (600, 30_000):
        for (_, one), (_, alone) in zip(said[together], said[1], strict=True):
            torch.testing.assert_close(one, alone, atol=1e-4, rtol=1e-4)
