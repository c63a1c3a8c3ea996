"""A few recordings of the development split, to look at."""

from __future__ import annotations

from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row

_SPLIT = "dev"


def chosen_rows(manifest: Manifest, *, positives: int = 3, negatives: int = 1) -> list[Row]:
    """Recordings with anchors, of as many classes as there are, then some without.

    The same manifest gives the same ones. Reads the split until it has found them.
    """
    fresh: list[Row] = []
    more: list[Row] = []
    without: list[Row] = []
    seen: set[int] = set()
    classes = min(positives, len(manifest.classes) - 1)
    for row in manifest.rows(_SPLIT, usable=True):
        found = {anchor.class_index for anchor in row.anchors if anchor.class_index}
        if not found:
            without += [row] * (len(without) < negatives)
        elif not found <= seen and len(fresh) < positives:
            seen |= found
            fresh.append(row)
        else:
            more += [row] * (len(more) < positives)
        if len(seen) >= classes and len(fresh + more) >= positives and len(without) >= negatives:
            break
    return (fresh + more)[:positives] + without
