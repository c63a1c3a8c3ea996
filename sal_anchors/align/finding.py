"""What is odd about an alignment, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingCode(StrEnum):
    """The closed list of oddities; in brackets, what a finding's value is."""

    LOW_SCORE = "low_score"
    """The word is probably not what is said there [probability in [0, 1] that it is]."""

    FAST_SPEECH = "fast_speech"
    """The utterance is spoken faster than people speak [phones a second]."""

    SLOW_SPEECH = "slow_speech"
    """The utterance is spoken slower than people speak [phones a second]."""

    SHORT_WORD = "short_word"
    """The word is too short for its phones [seconds a phone]."""

    LONG_WORD = "long_word"
    """The word is too long for its phones [seconds a phone]."""

    WORD_OVER_SILENCE = "word_over_silence"
    """Hardly any of the word's time is louder than the pauses [share in [0, 1] that is]."""

    UNCOVERED_SPEECH = "uncovered_speech"
    """Something as loud as the words stands where no word is [seconds of it]."""

    EDGE_IN_SILENCE = "edge_in_silence"
    """Words begin or end far from any speech that a voice detector hears [seconds to it]."""

    SPEECH_WITHOUT_WORD = "speech_without_word"
    """A voice detector hears speech where no word is [seconds of it]."""

    ENGINES_DISAGREE = "engines_disagree"
    """Two engines place the word differently [seconds between them]."""


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
