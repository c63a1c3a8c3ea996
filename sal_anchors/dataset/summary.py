"""What a split has to offer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sal_anchors.manifest import Manifest


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """What a split has to offer.

    Attributes:
        rows: usable recordings.
        frames: frames of them.
        anchors: anchors of each class index.
    """

    rows: int
    frames: int
    anchors: Counter[int]


def summarise(manifest: Manifest, split: str) -> SplitSummary:
    """Count the usable rows of a split, their frames, and their anchors by class."""
    rows = frames = 0
    anchors: Counter[int] = Counter()
    for row in manifest.rows(split, usable=True):
        rows += 1
        frames += row.num_frames
        anchors.update(anchor.class_index for anchor in row.anchors)
    return SplitSummary(rows, frames, anchors)
