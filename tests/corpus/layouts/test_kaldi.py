"""Kaldi data directories: plain paths are read, commands are never run."""

from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.accounting import Reason


def test_segments_texts_and_speakers_come_together(workshop: Any) -> None:
    workshop.clip("audio/r1.wav", "audio/r2.sph")
    workshop.put("wav.scp", "r1 audio/r1.wav\nr2\taudio/r2.sph\n")
    workshop.put("segments", "u1 r1 0.5 1.25\nu2 r1 2 -1\nu3 r2 0.0 0.1\n")
    workshop.put("text", "u1 please  try\nu2 sorry\nu3\n")
    workshop.put("utt2spk", "u1 ann\nu2 bob\nu3 ann\n")
    assert workshop.read().layout == "kaldi"
    utterances = workshop.utterances()
    assert [(u.start, u.duration) for u in utterances.values()] == [
        (0.5, 0.75),
        (2.0, None),
        (0.0, 0.1),
    ]
    assert [u.transcript for u in utterances.values()] == ["please  try", "sorry", ""]
    assert [u.speaker for u in utterances.values()] == ["ann", "bob", "ann"]


def test_without_segments_a_recording_is_an_utterance(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("wav.scp", "u a.wav\n")
    (utterance,) = workshop.utterances().values()
    assert (utterance.transcript, utterance.speaker, utterance.duration) == (None, None, None)


def test_folders_of_splits_are_one_corpus(workshop: Any) -> None:
    workshop.clip("train/a.wav", "dev_clean/b.wav")
    workshop.put("train/wav.scp", "a a.wav\n")
    workshop.put("dev_clean/wav.scp", "b b.wav\n")
    assert {u.id: u.split for u in workshop.utterances().values()} == {"a": "train", "b": "dev"}


@pytest.mark.parametrize(
    "entry", ["touch ran |", "cat a.wav|", "| touch ran", "-", "data/raw.ark:17", "sox  -t wav - |"]
)
def test_a_command_or_an_archive_is_a_failure_and_is_never_run(workshop: Any, entry: str) -> None:
    workshop.clip("a.wav")
    workshop.put("wav.scp", f"a a.wav\nb {entry}\n")
    workshop.put("text", "a please\nb please\n")
    failure = workshop.failures()["b"]
    assert failure.reason is Reason.UNSUPPORTED_SOURCE
    assert "wav.scp, row 2" in failure.message and "never run" in failure.message
    assert not (workshop.root.parent / "ran").exists()


def test_what_does_not_fit_together_is_told_by_row(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put(
        "wav.scp", b"a a.wav\ngone gone.wav\na a.wav\nout ../../x.wav\ncaf\xe9 a.wav\nbare\n"
    )
    workshop.put(
        "segments",
        "u1 a 0 0.1\nu2 nobody 0 1\nu3 a 2 1\nu4 a x 1\nu5 a\n"
        "u6 gone 0 1\nu7 out 0 1\nu8 bare 0 1\n",
    )
    workshop.put("text", "u1 please\nu9 please\n")
    assert workshop.reasons() == {
        "u2": Reason.MISSING_AUDIO,
        "u3": Reason.BAD_ROW,
        "u4": Reason.BAD_ROW,
        "u5": Reason.BAD_ROW,
        "u6": Reason.MISSING_AUDIO,
        "u7": Reason.OUTSIDE_ROOT,
        "u8": Reason.BAD_ROW,
        "u9": Reason.MISSING_AUDIO,
        "wav.scp, row 3": Reason.DUPLICATE_ID,
        "wav.scp, row 5": Reason.BAD_ROW,
    }


def test_absolute_paths_widen_the_audio_root(workshop: Any) -> None:
    workshop.clip("../store/a.wav")
    workshop.put("wav.scp", f"a {(workshop.root / '../store/a.wav').resolve()}\n")
    corpus = workshop.read()
    assert corpus.audio_root == (workshop.root / "../store").resolve()
    assert corpus.items[0].audio.is_file()
