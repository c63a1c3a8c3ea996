"""Speech Commands: words in folders, speakers in names, splits in lists."""

from __future__ import annotations

from typing import Any

from sal_anchors.accounting import Reason, Status


def test_lists_give_the_splits_and_names_the_speakers(workshop: Any) -> None:
    workshop.clip("yes/0a7c_nohash_0.wav", "yes/0b56_nohash_1.wav", "no/0a7c_nohash_0.wav")
    workshop.clip("_background_noise_/pink.wav")
    workshop.put("validation_list.txt", "yes/0b56_nohash_1.wav\n")
    workshop.put("testing_list.txt", "no/0a7c_nohash_0.wav\nno/gone.wav\nno/0a7c_nohash_0.wav\n")
    assert workshop.read().layout == "speech_commands"
    items = workshop.items()
    words = {id_: items[id_] for id_ in items if id_.startswith(("yes/", "no/"))}
    assert {(u.transcript, u.speaker, u.split) for u in words.values()} == {
        ("no", "0a7c", "test"),
        ("yes", "0a7c", "train"),
        ("yes", "0b56", "dev"),
    }
    noise = workshop.failures().pop("_background_noise_/pink")
    assert noise.reason is Reason.NOT_SPEECH
    assert noise.reason.status is Status.SKIPPED
    assert workshop.reasons() == {
        "_background_noise_/pink": Reason.NOT_SPEECH,
        "testing_list.txt, row 2": Reason.MISSING_AUDIO,
        "testing_list.txt, row 3": Reason.DUPLICATE_ID,
    }


def test_without_lists_the_speaker_decides_the_split(workshop: Any) -> None:
    workshop.clip("yes/0a7c_nohash_0.wav", "yes/other.wav")
    assert workshop.read().layout == "speech_commands"
    one, two = workshop.utterances().values()
    assert (one.speaker, one.split) == ("0a7c", None)
    assert (two.speaker, two.split) == (None, None)
