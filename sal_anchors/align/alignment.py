"""What an engine returns: words and phones in time, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    label: str
    start: float
    end: float
    score: float | None = None


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
    """

    utterance: Utterance
    words: tuple[Interval, ...]
    phones: tuple[Interval, ...]
    score: float | None
