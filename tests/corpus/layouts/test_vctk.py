"""VCTK: texts and audio in folders of their own."""

from __future__ import annotations

from typing import Any

from sal_anchors.accounting import Reason


def test_microphones_share_the_transcript_of_their_utterance(workshop: Any) -> None:
    workshop.clip(
        "wav48_silence_trimmed/p225/p225_001_mic1.flac",
        "wav48_silence_trimmed/p225/p225_001_mic2.flac",
    )
    workshop.put("txt/p225/p225_001.txt", "Please call Stella.\n")
    assert workshop.read().layout == "vctk"
    utterances = workshop.utterances()
    assert list(utterances) == ["p225/p225_001_mic1", "p225/p225_001_mic2"]
    assert {(u.transcript, u.speaker) for u in utterances.values()} == {
        ("Please call Stella.", "p225")
    }


def test_texts_without_audio_and_texts_that_cannot_be_read_are_told(workshop: Any) -> None:
    workshop.clip("wav48/p1/p1_001.wav", "wav48/p1/p1_002.wav")
    workshop.put("txt/p1/p1_001.txt", b"caf\xe9")
    workshop.put("txt/p1/p1_003.txt", "please")
    items = workshop.items()
    assert items["p1/p1_002"].transcript is None
    assert workshop.reasons() == {
        "p1/p1_001": Reason.UNREADABLE_TRANSCRIPT,
        "p1/p1_003": Reason.MISSING_AUDIO,
    }
