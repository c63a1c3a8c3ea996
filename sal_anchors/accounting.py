"""What becomes of each utterance: one status and, unless ok, one reason from a closed list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sal_anchors.errors import AccountingError

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
    """Why an utterance is not ok.

    Of the corpus: ``missing_audio``, a file is not there; ``duplicate_id``, an earlier utterance
    has its id; ``not_speech``, the layout keeps it beside the speech, such as background noise;
    ``other_language``, the engine does not know its language;
    ``bad_row``, a row of a table or list that does not say what it must; ``outside_root``, a path
    that leaves the audio root; ``unsupported_source``, audio that is no file, such as a command
    or an address; ``missing_transcript``, ``empty_transcript``, ``unreadable_transcript``.

    Of the audio: ``empty_audio``; ``not_audio``; ``unsupported_audio``, a format that nothing here
    decodes; ``corrupt_audio``; ``no_such_channel``; ``segment_outside``, a stretch that is not
    inside its file.

    Of the streams beside it: ``missing_stream``, a file is not there; ``bad_stream``, it does not
    hold the readings that the corpus says.

    Of an imported alignment: ``no_import``, there is none for this id, or several could be meant;
    ``bad_import``, it cannot be read, is empty, or its times are impossible.

    Of the alignment, which is kept and flagged: ``low_confidence``, the transcript may not match
    what is said; ``uncovered_speech``, half a second as loud as speech is in no word;
    ``word_over_silence``, a word lies where it is as quiet as in the pauses; ``odd_timing``, a
    word lasts too long, or the utterance is spoken too fast or too slow, to be real.

    Of a review: ``marked_bad``, a person found the utterance unfit.
    """

    MISSING_AUDIO = "missing_audio"
    DUPLICATE_ID = "duplicate_id"
    NOT_SPEECH = "not_speech"
    OTHER_LANGUAGE = "other_language"
    BAD_ROW = "bad_row"
    OUTSIDE_ROOT = "outside_root"
    UNSUPPORTED_SOURCE = "unsupported_source"
    MISSING_TRANSCRIPT = "missing_transcript"
    EMPTY_TRANSCRIPT = "empty_transcript"
    UNREADABLE_TRANSCRIPT = "unreadable_transcript"
    EMPTY_AUDIO = "empty_audio"
    NOT_AUDIO = "not_audio"
    UNSUPPORTED_AUDIO = "unsupported_audio"
    CORRUPT_AUDIO = "corrupt_audio"
    NO_SUCH_CHANNEL = "no_such_channel"
    SEGMENT_OUTSIDE = "segment_outside"
    MISSING_STREAM = "missing_stream"
    BAD_STREAM = "bad_stream"
    SILENT = "silent"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OOV = "oov"
    NO_PATH = "no_path"
    TRANSCRIPT_MISMATCH = "transcript_mismatch"
    LOW_CONFIDENCE = "low_confidence"
    UNCOVERED_SPEECH = "uncovered_speech"
    WORD_OVER_SILENCE = "word_over_silence"
    ODD_TIMING = "odd_timing"
    ENGINE_ERROR = "engine_error"
    NO_IMPORT = "no_import"
    BAD_IMPORT = "bad_import"
    MARKED_BAD = "marked_bad"

    @property
    def status(self) -> Status:
        """The status that this reason leads to."""
        if self in _LEFT_OUT:
            return Status.SKIPPED
        return Status.SUSPECT if self in _SUSPICIONS else Status.FAILED


_LEFT_OUT = frozenset(
    (
        Reason.MISSING_AUDIO,
        Reason.MISSING_STREAM,
        Reason.DUPLICATE_ID,
        Reason.NOT_SPEECH,
        Reason.OTHER_LANGUAGE,
        Reason.MARKED_BAD,
    )
)
_SUSPICIONS = frozenset(
    {
        Reason.LOW_CONFIDENCE,
        Reason.UNCOVERED_SPEECH,
        Reason.WORD_OVER_SILENCE,
        Reason.ODD_TIMING,
    }
)


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
        findings: oddities of all alignments, by code.
        resumed: utterances whose result was kept from an earlier run.
    """

    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    audio_seconds: float = 0.0
    splits: defaultdict[str, SplitTally] = field(default_factory=lambda: defaultdict(SplitTally))
    findings: Counter[str] = field(default_factory=Counter)
    resumed: int = 0

    def add(self, row: Row) -> None:
        """Count a finished row."""
        self.count(
            row.status,
            row.reason,
            row.duration,
            row.split,
            findings=[finding.code.value for finding in row.findings],
            events=[(event.kind.value, event.label) for event in row.events],
        )

    def count(
        self,
        status: Status,
        reason: Reason | None,
        seconds: float,
        split: str,
        *,
        findings: Sequence[str],
        events: Sequence[tuple[str, str]],
    ) -> None:
        """Count a finished row by what it says.

        Args:
            status: of the row.
            reason: None exactly when it is ok.
            seconds: of its audio; 0 if that could not be read.
            split: that it is in.
            findings: codes of what is odd about it.
            events: their (kind, label).
        """
        self.statuses[status] += 1
        self.audio_seconds += seconds
        if reason:
            self.reasons[reason] += 1
        if findings:
            self.findings.update(findings)
        if status in (Status.OK, Status.SUSPECT):
            held = self.splits[split]
            held.usable += 1
            held.seconds += seconds
            held.events.update(events)

    def require(self, items: int) -> None:
        """Check that nothing was lost: ``items = ok + suspect + failed + skipped``, and that as
        many utterances have a reason as are not ok.

        Raises:
            AccountingError: otherwise; it is a fault of this package.
        """
        explained = self.reasons.total()
        if items != self.total or explained != self.total - self.statuses[Status.OK]:
            counted = ", ".join(f"{status} {self.statuses[status]}" for status in Status)
            raise AccountingError(
                f"{items} utterances went in and {self.total} came out ({counted}; "
                f"{explained} with a reason)",
                hint="This is a fault of sal-anchors; please report it",
            )

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
