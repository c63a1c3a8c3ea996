"""The judgement of one alignment: its words' confidence, its findings, and whether it is ok."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum

from sal_anchors.accounting import Reason
from sal_anchors.align.aligner import ScoreLimits
from sal_anchors.align.alignment import Alignment, Interval
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.align.quality.calibration import Calibration
from sal_anchors.align.quality.evidence import gather
from sal_anchors.align.quality.findings import find_oddities, in_order, pace_deviation
from sal_anchors.align.quality.judge import judge
from sal_anchors.lazy_audio import Samples
from sal_anchors.timebase import FrameGrid

_SUSPECT_GAP_SECONDS = 0.5
_SUSPECT_PACE = 5.0
_SUSPECT_RATES = (2.0, 22.0)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is held of an alignment.

    Attributes:
        words: as given, with their confidence; without where the engine has no calibration.
        findings: in time order, those that the alignment came with among them.
        verdict: why it is not ok, and a message that names the file; None if it is.
        confidence: mean of the words' confidences: the expected share of words with both
            boundaries within 50 ms of the truth; None where they have none.
    """

    words: tuple[Interval, ...]
    findings: tuple[Finding, ...]
    verdict: tuple[Reason, str] | None
    confidence: float | None


def assess(
    alignment: Alignment,
    refined: Sequence[Interval],
    samples: Samples,
    grid: FrameGrid,
    *,
    limits: ScoreLimits | None,
    calibration: Calibration | None,
    has_words: bool = True,
) -> Assessment:
    """Judge an alignment by its scores, its timing and the audio under it.

    Args:
        alignment: as the engine gave it.
        refined: its words with refined edges.
        samples: float32 (N,), the utterance at the grid's rate.
        grid: gives the sample rate.
        limits: of the engine that made the alignment.
        calibration: of the same; see :func:`sal_anchors.align.quality.calibration.calibration_of`.
        has_words: False for stretches of speech, which words' pace and loudness say nothing of.
    """
    oddities = find_oddities(refined, alignment.phones, samples, grid) if has_words else ()
    words, doubted = _sure(alignment, refined, len(samples) / grid.sample_rate, calibration)
    findings = in_order([*alignment.findings, *doubted, *oddities])
    return Assessment(
        words=words,
        findings=findings,
        verdict=judge(alignment, limits) or _suspicion(alignment, findings),
        confidence=utterance_confidence(words),
    )


def utterance_confidence(words: Sequence[Interval]) -> float | None:
    """Mean confidence of the words, in [0, 1]; None if no word has one."""
    known = [word.confidence for word in words if word.confidence is not None]
    return fsum(known) / len(known) if known else None


def _sure(
    alignment: Alignment,
    refined: Sequence[Interval],
    seconds: float,
    calibration: Calibration | None,
) -> tuple[tuple[Interval, ...], list[Finding]]:
    """Words with their confidence, and a finding for each that probably is not said there."""
    if not calibration:
        return tuple(refined), []
    evidence = gather(alignment.words, alignment.phones, refined, seconds)
    if evidence is None:
        return tuple(refined), []
    words = tuple(
        replace(word, confidence=calibration.confidence_of(one))
        for word, one in zip(refined, evidence, strict=True)
    )
    own = [calibration.own_of(one) for one in evidence]
    doubted = [
        Finding(FindingCode.LOW_SCORE, word.label, word.start, word.end, value)
        for word, value in zip(words, own, strict=True)
        if value < calibration.low_own
    ]
    return words, doubted


def _suspicion(alignment: Alignment, findings: Sequence[Finding]) -> tuple[Reason, str] | None:
    """The first finding that is beyond what right alignments show, as a reason and a message."""
    for finding in findings:
        told = _beyond(finding)
        if told:
            reason, what = told
            where = f"{finding.start:.2f}-{finding.end:.2f} s"
            return reason, f"{alignment.utterance.audio}: {where}: {what}; listen to it"
    return None


def _beyond(finding: Finding) -> tuple[Reason, str] | None:
    value = finding.value
    match finding.code:
        case FindingCode.UNCOVERED_SPEECH if value >= _SUSPECT_GAP_SECONDS:
            return Reason.UNCOVERED_SPEECH, (
                f"{value:.2f} s as loud as speech where the transcript has no word"
            )
        case FindingCode.WORD_OVER_SILENCE:
            return Reason.WORD_OVER_SILENCE, f"{finding.label!r} is placed where it is silent"
        case FindingCode.LONG_WORD if _pace(finding) > _SUSPECT_PACE:
            seconds = finding.end - finding.start
            return Reason.ODD_TIMING, f"{finding.label!r} lasts {seconds:.2f} s"
        case FindingCode.FAST_SPEECH | FindingCode.SLOW_SPEECH if not (
            _SUSPECT_RATES[0] <= value <= _SUSPECT_RATES[1]
        ):
            return Reason.ODD_TIMING, f"{value:.1f} phones a second, nobody speaks so"
    return None


def _pace(finding: Finding) -> float:
    seconds = finding.end - finding.start
    return pace_deviation(seconds, max(1, round(seconds / finding.value)))
