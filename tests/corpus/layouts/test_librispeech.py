"""LibriSpeech: one transcript file a chapter."""

from __future__ import annotations

from typing import Any

from sal_anchors.accounting import Reason


def test_chapters_give_transcript_speaker_and_split(workshop: Any) -> None:
    workshop.clip("train-clean-100/84/121123/84-121123-0000.flac", "dev-other/9/1/9-1-0000.flac")
    workshop.put("train-clean-100/84/121123/84-121123.trans.txt", "84-121123-0000 GO DO YOU HEAR\n")
    workshop.put("dev-other/9/1/9-1.trans.txt", "9-1-0000 SORRY\n")
    assert workshop.read().layout == "librispeech"
    two, one = workshop.utterances().values()
    assert one.id == "train-clean-100/84/121123/84-121123-0000"
    assert (one.transcript, one.speaker, one.split) == ("GO DO YOU HEAR", "84", "train")
    assert (two.speaker, two.split) == ("9", "dev")


def test_rows_without_audio_and_audio_without_rows_are_kept_apart(workshop: Any) -> None:
    workshop.clip("1/2/1-2-0000.flac", "1/2/1-2-0001.flac", "1/2/1-2-0002.flac")
    workshop.put(
        "1/2/1-2.trans.txt",
        b"1-2-0000 YES\n1-2-0000 YES\n1-2-0009 NO\n1-2-0001 caf\xe9\n1-2-0002\n",
    )
    items = workshop.items()
    assert items["1/2/1-2-0001"].transcript is None
    assert items["1/2/1-2-0002"].transcript == ""
    assert workshop.reasons() == {
        "1-2.trans.txt, row 2": Reason.DUPLICATE_ID,
        "1-2.trans.txt, row 3": Reason.MISSING_AUDIO,
        "1-2.trans.txt, row 4": Reason.BAD_ROW,
    }
