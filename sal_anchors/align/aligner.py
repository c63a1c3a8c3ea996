"""What an alignment engine is to the rest of the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    """

    languages: frozenset[str]
    sample_rate: int
    frame_step: float
    phones: bool
    score_limits: ScoreLimits | None
    max_seconds: float


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
