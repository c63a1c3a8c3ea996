"""How good an alignment is: a verdict on it, a confidence a word, and what is odd about it."""

from sal_anchors.align.quality.assess import Assessment, assess
from sal_anchors.align.quality.judge import judge

__all__ = ["Assessment", "assess", "judge"]
