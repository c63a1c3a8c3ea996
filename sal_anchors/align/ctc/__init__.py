"""The engine ctc: forced alignment over a wav2vec2-style model that the user gives."""

from sal_anchors.align.ctc.aligner import CtcAligner
from sal_anchors.align.ctc.check import check_ctc

__all__ = ["CtcAligner", "check_ctc"]
