"""Existing alignments in place of an aligner: TextGrid, CTM, or word times in JSONL."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities, Scope
from sal_anchors.align.alignment import Alignment, Change, Interval, Provenance
from sal_anchors.align.import_source import Entry, Format, ImportOptions, Index
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import normalise
from sal_anchors.audio import AudioError, probe_recording
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.timebase import FrameGrid

__all__ = ["Format", "ImportOptions", "ImportedAligner"]

END_TOLERANCE = 0.02
SAMPLE_RATE = 16_000

_GRID = FrameGrid(sample_rate=SAMPLE_RATE)
_UNKNOWN = frozenset({"<unk>", "<unk/>", "[unk]", "[bracketed]"})
_UNKNOWN_PHONE = "spn"


class ImportedAligner:
    """Alignments made elsewhere, taken as they are and checked.

    An utterance is found by its id, else by the last part of its id if only one entry has it.
    """

    def __init__(self, options: ImportOptions):
        self._options = options

    @property
    def capabilities(self) -> Capabilities:
        """Any language; times as given; nothing is kept between runs, the files are read anew."""
        return Capabilities(
            languages=frozenset(),
            sample_rate=SAMPLE_RATE,
            frame_step=1 / SAMPLE_RATE,
            phones=True,
            score_limits=None,
            max_seconds=math.inf,
            scope=Scope.FILES,
        )

    @property
    def provenance(self) -> Provenance:
        """Format, and for a single file its name and SHA-256."""
        options = self._options
        settings: list[tuple[str, str]] = [("format", options.format)]
        if options.format == "textgrid":
            settings += [("phones_tier", options.phones_tier), ("words_tier", options.words_tier)]
        model = options.source.name
        if options.source.is_file():
            with options.source.open("rb") as file:
                model += f" sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        return Provenance("import", "1", model, tuple(settings))

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """The entry of each utterance; no audio is decoded, ``lexicon`` and ``jobs`` are not used.

        Raises:
            EngineError: the source is absent, holds no alignment of this format, or cannot be
                read as one.
        """
        index = Index(self._options)
        for utterance in utterances:
            yield _result(utterance, index)


def _result(utterance: Utterance, index: Index) -> Alignment | Failure:
    entry = index.find(utterance.id)
    if isinstance(entry, str):
        return Failure(utterance, Reason.NO_IMPORT, f"{utterance.audio}: {entry}")
    if entry.fault:
        return Failure(utterance, Reason.BAD_IMPORT, entry.fault)
    if not entry.words:
        message = f"{entry.where}: the alignment holds no words"
        return Failure(utterance, Reason.BAD_IMPORT, message)
    try:
        seconds = utterance.duration
        if seconds is None:
            seconds = probe_recording(utterance.audio).seconds - utterance.start
    except AudioError as error:
        return Failure(utterance, error.reason, str(error))
    for intervals in (entry.words, entry.phones):
        if fault := _time_fault(intervals, seconds):
            return Failure(utterance, Reason.BAD_IMPORT, f"{entry.where}: {fault}")
    return _checked(utterance, entry, seconds)


def _time_fault(intervals: tuple[Interval, ...], seconds: float) -> str:
    """What is impossible about these times; empty if nothing is."""
    last, label = 0.0, ""
    for interval in intervals:
        span = f"{interval.label!r} from {interval.start} to {interval.end} s"
        if not (math.isfinite(interval.start) and math.isfinite(interval.end)):
            return f"{span}: not finite"
        if interval.start < 0:
            return f"{span}: begins before the recording"
        if interval.end <= interval.start:
            return f"{span}: does not end after it begins"
        if interval.end > seconds + END_TOLERANCE:
            return f"{span}: ends after the recording's {seconds:.3f} s"
        if interval.start < last:
            return f"{span}: begins before {label!r} has ended at {last} s"
        last, label = interval.end, interval.label
    return ""


def _checked(utterance: Utterance, entry: Entry, seconds: float) -> Alignment | Failure:
    """The alignment if its words are those of the transcript, where there is one."""
    unknown = [w.label for w in entry.words if w.label.lower() in _UNKNOWN]
    unknown += [
        word.label
        for phone in entry.phones
        if phone.label == _UNKNOWN_PHONE
        for word in entry.words
        if phone.start < word.end and word.start < phone.end
    ]
    if unknown:
        message = f"{entry.where}: {unknown[0]!r} stands for a word that its aligner did not know"
        return Failure(utterance, Reason.OOV, message)
    words = _spoken(entry.words, utterance.language)
    changes: tuple[Change, ...] = ()
    if utterance.transcript is not None:
        text = normalise(utterance.transcript, utterance.language)
        labels = tuple(part for word in words for part in word.label.split())
        if labels != text.words:
            place = next(
                (i for i, (a, b) in enumerate(zip(labels, text.words, strict=False)) if a != b),
                min(len(labels), len(text.words)),
            )
            message = (
                f"{entry.where}: its word {place + 1} is {_nth(labels, place)}, "
                f"the transcript's is {_nth(text.words, place)}; correct one of them"
            )
            return Failure(utterance, Reason.TRANSCRIPT_MISMATCH, message)
        changes = text.changes
    return Alignment(
        utterance, _snapped(words, seconds), _snapped(entry.phones, seconds), None, changes
    )


def _nth(words: tuple[str, ...], place: int) -> str:
    return repr(words[place]) if place < len(words) else "missing"


def _spoken(words: tuple[Interval, ...], language: str) -> tuple[Interval, ...]:
    """Words with labels as a transcript's are normalised; one that becomes several, such as a
    number, keeps them as one label, since no times are known inside it."""
    spoken = []
    for word in words:
        label = " ".join(normalise(word.label, language).words)
        if label:
            spoken.append(Interval(label, word.start, word.end, word.score))
    return tuple(spoken)


def _snapped(intervals: tuple[Interval, ...], seconds: float) -> tuple[Interval, ...]:
    return tuple(
        Interval(
            i.label, _GRID.snap(i.start), _GRID.snap(min(i.end, seconds)), i.score, i.confidence
        )
        for i in intervals
    )
