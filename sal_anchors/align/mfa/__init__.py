"""The Montreal Forced Aligner 3.x as a child process in an environment of its own."""

from sal_anchors.align.mfa.command import mfa_check
from sal_anchors.align.mfa.engine import MfaAligner
from sal_anchors.align.mfa.options import MfaOptions, split_command

__all__ = ["MfaAligner", "MfaOptions", "mfa_check", "split_command"]
