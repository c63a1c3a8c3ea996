"""The engine viter: acoustic models trained on the user's own corpus, in any language."""

from sal_anchors.align.viter.aligner import ViterAligner
from sal_anchors.align.viter.check import check_viter

__all__ = ["ViterAligner", "check_viter"]
