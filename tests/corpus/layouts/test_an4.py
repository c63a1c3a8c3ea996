"""AN4 style: fileids and transcription."""

from __future__ import annotations

from typing import Any

from sal_anchors.accounting import Reason


def test_lists_give_transcript_speaker_and_split(workshop: Any) -> None:
    workshop.clip("wav/an4_clstk/fash/an251-fash-b.sph", "wav/an4test/fcaw/an406-fcaw-b.wav")
    workshop.put("etc/an4_train.fileids", "an4_clstk/fash/an251-fash-b\n")
    workshop.put("etc/an4_train.transcription", "<s> YES ++um++ NO </s> (an251-fash-b)\n")
    workshop.put("etc/an4_test.fileids", "an4test/fcaw/an406-fcaw-b\n")
    workshop.put("etc/an4_test.transcription", "RUBOUT G M (an406-fcaw-b)\n")
    assert workshop.read().layout == "an4"
    train, test = workshop.utterances().values()
    assert train.id == "an4_clstk/fash/an251-fash-b"
    assert (train.transcript, train.speaker, train.split) == ("YES NO", "fash", "train")
    assert (test.transcript, test.speaker, test.split) == ("RUBOUT G M", "fcaw", "test")


def test_what_is_in_one_list_only_or_twice_or_nowhere_is_told(workshop: Any) -> None:
    workshop.clip("wav/a.wav", "wav/b.wav")
    workshop.put("x.fileids", b"a\na\nb\ngone\n../../secret\ncaf\xe9\n")
    workshop.put(
        "x.transcription", "<s> YES </s> (a)\n<s> NO </s> (a)\n<s> NO </s>\n<s> NO </s> (c)\n"
    )
    items = workshop.items()
    assert items["b"].transcript is None
    assert workshop.reasons() == {
        "a (2)": Reason.DUPLICATE_ID,
        "gone": Reason.MISSING_AUDIO,
        "x.fileids, row 5": Reason.MISSING_AUDIO,
        "x.fileids, row 6": Reason.BAD_ROW,
        "x.transcription, row 2": Reason.DUPLICATE_ID,
        "x.transcription, row 3": Reason.BAD_ROW,
        "x.transcription, row 4": Reason.MISSING_AUDIO,
    }
