"""What is odd about an alignment, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingCode(StrEnum):
    """The closed list of oddities."""

    LOW_SCORE = "low_score"
    FAST_SPEECH = "fast_speech"
    SLOW_SPEECH = "slow_speech"
    SHORT_WORD = "short_word"
    LONG_WORD = "long_word"
    WORD_OVER_SILENCE = "word_over_silence"
    UNCOVERED_SPEECH = "uncovered_speech"
    ENGINES_DISAGREE = "engines_disagree"


@dataclass(frozen=True, slots=True)
class Finding:
    """An oddity of an alignment.

    Attributes:
        code: its place in the closed list.
        label: the word it is about; empty if it is about the utterance or a gap.
        start: seconds from the utterance's start.
        end: seconds.
        value: what was measured; the code says in which unit.
    """

    code: FindingCode
    label: str
    start: float
    end: float
    value: float
