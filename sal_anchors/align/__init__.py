"""Alignment: engines behind one interface, and the words and phones they return."""

from sal_anchors.align.aligner import Aligner, Capabilities, ScoreLimits
from sal_anchors.align.alignment import Alignment, Interval, Provenance
from sal_anchors.align.lexicon import Lexicon, words_of

__all__ = [
    "Aligner",
    "Alignment",
    "Capabilities",
    "Interval",
    "Lexicon",
    "Provenance",
    "ScoreLimits",
    "words_of",
]
