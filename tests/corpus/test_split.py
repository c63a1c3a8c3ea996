"""Splits: stable, by speaker, and of the promised sizes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.corpus import Utterance, assign_split
from sal_anchors.corpus.split import SPLITS


def _utterance(id_: str, speaker: str | None = None, split: str | None = None) -> Utterance:
    return Utterance(id=id_, audio=Path(f"{id_}.wav"), speaker=speaker, split=split)


def test_the_corpus_s_own_split_wins() -> None:
    assert [assign_split(_utterance("x", "s", split)) for split in SPLITS] == list(SPLITS)


@given(st.text(), st.text(min_size=1), st.text())
def test_a_speaker_is_in_one_split_only(one: str, speaker: str, other: str) -> None:
    split = assign_split(_utterance(one, speaker))
    assert split in SPLITS
    assert split == assign_split(_utterance(other, speaker))


def test_shares_are_sixty_fifteen_and_twenty_five_percent() -> None:
    counts = Counter(assign_split(_utterance(f"utterance-{n}")) for n in range(20_000))
    assert [round(counts[split] / 20_000, 2) for split in SPLITS] == [0.60, 0.15, 0.25]


def test_known_ids_stay_where_they_are_from_version_to_version() -> None:
    ids = ("agent-pass", "call-waiting", "sorry", "vm-press", "a/b")
    expected = ["train", "train", "dev", "dev", "train"]
    assert [assign_split(_utterance(id_)) for id_ in ids] == expected
