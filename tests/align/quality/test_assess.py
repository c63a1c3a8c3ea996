"""The judgement of an alignment, by hand-made ones and with the real engine."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.align import Alignment, Interval, Lexicon, ScoreLimits
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.quality import Assessment, assess
from sal_anchors.align.quality.assess import utterance_confidence
from sal_anchors.align.quality.calibration import calibration_of
from sal_anchors.audio import read_recording
from sal_anchors.corpus import Utterance
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
LIMITS = ScoreLimits(reject_below=-5.0, warn_below=-3.0)
UTTERANCE = Utterance(id="x", audio=Path("corpus/x.wav"), transcript="hello")
PROMPTS = Path(__file__).resolve().parents[3] / "sample_data"


def _assess(
    *spans: tuple[str, float, float],
    loud: tuple[tuple[float, float], ...] | None = None,
    seconds: float = 6.0,
    score: float | None = None,
    findings: tuple[Finding, ...] = (),
) -> Assessment:
    """Words without phones over noise that is loud in them, or where told."""
    words = tuple(Interval(*span) for span in spans)
    samples = np.random.default_rng(0).normal(0, 1e-3, round(seconds * 16_000))
    for start, end in loud or [(word.start, word.end) for word in words]:
        samples[round(start * 16_000) : round(end * 16_000)] *= 100
    return assess(
        Alignment(UTTERANCE, words, (), score, findings=findings),
        words,
        samples.astype(np.float32),
        GRID,
        limits=LIMITS,
        calibration=calibration_of("pocketsphinx"),
    )


def test_a_usual_alignment_is_ok_and_without_scores_has_no_confidence() -> None:
    found = _assess(("hello", 0.5, 1.0))
    assert (found.verdict, found.findings, found.confidence) == (None, (), None)
    assert found.words[0].confidence is None


@pytest.mark.parametrize(
    ("loud", "spans", "reason", "said"),
    [
        ([(0.5, 1.0), (2.0, 2.8)], [("hello", 0.5, 1.0)], Reason.UNCOVERED_SPEECH, "no word"),
        (
            [(0.5, 1.0)],
            [("hello", 0.5, 1.0), ("there", 2.0, 2.4)],
            Reason.WORD_OVER_SILENCE,
            "'there'",
        ),
        ([(0.5, 5.5)], [("hello", 0.5, 5.5)], Reason.ODD_TIMING, "'hello' lasts 5.00 s"),
        ([(0.5, 0.7)], [("helloxxxx", 0.5, 0.7)], Reason.ODD_TIMING, "phones a second"),
    ],
)
def test_what_right_alignments_never_show_makes_it_suspect(
    loud: list[tuple[float, float]],
    spans: list[tuple[str, float, float]],
    reason: Reason,
    said: str,
) -> None:
    found = _assess(*spans, loud=tuple(loud))
    assert found.verdict is not None
    assert found.verdict[0] is reason
    assert reason.status is Status.SUSPECT
    assert said in found.verdict[1]
    assert "corpus/x.wav" in found.verdict[1]


def test_a_short_uncovered_stretch_is_a_finding_but_not_suspect() -> None:
    found = _assess(("hello", 0.5, 1.0), loud=((0.5, 1.0), (2.0, 2.3)))
    assert [one.code for one in found.findings] == [FindingCode.UNCOVERED_SPEECH]
    assert found.verdict is None


def test_a_hopeless_score_stands_before_all_else() -> None:
    found = _assess(("hello", 0.5, 5.5), score=-9.0)
    assert found.verdict is not None
    assert found.verdict[0] is Reason.TRANSCRIPT_MISMATCH


def test_findings_that_the_alignment_came_with_are_kept() -> None:
    brought = Finding(FindingCode.ENGINES_DISAGREE, "hello", 0.5, 1.0, 0.2)
    assert _assess(("hello", 0.5, 1.0), findings=(brought,)).findings == (brought,)


def test_the_utterance_is_as_sure_as_its_words_at_the_mean() -> None:
    word = Interval("hello", 0.0, 1.0)
    words = [replace(word, confidence=0.25), word, replace(word, confidence=0.75)]
    assert utterance_confidence(words) == 0.5
    assert utterance_confidence([word]) is None


@pytest.fixture(scope="module")
def prompts() -> list[Utterance]:
    with (PROMPTS / "prompts.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    folder = PROMPTS / "prompts"
    return [
        Utterance(id=row["prompt"], audio=folder / f"{row['prompt']}.flac", transcript=row["text"])
        for row in rows
    ]


def _assessed(utterances: list[Utterance]) -> list[Assessment | None]:
    engine = PocketsphinxAligner()
    found: list[Assessment | None] = []
    for result in engine.align_corpus(utterances, Lexicon(), Path(), 1):
        if not isinstance(result, Alignment):
            found.append(None)
            continue
        samples = read_recording(result.utterance.audio, GRID).samples
        refined = refine_words(result.words, result.phones, samples, GRID, known=True)
        found.append(
            assess(
                result,
                refined,
                samples,
                GRID,
                limits=engine.capabilities.score_limits,
                calibration=calibration_of(engine.provenance.engine),
            )
        )
    return found


def test_right_prompts_are_sure_and_ok(prompts: list[Utterance]) -> None:
    for found in _assessed(prompts[:12]):
        assert found is not None
        assert found.verdict is None
        assert found.confidence is not None
        assert found.confidence > 0.4


def test_one_wrong_word_is_found_at_that_word(prompts: list[Utterance]) -> None:
    wrong = [
        replace(prompt, transcript=(prompt.transcript or "").lower().replace("enter", "banana"))
        for prompt in prompts
        if "enter your" in (prompt.transcript or "").lower()
    ]
    assert len(wrong) >= 3
    for found in _assessed(wrong):
        assert found is not None
        low = [one for one in found.findings if one.code is FindingCode.LOW_SCORE]
        assert "banana" in {one.label for one in low}
        said = next(word for word in found.words if word.label == "banana")
        assert said.confidence is not None
        assert said.confidence < 0.5


def test_a_transcript_of_another_prompt_is_never_ok(prompts: list[Utterance]) -> None:
    said = [set((prompt.transcript or "").lower().split()) for prompt in prompts]
    pairs = [(0, other) for other in range(len(prompts)) if not said[0] & said[other]][:8]
    assert len(pairs) == 8
    swapped = [replace(prompts[a], transcript=prompts[b].transcript) for a, b in pairs]
    for found in _assessed(swapped):
        assert found is None or found.verdict is not None
