"""What an engine returns: words and phones in time, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sal_anchors.align.finding import Finding
from sal_anchors.corpus.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Interval:
    """A labelled half-open stretch of time ``[start, end)``.

    Attributes:
        label: word or phone.
        start: seconds from the utterance's start.
        end: seconds, > start.
        score: the engine's mean log-likelihood ratio a frame, in nats (<= 0 for pocketsphinx);
            None where the engine gives none. Comparable within one engine only.
        confidence: calibrated probability in [0, 1] that both boundaries are within 50 ms of
            the truth; None where it was not estimated.
        start_uncertainty: seconds; the true start lies within ``start +- start_uncertainty`` in
            about 90 % of cases; None where it was not estimated.
        end_uncertainty: likewise of the end.
    """

    label: str
    start: float
    end: float
    score: float | None = None
    confidence: float | None = None
    start_uncertainty: float | None = None
    end_uncertainty: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a transcript that is said otherwise than it is written.

    Attributes:
        written: as in the transcript.
        spoken: the words it was aligned as.
    """

    written: str
    spoken: str


class PronunciationSource(StrEnum):
    """Where a pronunciation comes from, the surest first."""

    USER = "user"
    DICTIONARY = "dictionary"
    SPELLED = "spelled"
    G2P = "g2p"


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How a word of an utterance was pronounced to align it.

    Attributes:
        word: as in the alignment.
        phones: separated by spaces.
        source: where they come from.
    """

    word: str
    phones: str
    source: PronunciationSource


@dataclass(frozen=True, slots=True)
class Provenance:
    """Engine, its version, its model, and the settings that change results."""

    engine: str
    version: str
    model: str
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alignment:
    """Words and phones of one utterance; silences are the gaps between words.

    Attributes:
        utterance: what was aligned.
        words: in time order, not overlapping.
        phones: in time order, silences left out; empty if the engine gives none.
        score: mean score a frame over the phones, nats; None where the engine gives none.
        changes: where the words differ from what the transcript writes.
        pronunciations: of the words that are not in the engine's own dictionary.
        findings: what the engine itself, or a second one, has to say against it.
    """

    utterance: Utterance
    words: tuple[Interval, ...]
    phones: tuple[Interval, ...]
    score: float | None
    changes: tuple[Change, ...] = ()
    pronunciations: tuple[Pronunciation, ...] = ()
    findings: tuple[Finding, ...] = ()
