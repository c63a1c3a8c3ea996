"""A row of the manifest: one utterance, aligned or not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Reason, Status
from sal_anchors.align.alignment import Change, Interval, Pronunciation
from sal_anchors.align.finding import Finding
from sal_anchors.anchors.anchor import Anchor
from sal_anchors.corpus.split import assign_split
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.events.event import Event


def _no_labels() -> NDArray[np.int16]:
    return np.zeros(0, dtype=np.int16)


def _no_weights() -> NDArray[np.float32]:
    return np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One utterance of a manifest. Times in seconds from the utterance's start.

    Attributes:
        id: unique in the manifest.
        status: ok and suspect rows carry targets; failed and skipped rows do not.
        reason: None exactly when the status is ok.
        message: what happened, for people; empty when ok.
        audio: path under the manifest's audio root, forward slashes.
        start: seconds from the file's start to the utterance's.
        channel: index from 0 of the channel taken, or None for the mean of all.
        sample_rate: of the file, Hz; 0 if it could not be read.
        num_samples: of the utterance at the file's rate; 0 if it could not be read.
        content_hash: SHA-256 of the audio file, hex; empty if it could not be read.
        transcript: as the corpus gave it.
        speaker: None where the corpus does not tell.
        split: ``train``, ``dev`` or ``test``.
        streams: readings of sensors beside the audio file.
        score: of the alignment, nats a frame.
        words: with refined edges.
        engine_words: as the engine gave them.
        phones: as the engine gave them.
        changes: where the words differ from what the transcript writes.
        pronunciations: of the words that are not in the engine's own dictionary.
        findings: what is odd about the alignment.
        events: in time order.
        anchors: the same events on the grid.
        num_frames: frames of the utterance on the manifest's grid.
        labels: int16 (num_frames,).
        weights: float32 (num_frames,).
    """

    id: str
    status: Status
    reason: Reason | None = None
    message: str = ""
    audio: str
    start: float = 0.0
    channel: int | None = None
    sample_rate: int = 0
    num_samples: int = 0
    content_hash: str = ""
    transcript: str | None = None
    speaker: str | None = None
    split: str
    streams: tuple[StreamRef, ...] = ()
    score: float | None = None
    words: tuple[Interval, ...] = ()
    engine_words: tuple[Interval, ...] = ()
    phones: tuple[Interval, ...] = ()
    changes: tuple[Change, ...] = ()
    pronunciations: tuple[Pronunciation, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    num_frames: int = 0
    labels: NDArray[np.int16] = field(default_factory=_no_labels)
    weights: NDArray[np.float32] = field(default_factory=_no_weights)

    @property
    def usable(self) -> bool:
        """Whether the row carries targets."""
        return self.status in (Status.OK, Status.SUSPECT)

    @property
    def duration(self) -> float:
        """Seconds; 0 if the audio could not be read."""
        return self.num_samples / self.sample_rate if self.sample_rate else 0.0

    @classmethod
    def of_utterance(cls, utterance: Utterance, audio_root: Path) -> Self:
        """A row that knows no more than the corpus does; its audio lies under ``audio_root``."""
        return cls(
            id=utterance.id,
            status=Status.OK,
            audio=utterance.audio.relative_to(audio_root).as_posix(),
            start=utterance.start,
            channel=utterance.channel,
            transcript=utterance.transcript,
            speaker=utterance.speaker,
            split=assign_split(utterance),
            streams=utterance.streams,
        )

    def settled(self) -> Self:
        """The row with its events, and without what they were found in: rendering anew finds no
        others."""
        return replace(
            self,
            words=(),
            engine_words=(),
            phones=(),
            changes=(),
            pronunciations=(),
            findings=(),
        )

    def explained(self, reason: Reason, message: str) -> Self:
        """The row with a reason, and the status that it has."""
        return replace(self, status=reason.status, reason=reason, message=message)
