"""LJSpeech metadata."""

from __future__ import annotations

from typing import Any

from sal_anchors.accounting import Reason


def test_the_normalised_column_comes_first_where_there_is_one(workshop: Any) -> None:
    workshop.clip("wavs/LJ001-0001.wav", "wavs/LJ001-0002.wav", "wavs/LJ001-0003.wav")
    workshop.put(
        "metadata.csv",
        'LJ001-0001|in 1455|"in fourteen fifty-five"\nLJ001-0002|sorry\nLJ001-0003.wav|one|\n',
    )
    assert workshop.read().layout == "ljspeech"
    said = [(u.transcript, u.speaker) for u in workshop.utterances().values()]
    assert said == [('"in fourteen fifty-five"', None), ("sorry", None), ("one", None)]


def test_rows_and_files_that_lack_the_other_are_told(workshop: Any) -> None:
    workshop.clip("wavs/a.wav", "wavs/b.wav", "wavs/c.wav")
    workshop.put("metadata.csv", b"a|please\na|again\ngone|x\n../../x|y\nc|caf\xe9\nb\n")
    items = workshop.items()
    assert items["b"].transcript is None
    assert workshop.reasons() == {
        "a (2)": Reason.DUPLICATE_ID,
        "metadata.csv, row 3": Reason.MISSING_AUDIO,
        "metadata.csv, row 4": Reason.MISSING_AUDIO,
        "metadata.csv, row 5": Reason.BAD_ROW,
        "metadata.csv, row 6": Reason.BAD_ROW,
    }
