"""What an alignment engine is to the rest of the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from sal_anchors.accounting import Failure
from sal_anchors.align.alignment import Alignment, Provenance
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.corpus.utterance import Utterance


@dataclass(frozen=True, slots=True)
class ScoreLimits:
    """Where an engine's utterance scores tell right transcripts from wrong ones, nats a frame.

    They belong to one engine and are never shared.

    Attributes:
        reject_below: the transcript is held to be wrong.
        warn_below: the alignment is kept and flagged.
    """

    reject_below: float
    warn_below: float


class Scope(StrEnum):
    """What a result depends on beside engine, settings and pronunciations.

    It decides which results can be kept for resuming: a result is found again only if all that
    it depends on is as it was.
    """

    UTTERANCE = "utterance"
    """Its own audio and transcript."""
    SPEAKER = "speaker"
    """All utterances of its speaker: the engine adapts to each."""
    CORPUS = "corpus"
    """All utterances: the engine trains on them."""
    FILES = "files"
    """Files of its own, read anew in each run; nothing is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeErrors:
    """How far an engine's word edges are from hand-made ones, seconds; defaults: pocketsphinx's.

    By it the edges of two engines are compared. The p90 values are 90th percentiles of the
    absolute error.

    Attributes:
        bias: median of found minus true of boundaries between words; it is taken off them.
        start: p90 of word starts that the energy does not settle.
        end: p90 of word ends likewise.
    """

    bias: float = -0.005
    start: float = 0.040
    end: float = 0.038


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do.

    Attributes:
        languages: BCP 47 primary tags.
        sample_rate: of the audio it works on, Hz.
        frame_step: resolution of its times, seconds.
        phones: whether it returns phones.
        score_limits: how its scores are judged; None if it gives none.
        max_seconds: longest utterance it takes.
        scope: what a result depends on.
        edges: how far its word edges are from the truth.
        known_edges: whether the network of :mod:`sal_anchors.events.edges` was fitted on its edges
            and so knows their usual errors.
        needs_transcript: whether it finds words, by what was said; one that does not finds
            stretches of speech, labelled ``speech``.
    """

    languages: frozenset[str]
    sample_rate: int
    frame_step: float
    phones: bool
    score_limits: ScoreLimits | None
    max_seconds: float
    scope: Scope = Scope.UTTERANCE
    edges: EdgeErrors = EdgeErrors()
    known_edges: bool = False
    needs_transcript: bool = True


class Aligner(Protocol):
    """An engine. Results are values, never exceptions, one an utterance, in the given order."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    @property
    def provenance(self) -> Provenance:
        """What its results come from."""
        ...

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align all utterances.

        Args:
            utterances: consumed lazily; memory does not grow with their number.
            lexicon: pronunciations that stand before the engine's own.
            workdir: a folder of this run alone, for an engine that needs files.
            jobs: processes to use, >= 1.
        """
        ...
