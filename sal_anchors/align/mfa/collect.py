"""What MFA leaves behind, and what it leaves out: one result for each utterance it was given."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Alignment, Interval, Pronunciation
from sal_anchors.align.mfa.prepare import GRID, Prepared, failure
from sal_anchors.textgrid import Mark, TextGridError, TextGridFile, read_textgrid

ANALYSIS = "alignment_analysis.csv"

_NO_WORD = frozenset({"", "sil", "sp", "<eps>"})
_UNKNOWN_PHONE = "spn"
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Analysis:
    """``alignment_analysis.csv``: log-likelihoods a frame by file stem, None if not aligned.

    Attributes:
        scores: empty if MFA wrote no such file, as when it trains.
    """

    scores: dict[str, float | None]


def read_analysis(output: Path) -> Analysis:
    """Read MFA's own account; a file that is absent or of another form gives an empty one."""
    path = output / ANALYSIS
    if not path.is_file():
        return Analysis({})
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        return Analysis(
            {
                row["file"]: _number(row.get("overall_log_likelihood"))
                for row in rows
                if "file" in row
            }
        )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def collect(
    prepared: Prepared,
    output: Path,
    analysis: Analysis,
    pronunciations: Sequence[Pronunciation] = (),
) -> Alignment | Failure:
    """The result of one utterance.

    Args:
        prepared: what MFA was given.
        output: where its TextGrids are, a folder a speaker.
        analysis: of the same run.
        pronunciations: of the utterance's words that are not the dictionary's own.
    """
    path = output / f"{prepared.name}.TextGrid"
    utterance = prepared.utterance
    score = analysis.scores.get(prepared.stem)
    if not path.is_file():
        return _left_out(prepared, analysis)
    try:
        grid = read_textgrid(path, audio_seconds=prepared.seconds)
        words = tier_marks(grid, "words")
        phones = tier_marks(grid, "phones")
    except TextGridError as error:
        return failure(utterance, Reason.ENGINE_ERROR, f"mfa wrote a bad TextGrid: {error}")
    unknown = [p for p in phones if p.label == _UNKNOWN_PHONE]
    if unknown:
        return _oov(prepared, words, unknown)
    spoken = regroup(words, prepared.words)
    if spoken is None:
        found = " ".join(word.label for word in words)
        message = f"mfa aligned other words than the transcript's: {found!r}"
        return failure(utterance, Reason.NO_PATH, message)
    return Alignment(
        utterance,
        words=_intervals(spoken, prepared.seconds),
        phones=_intervals(phones, prepared.seconds),
        score=score,
        changes=prepared.changes,
        pronunciations=tuple(pronunciations),
    )


def tier_marks(grid: TextGridFile, kind: str, speaker: str | None = None) -> tuple[Mark, ...]:
    """The words or phones of one speaker, silences left out.

    Args:
        grid: written by MFA.
        kind: ``words`` or ``phones``.
        speaker: where several speak in one file and the tiers are named ``NAME - words``; None
            for a file with one speaker, whose tier is named ``words`` alone, or likewise.

    Raises:
        TextGridError: there is no such tier, or several.
    """
    if speaker is not None:
        tier = grid.tier(f"{speaker} - {kind}")
    else:
        named = [t.name for t in grid.tiers if t.name == kind or t.name.endswith(f" - {kind}")]
        tier = grid.tier(named[0] if len(named) == 1 else kind)
    return tuple(mark for mark in tier.marks if mark.label not in _NO_WORD)


def regroup(marks: Sequence[Mark], words: Sequence[str]) -> tuple[Mark, ...] | None:
    """The marks joined so that their labels are ``words``: MFA may cut a word at a clitic.

    Returns:
        One mark a word, or None if the labels in a row are not the words in a row.
    """
    joined: list[Mark] = []
    rest = list(marks)
    for word in words:
        taken: list[Mark] = []
        label = ""
        while rest and label != word and word.startswith(label + rest[0].label):
            taken.append(rest.pop(0))
            label += taken[-1].label
        if label != word:
            return None
        joined.append(Mark(word, taken[0].start, taken[-1].end))
    return None if rest else tuple(joined)


def _intervals(marks: Sequence[Mark], seconds: float) -> tuple[Interval, ...]:
    """Marks on the sample grid, within the audio."""
    return tuple(
        Interval(mark.label, GRID.snap(max(mark.start, 0.0)), GRID.snap(min(mark.end, seconds)))
        for mark in marks
        if mark.start < seconds
    )


def _oov(prepared: Prepared, words: Sequence[Mark], unknown: Sequence[Mark]) -> Failure:
    spoken_over = {
        word.label: word
        for word in words
        for phone in unknown
        if phone.start < word.end - _EPSILON and word.start < phone.end - _EPSILON
    }
    named = ", ".join(f"{label!r}" for label in spoken_over) or "a word"
    message = (
        f"no pronunciation for {named}: mfa put noise in place of it; add it to a file of "
        "'word PHONE PHONE ...' lines and give it as --lexicon, or name a G2P model"
    )
    return failure(prepared.utterance, Reason.OOV, message)


def _left_out(prepared: Prepared, analysis: Analysis) -> Failure:
    """Why there is no TextGrid, as far as MFA's own files tell."""
    stem = prepared.stem
    if stem in analysis.scores and analysis.scores[stem] is not None:
        message = "mfa says that it aligned it, but wrote no TextGrid; see its log"
        return failure(prepared.utterance, Reason.ENGINE_ERROR, message)
    told = (
        f"{ANALYSIS} has no likelihood for it"
        if stem in analysis.scores
        else "it wrote no TextGrid for it"
    )
    message = (
        f"mfa found no way through its {prepared.seconds:.2f} s that fits the "
        f"{len(prepared.words)} words of the transcript ({told}); check that it is what is said"
    )
    return failure(prepared.utterance, Reason.NO_PATH, message)
