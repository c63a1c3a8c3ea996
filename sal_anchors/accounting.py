"""What becomes of each utterance: one status and, unless ok, one reason from a closed list."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sal_anchors.corpus.utterance import Utterance
    from sal_anchors.manifest.row import Row


class Status(StrEnum):
    """The end of an utterance's way through alignment."""

    OK = "ok"
    SUSPECT = "suspect"
    FAILED = "failed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why an utterance is not ok."""

    MISSING_AUDIO = "missing_audio"
    DUPLICATE_ID = "duplicate_id"
    MISSING_TRANSCRIPT = "missing_transcript"
    EMPTY_TRANSCRIPT = "empty_transcript"
    UNREADABLE_TRANSCRIPT = "unreadable_transcript"
    EMPTY_AUDIO = "empty_audio"
    NOT_AUDIO = "not_audio"
    CORRUPT_AUDIO = "corrupt_audio"
    SILENT = "silent"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OOV = "oov"
    NO_PATH = "no_path"
    TRANSCRIPT_MISMATCH = "transcript_mismatch"
    LOW_CONFIDENCE = "low_confidence"
    ENGINE_ERROR = "engine_error"

    @property
    def status(self) -> Status:
        """The status that this reason leads to."""
        if self in (Reason.MISSING_AUDIO, Reason.DUPLICATE_ID):
            return Status.SKIPPED
        return Status.SUSPECT if self is Reason.LOW_CONFIDENCE else Status.FAILED


@dataclass(frozen=True, slots=True)
class Failure:
    """An utterance that got no alignment.

    Attributes:
        utterance: the utterance as the corpus gave it.
        reason: its place in the closed list.
        message: one sentence that names the file, what was expected and what to do.
    """

    utterance: Utterance
    reason: Reason
    message: str


@dataclass(slots=True)
class SplitTally:
    """What a split holds: usable utterances, their seconds, and events by (kind, label)."""

    usable: int = 0
    seconds: float = 0.0
    events: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """Counts that must add up: ``total = ok + suspect + failed + skipped``.

    Attributes:
        statuses: utterances by status.
        reasons: utterances that are not ok, by reason.
        audio_seconds: length of all utterances whose audio could be read.
        splits: of the usable utterances.
    """

    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    audio_seconds: float = 0.0
    splits: defaultdict[str, SplitTally] = field(default_factory=lambda: defaultdict(SplitTally))

    def add(self, row: Row) -> None:
        """Count a finished row."""
        self.statuses[row.status] += 1
        self.audio_seconds += row.duration
        if row.reason:
            self.reasons[row.reason] += 1
        if row.usable:
            split = self.splits[row.split]
            split.usable += 1
            split.seconds += row.duration
            split.events.update((event.kind.value, event.label) for event in row.events)

    @property
    def total(self) -> int:
        """Utterances counted."""
        return self.statuses.total()

    @property
    def usable(self) -> int:
        """Utterances that carry targets."""
        return self.statuses[Status.OK] + self.statuses[Status.SUSPECT]

    @property
    def events(self) -> Counter[tuple[str, str]]:
        """Events of all splits by (kind, label)."""
        return sum((split.events for split in self.splits.values()), Counter())
