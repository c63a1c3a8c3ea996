"""Edges settled by level, on noise bursts whose edges are known to the sample."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.alignment import Interval
from sal_anchors.align.vad.settle import MIN_PAUSE, mean_score, settle

RATE = 16_000


def _bursts(*spans: tuple[float, float], seconds: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.0003, round(seconds * RATE))
    for start, end in spans:
        inside = slice(round(start * RATE), round(end * RATE))
        samples[inside] = rng.normal(0, 0.1, inside.stop - inside.start)
    return samples.astype(np.float32)


def _coarse(*spans: tuple[float, float]) -> list[Interval]:
    return [Interval("speech", start, end, -0.1, 0.9) for start, end in spans]


@pytest.mark.parametrize("late", [-0.05, 0.0, 0.05, 0.12])
@pytest.mark.parametrize("behind", [0.0, 0.1, 0.25])
def test_edges_come_back_to_where_the_sound_begins_and_ends(late: float, behind: float) -> None:
    (found,) = settle(_coarse((1.0 + late, 2.0 + behind)), _bursts((1.0, 2.0)), RATE)
    assert found.start == pytest.approx(1.0, abs=0.01)
    assert found.end == pytest.approx(2.0, abs=0.01)
    assert (found.score, found.confidence) == (-0.1, 0.9)


def test_a_click_before_the_speech_is_no_part_of_it() -> None:
    samples = _bursts((0.9, 0.91), (1.0, 2.0))
    (found,) = settle(_coarse((1.03, 2.1)), samples, RATE)
    assert found.start == pytest.approx(1.0, abs=0.01)


def test_edges_stay_where_the_level_tells_nothing() -> None:
    steady = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    for samples in (steady, np.zeros(3 * RATE, np.float32)):
        (found,) = settle(_coarse((1.024, 2.048)), samples, RATE)
        assert (found.start, found.end) == (1.024, 2.048)


def test_stretches_without_a_pause_between_them_become_one_weighted_by_length() -> None:
    first, second = _coarse((0.5, 1.5), (1.55, 2.05))
    second = Interval("speech", second.start, second.end, -0.7, 0.3)
    (found,) = settle([first, second], _bursts((0.5, 2.0)), RATE)
    assert (found.start, found.end) == pytest.approx((0.5, 2.0), abs=0.01)
    assert -0.7 < (found.score or 0) < -0.1 and 0.3 < (found.confidence or 0) < 0.9
    assert (found.score or 0) > -0.4


@given(
    edges=st.lists(st.floats(0.0, 3.0), max_size=8, unique=True).map(sorted),
    loud=st.lists(st.floats(0.0, 3.0), max_size=6, unique=True).map(sorted),
)
def test_what_is_found_is_in_order_apart_and_inside_the_recording(
    edges: list[float], loud: list[float]
) -> None:
    coarse = _coarse(*zip(edges[::2], edges[1::2], strict=False))
    samples = _bursts(*zip(loud[::2], loud[1::2], strict=False))
    found = list(settle(coarse, samples, RATE))
    assert all(0.0 <= one.start < one.end <= 3.0 for one in found)
    for one, following in pairwise(found):
        assert following.start - one.end >= MIN_PAUSE - 1e-9


def test_nothing_has_no_score() -> None:
    assert mean_score([]) is None
    assert mean_score(_coarse((0, 1), (2, 5))) == pytest.approx(-0.1)
