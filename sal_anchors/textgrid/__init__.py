"""Praat TextGrids: read with checks, and written."""

from sal_anchors.textgrid.read import read_textgrid
from sal_anchors.textgrid.tiers import Mark, TextGridError, TextGridFile, Tier
from sal_anchors.textgrid.write import write_tiers

__all__ = [
    "Mark",
    "TextGridError",
    "TextGridFile",
    "Tier",
    "read_textgrid",
    "write_tiers",
]
