from __future__ import annotations

import dataclasses

import numpy as np

from sal_anchors.audio import content_hash
from sal_anchors.dataset.loading import load_stretch
from sal_anchors.dataset.stretch import Stretch
from sal_anchors.manifest import Manifest


def test_only_the_stretch_of_a_long_recording_is_decoded(tones: Manifest) -> None:
    row = next(tones.rows("train", usable=True))
    hashed_row = dataclasses.replace(row, content_hash=content_hash(tones.audio_path(row)))
    for stretch in (Stretch(0, 4_000), Stretch(3_333, 7_000), Stretch(20_000, 24_000)):
        whole, part = (load_stretch(tones, r, stretch) for r in (row, hashed_row))
        assert np.array_equal(whole.samples, part.samples)
        assert (whole.events, whole.words) == (part.events, part.words)
