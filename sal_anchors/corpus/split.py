"""Which utterances train, tune and test: stable when the corpus grows."""

from __future__ import annotations

import hashlib

from sal_anchors.corpus.utterance import Utterance

SPLITS = ("train", "dev", "test")

_DEV_SHARE = 0.15
_TEST_SHARE = 0.25


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
