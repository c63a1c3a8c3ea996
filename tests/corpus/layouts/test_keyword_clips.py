"""Clips of keywords by folder."""

from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.accounting import Reason


def test_the_folder_s_name_is_what_is_said(workshop: Any) -> None:
    workshop.clip("smart_mirror/1.wav", "smart_mirror/2.wav", "hey-computer/x.wav", "alexa/y.wav")
    assert workshop.read().layout == "keyword_clips"
    assert {u.id: u.transcript for u in workshop.utterances().values()} == {
        "alexa/y": "alexa",
        "hey-computer/x": "hey computer",
        "smart_mirror/1": "smart mirror",
        "smart_mirror/2": "smart mirror",
    }


def test_a_folder_above_may_name_the_split(workshop: Any) -> None:
    workshop.clip("train/alexa/1.wav", "train/alexa/2.wav", "test/alexa/3.wav")
    assert workshop.read().layout == "keyword_clips"
    assert [(u.transcript, u.split) for u in workshop.utterances().values()] == [
        ("alexa", "test"),
        ("alexa", "train"),
        ("alexa", "train"),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("alexa/1.wav", "alexa/2.wav", "top.wav"),
        ("audio/1.wav", "audio/2.wav"),
        ("train/1.wav", "train/2.wav"),
        ("speaker1/1.wav", "speaker1/2.wav"),
        ("alexa/1.wav", "computer/2.wav"),
        ("deep/alexa/1.wav", "deep/alexa/2.wav"),
    ],
)
def test_folders_that_need_not_be_keywords_are_not_taken_for_them(
    workshop: Any, names: tuple[str, ...]
) -> None:
    workshop.clip(*names)
    assert workshop.read().layout == "sidecar"
    assert all(u.transcript is None for u in workshop.utterances().values())


def test_named_by_the_user_any_folder_is_a_keyword(workshop: Any) -> None:
    workshop.clip("hal9000/1.wav", "top.wav")
    said = {u.id: u.transcript for u in workshop.utterances(layout="keyword_clips").values()}
    assert said == {"hal9000/1": "hal9000", "top": None}


def test_clips_of_one_name_are_told_apart(workshop: Any) -> None:
    workshop.clip("alexa/1.wav", "alexa/1.flac")
    assert workshop.reasons() == {"alexa/1 (2)": Reason.DUPLICATE_ID}
