"""Coarse stretches against the rule of silero-vad itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.vad import check_vad
from sal_anchors.align.vad.model import CHUNK
from sal_anchors.align.vad.stretches import (
    GROUP_CHUNKS,
    MIN_SPEECH_CHUNKS,
    OFF,
    ON,
    Stretch,
    speech_stretches,
)

POSTERIORS = st.lists(st.sampled_from([0.0, 0.2, 0.349, OFF, 0.4, ON, 0.9, 1.0]), max_size=120)


def _ends(found: list[Stretch]) -> list[tuple[int, int]]:
    return [(one.first, one.stop) for one in found]


@pytest.mark.skipif(
    not check_vad().ready, reason="silero-vad is not installed: pip install 'sal-anchors[vad]'"
)
@given(posteriors=POSTERIORS)
def test_stretches_are_silero_s_own_but_for_those_of_short_groups(posteriors: list[float]) -> None:
    from silero_vad import get_speech_timestamps_from_probs

    own = get_speech_timestamps_from_probs(
        posteriors,
        threshold=ON,
        neg_threshold=OFF,
        min_speech_duration_ms=0,
        min_silence_duration_ms=0,
        speech_pad_ms=0,
    )
    expected = [(one["start"] // CHUNK, one["end"] // CHUNK) for one in own]
    found = _ends(list(speech_stretches(posteriors)))
    assert [span for span in expected if span in found] == found
    for first, stop in set(expected) - set(found):
        assert stop - first < MIN_SPEECH_CHUNKS
    assert {span for span in expected if span[1] - span[0] >= MIN_SPEECH_CHUNKS} <= set(found)


@given(posteriors=POSTERIORS)
def test_scores_are_means_of_what_is_inside(posteriors: list[float]) -> None:
    for one in speech_stretches(posteriors):
        inside = posteriors[one.first : one.stop]
        assert min(inside) >= OFF and inside[0] >= ON
        assert one.posterior == pytest.approx(math.fsum(inside) / len(inside))
        assert one.nats == pytest.approx(math.fsum(map(math.log, inside)) / len(inside))


def test_short_dips_join_short_stretches_into_a_group_that_is_long_enough() -> None:
    half = MIN_SPEECH_CHUNKS // 2
    near = [1.0] * half + [0.0] * GROUP_CHUNKS + [1.0] * half
    far = [1.0] * half + [0.0] * (GROUP_CHUNKS + 1) + [1.0] * half
    assert _ends(list(speech_stretches(near))) == [
        (0, half),
        (half + GROUP_CHUNKS, 2 * half + GROUP_CHUNKS),
    ]
    assert list(speech_stretches(far)) == []
