from __future__ import annotations

from sal_anchors.dataset import summarise
from sal_anchors.manifest import Manifest


def test_the_summary_counts_rows_frames_and_anchors(tones: Manifest) -> None:
    summary = summarise(tones, "train")
    assert (summary.rows, summary.frames) == (12, 12 * 150)
    assert summary.anchors == {1: 6}
