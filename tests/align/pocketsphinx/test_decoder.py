"""The decoder's searches on a real recording."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sal_anchors.align.pocketsphinx.decoder import (
    find_phones,
    find_prefix,
    find_words,
    new_decoder,
    padded_pcm,
)
from sal_anchors.align.pocketsphinx.settings import NOISE_RMS, SCOUT

SAID = ["please", "try", "again"]


@pytest.fixture(scope="module")
def decoder() -> Any:
    return new_decoder()


@pytest.fixture(scope="module")
def samples(prompts: Path) -> np.ndarray:
    return soundfile.read(prompts / "please-try-again.flac", dtype="float32")[0]


def test_a_prefix_ends_where_the_words_do(samples: np.ndarray) -> None:
    pcm = padded_pcm(samples)
    ahead = [*SAID, "elephants", "wander", "over", "narrow", "bridges"]
    found = find_prefix(new_decoder(SCOUT), ahead, pcm)
    assert found is not None
    assert [word.name for word in found if not word.filler] == SAID


def test_segments_follow_one_another_without_gaps(decoder: Any, samples: np.ndarray) -> None:
    pcm = padded_pcm(samples)
    words = find_words(decoder, SAID, pcm)
    assert words is not None
    phones = find_phones(decoder, pcm)
    for found in (words, phones, [phone for word in phones for phone in word.phones]):
        assert found[0].first == 0
        for one, other in pairwise(found):
            assert one.first + one.frames == other.first
    assert [(w.name, w.first, w.frames) for w in words] == [
        (w.name, w.first, w.frames) for w in phones
    ]


def test_too_many_words_for_the_audio_have_no_path(decoder: Any, samples: np.ndarray) -> None:
    assert find_words(decoder, SAID * 8, padded_pcm(samples)) is None


@pytest.mark.parametrize("seconds", [0.1, 19.0, 20.5])
def test_the_noise_under_a_recording_does_not_depend_on_others(seconds: float) -> None:
    silence = np.zeros(round(seconds * 16_000), dtype=np.float32)
    pcm = np.frombuffer(padded_pcm(silence), dtype="<i2")
    fresh = np.rint(np.random.default_rng(0).normal(0.0, NOISE_RMS, len(pcm)))
    assert np.array_equal(pcm, fresh)
