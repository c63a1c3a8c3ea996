"""Which utterances train, tune and test: stable when the corpus grows."""

from __future__ import annotations

import hashlib
import re

from sal_anchors.corpus.utterance import Utterance

SPLITS = ("train", "dev", "test")
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "dev": "dev",
    "devel": "dev",
    "development": "dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}

_DEV_SHARE = 0.15
_TEST_SHARE = 0.25


def split_named(name: str) -> str | None:
    """The split that a word stands for, whatever its case; None for any other word."""
    return SPLIT_NAMES.get(name.strip().lower())


def split_within(name: str) -> str | None:
    """The one split that a compound name such as ``train-clean-100`` or ``manifest_dev`` holds."""
    found = {SPLIT_NAMES[w] for w in re.split(r"[^a-z]+", name.lower()) if w in SPLIT_NAMES}
    return found.pop() if len(found) == 1 else None


def assign_split(utterance: Utterance) -> str:
    """``train``, ``dev`` or ``test``.

    The corpus's own split wins. Otherwise a hash of the speaker decides, or of the id where no
    speaker is known: 60 % train, 15 % dev, 25 % test in expectation. A speaker is in one split
    only, and adding utterances moves no other.
    """
    if utterance.split is not None:
        return utterance.split
    key = (utterance.speaker or utterance.id).encode()
    place = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64
    if place < _TEST_SHARE:
        return "test"
    return "dev" if place < _TEST_SHARE + _DEV_SHARE else "train"
