"""MFA's corpora: speaker folders and TextGrids of several speakers."""

from __future__ import annotations

from typing import Any

import textgrid

from sal_anchors.accounting import Reason


def _grid(path: Any, **tiers: list[tuple[float, float, str]]) -> None:
    grid = textgrid.TextGrid(maxTime=10.0)
    for name, intervals in tiers.items():
        tier = textgrid.IntervalTier(name=name.replace("__", " - "), minTime=0.0, maxTime=10.0)
        for interval in intervals:
            tier.add(*interval)
        grid.append(tier)
    path.parent.mkdir(parents=True, exist_ok=True)
    grid.write(str(path))


def test_each_labelled_interval_of_a_speaker_s_tier_is_an_utterance(workshop: Any) -> None:
    workshop.clip("talks/one.wav")
    _grid(
        workshop.root / "talks/one.TextGrid",
        ann=[(0.5, 1.25, "please"), (3.0, 4.0, "try again")],
        bob=[(1.5, 2.75, "sorry")],
    )
    assert workshop.read().layout == "mfa_style"
    utterances = workshop.utterances()
    assert {u.id: (u.start, u.duration, u.transcript, u.speaker) for u in utterances.values()} == {
        "talks/one-ann-0001": (0.5, 0.75, "please", "ann"),
        "talks/one-ann-0002": (3.0, 1.0, "try again", "ann"),
        "talks/one-bob-0001": (1.5, 1.25, "sorry", "bob"),
    }
    assert {u.audio for u in utterances.values()} == {workshop.root / "talks/one.wav"}


def test_speaker_folders_name_the_speakers(workshop: Any) -> None:
    workshop.clip("ann/1.wav", "ann/2.wav", "bob/1.wav")
    for name in ("ann/1.lab", "ann/2.lab", "bob/1.lab"):
        workshop.put(name, "please\n")
    assert workshop.read().layout == "mfa_style"
    assert [u.speaker for u in workshop.utterances().values()] == ["ann", "ann", "bob"]


def test_texts_are_taken_where_a_recording_has_no_textgrid(workshop: Any) -> None:
    workshop.clip("ann/1.wav", "ann/2.wav", "ann/3.wav")
    _grid(workshop.root / "ann/1.TextGrid", ann=[(0, 1, "please")])
    workshop.put("ann/2.txt", "sorry")
    workshop.put("ann/4.txt", "lost")
    items = workshop.items()
    assert items["ann/2"].transcript == "sorry" and items["ann/3"].transcript is None
    assert workshop.reasons() == {"ann/4": Reason.MISSING_AUDIO}


def test_a_textgrid_that_cannot_be_read_or_says_nothing_is_a_failure(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav", "c.wav")
    _grid(workshop.root / "a.TextGrid", ann=[(0, 1, "please")])
    workshop.put("b.TextGrid", "File type = nonsense")
    _grid(workshop.root / "c.TextGrid", ann=[])
    failures = workshop.failures()
    assert {id_: failure.reason for id_, failure in failures.items()} == {
        "b": Reason.UNREADABLE_TRANSCRIPT,
        "c": Reason.EMPTY_TRANSCRIPT,
    }
    assert "b.TextGrid" in failures["b"].message and "c.TextGrid" in failures["c"].message


def test_an_alignment_beside_the_audio_is_not_taken_for_a_transcript(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("a.txt", "please")
    _grid(workshop.root / "a.TextGrid", words=[(0, 1, "please")], phones=[(0, 1, "P")])
    assert workshop.read().layout == "sidecar"
    assert workshop.utterances(layout="mfa_style")["a"].transcript == "please"
    _grid(workshop.root / "a.TextGrid", ann__words=[(0, 1, "please")])
    assert workshop.read().layout == "sidecar"


def test_a_speaker_s_name_that_leaves_the_folder_makes_no_such_id(workshop: Any) -> None:
    workshop.clip("a.wav")
    _grid(workshop.root / "a.TextGrid", **{"/../../x": [(0, 1, "please")]})
    assert list(workshop.reasons().values()) == [Reason.BAD_ROW]
