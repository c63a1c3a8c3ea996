"""Reading what MFA writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.mfa.collect import read_analysis, regroup, tier_marks
from sal_anchors.textgrid import Mark, TextGridError, read_textgrid

RECORDED = Path(__file__).parent / "recorded" / "run-bad" / "output"


def test_the_tiers_of_each_speaker_of_one_file_are_told_apart():
    grid = read_textgrid(RECORDED / "twospk.TextGrid")
    agent = [mark.label for mark in tier_marks(grid, "words", "agent")]
    caller = [mark.label for mark in tier_marks(grid, "words", "caller")]
    assert agent == ["please", "hold", "while", "we", "try", "to", "connect", "you"]
    assert caller == [
        "i",
        "am",
        "sorry",
        "that's",
        "not",
        "a",
        "valid",
        "extension",
        "please",
        "try",
        "again",
    ]
    with pytest.raises(TextGridError):
        tier_marks(grid, "words")


def test_an_empty_likelihood_means_not_aligned():
    scores = read_analysis(RECORDED).scores
    assert scores["wrongtext"] is None
    assert scores["ok_pbx-invalid"] == pytest.approx(-46.5373, abs=1e-3)


def test_no_analysis_gives_no_scores(tmp_path: Path):
    assert read_analysis(tmp_path).scores == {}


def test_a_word_that_mfa_cut_at_a_clitic_is_one_again():
    marks = [Mark("that", 0.0, 0.2), Mark("'s", 0.2, 0.3), Mark("not", 0.3, 0.5)]
    assert regroup(marks, ("that's", "not")) == (Mark("that's", 0.0, 0.3), Mark("not", 0.3, 0.5))


@given(st.lists(st.lists(st.text("abc'", min_size=1, max_size=3), min_size=1, max_size=3)))
def test_words_cut_anywhere_are_joined_to_the_same_span(pieces: list[list[str]]):
    labels = [piece for word in pieces for piece in word]
    marks = [Mark(label, i, i + 1) for i, label in enumerate(labels)]
    words = ["".join(word) for word in pieces]
    joined = regroup(marks, words)
    assert joined is not None
    assert [mark.label for mark in joined] == words
    assert [joined[0].start, joined[-1].end] == [0, len(labels)] if joined else not labels


@pytest.mark.parametrize("words", [("a",), ("a", "b", "c"), ("ab", "b"), ("a", "c")])
def test_other_words_are_not_joined(words: tuple[str, ...]):
    assert regroup([Mark("a", 0, 1), Mark("b", 1, 2)], words) is None
