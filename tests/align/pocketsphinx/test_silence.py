"""Digital silence is taken off the ends of a recording, and nothing else is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.pocketsphinx.silence import audible

RATE = 16_000
Seconds = st.floats(0, 5).map(lambda seconds: round(seconds * RATE))


def _speech(length: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)


@given(before=Seconds, after=Seconds, length=st.integers(400, RATE))
def test_all_that_can_be_heard_is_kept_with_at_most_half_a_second_of_silence(
    before: int, after: int, length: int
) -> None:
    found = audible(np.pad(_speech(length), (before, after)))
    room = RATE // 2 + 160
    assert max(0, before - room) <= found.start <= before
    assert before + length - 160 <= found.stop <= before + length + min(after, room)


def test_faint_noise_is_not_silence() -> None:
    faint = np.full(3 * RATE, 10 ** (-70 / 20), dtype=np.float32)
    assert audible(faint) == slice(0, len(faint))


def test_a_recording_that_is_all_silent_is_left_whole() -> None:
    assert audible(np.zeros(RATE, dtype=np.float32)) == slice(0, RATE)
    assert audible(np.zeros(3, dtype=np.float32)) == slice(0, 3)
