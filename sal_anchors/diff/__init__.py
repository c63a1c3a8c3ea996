"""What differs between two manifests: their recipes, rows, events, labels and weights."""

from sal_anchors.diff.manifests import diff_manifests
from sal_anchors.diff.report import DiffReport

__all__ = ["DiffReport", "diff_manifests"]
