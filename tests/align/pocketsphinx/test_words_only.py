"""One pass instead of two: the same words, scores that tell right from wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.accounting import Failure
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.quality import judge
from sal_anchors.corpus import Utterance

Align = Callable[..., list[Alignment | Failure]]


@pytest.fixture
def align(tmp_path: Path, prompts: Path) -> Align:
    """``align(phones, (prompt, transcript), ...)``; without a transcript, what is said."""

    def run(phones: bool, *pairs: tuple[str, str | None]) -> list[Alignment | Failure]:
        utterances = [
            Utterance(
                id=name,
                audio=prompts / f"{name}.flac",
                transcript=said or (prompts / f"{name}.txt").read_text(),
            )
            for name, said in pairs
        ]
        engine = PocketsphinxAligner(phones=phones)
        return list(engine.align_corpus(utterances, Lexicon(), tmp_path, 1))

    return run


NAMES = ("agent-pass", "sorry", "vm-press", "call-waiting", "is-in-use", "im-sorry")


def test_words_are_those_of_both_passes(align: Align) -> None:
    pairs = [(name, None) for name in NAMES]
    for one, two in zip(align(False, *pairs), align(True, *pairs), strict=True):
        assert isinstance(one, Alignment)
        assert isinstance(two, Alignment)
        assert one.phones == ()
        assert two.phones
        assert [(w.label, w.start, w.end) for w in one.words] == [
            (w.label, w.start, w.end) for w in two.words
        ]


def test_scores_of_one_pass_tell_right_transcripts_from_wrong_ones(align: Align) -> None:
    limits = PocketsphinxAligner(phones=False).capabilities.score_limits
    right = align(False, *((name, None) for name in NAMES))
    wrong = align(
        False,
        ("agent-pass", "elephants never wander over narrow bridges in the winter"),
        ("vm-press", "thank you for calling"),
        ("call-waiting", "the quick brown fox"),
    )
    assert all(isinstance(result, Alignment) and not judge(result, limits) for result in right)
    for result in wrong:
        assert isinstance(result, Failure) or judge(result, limits)


def test_the_engine_says_that_it_gives_no_phones() -> None:
    engine = PocketsphinxAligner(phones=False)
    assert not engine.capabilities.phones
    assert engine.provenance != PocketsphinxAligner().provenance
    assert engine.capabilities.score_limits != PocketsphinxAligner().capabilities.score_limits
