"""Speech without a transcript: where it begins and ends, as silero-vad hears it."""

from sal_anchors.align.vad.check import check_vad
from sal_anchors.align.vad.engine import SPEECH, VadAligner

__all__ = ["SPEECH", "VadAligner", "check_vad"]
