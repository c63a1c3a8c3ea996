"""Common Voice: tables of clips by split."""

from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.accounting import Reason

HEADER = "client_id\tpath\tsentence\tup_votes\tlocale\n"


def test_the_split_is_the_table_s_name_and_the_speaker_the_client(workshop: Any) -> None:
    workshop.clip("clips/a.mp3", "clips/b.mp3", "clips/c.mp3")
    workshop.put("train.tsv", HEADER + 'ann\ta.mp3\t"Bitte, sagte er.\t2\tde\n')
    workshop.put("dev.tsv", HEADER + "bob\tb.mp3\tNochmal\t2\tde\n")
    workshop.put(
        "validated.tsv",
        HEADER + "ann\ta.mp3\tx\t2\tde\nbob\tb.mp3\tx\t2\tde\neve\tc.mp3\tx\t2\tde\n",
    )
    workshop.put("clip_durations.tsv", "clip\tduration[ms]\na.mp3\t100\n")
    assert workshop.read().layout == "common_voice"
    one, two = workshop.utterances().values()
    assert (one.id, one.split, one.speaker, one.language) == ("a", "train", "ann", "de")
    assert one.transcript == '"Bitte, sagte er.'
    assert one.audio == workshop.root / "clips/a.mp3"
    assert (two.id, two.split, two.speaker) == ("b", "dev", "bob")


def test_without_tables_of_splits_all_validated_clips_are_taken(workshop: Any) -> None:
    workshop.clip("clips/a.mp3")
    workshop.put("validated.tsv", HEADER + "ann\ta.mp3\tBitte\t2\tde\n")
    workshop.put("invalidated.tsv", HEADER + "ann\tz.mp3\tBitte\t2\tde\n")
    (utterance,) = workshop.utterances().values()
    assert (utterance.id, utterance.split) == ("a", None)


@pytest.mark.parametrize("path", ["../../secret.mp3", "../a.mp3"])
def test_paths_are_below_clips_or_at_least_below_the_corpus(workshop: Any, path: str) -> None:
    workshop.clip("../secret.wav", "a.mp3")
    workshop.put("train.tsv", HEADER + f"ann\t{path}\tBitte\t2\tde\nann\tgone.mp3\tx\t2\tde\n")
    reasons = workshop.reasons()
    assert reasons.pop("gone") is Reason.MISSING_AUDIO
    assert list(reasons.values()) == ([Reason.OUTSIDE_ROOT] if "secret" in path else [])
