from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.augment import mask


def features(frames: int, bins: int = 10) -> np.ndarray:
    drawn = np.random.default_rng(3).standard_normal((frames, bins)).astype(np.float32)
    drawn.flags.writeable = False
    return drawn


@given(
    st.integers(0, 80),
    st.integers(0, 2**32),
    st.lists(st.integers(-3, 90), max_size=6),
    st.integers(0, 5),
)
def test_no_protected_frame_is_masked_in_time(
    frames: int, seed: int, protect: list[int], around: int
) -> None:
    before = features(frames)
    rng = np.random.default_rng(seed)
    after = mask(before, rng=rng, time_masks=4, bin_masks=0, protect=protect, around=around)
    for frame in range(frames):
        if any(abs(frame - kept) <= around for kept in protect):
            assert np.array_equal(after[frame], before[frame])


@given(st.integers(1, 80), st.integers(0, 2**32), st.integers(0, 30), st.integers(0, 12))
def test_a_mask_is_one_stretch_at_most_as_wide_as_told(
    frames: int, seed: int, time_width: int, bin_width: int
) -> None:
    before = features(frames)
    rng = np.random.default_rng(seed)
    widths = {"time_width": time_width, "bin_width": bin_width}
    after = mask(before, rng=rng, time_masks=1, bin_masks=0, **widths)
    _assert_stretch((after != before).any(axis=1), time_width)
    after = mask(before, rng=rng, time_masks=0, bin_masks=1, **widths)
    _assert_stretch((after != before).any(axis=0), bin_width)


def _assert_stretch(changed: np.ndarray, longest: int) -> None:
    at = np.flatnonzero(changed)
    assert len(at) <= longest
    assert not len(at) or at[-1] - at[0] + 1 == len(at)


def test_masked_places_hold_the_mean_of_their_bin() -> None:
    before = features(200)
    after = mask(before, rng=np.random.default_rng(0), time_masks=3, bin_masks=1)
    changed = after != before
    assert changed.any()
    means = np.broadcast_to(before.mean(axis=0, dtype=float), before.shape)
    assert np.allclose(after[changed], means[changed], atol=1e-6)


def test_masks_reach_every_unprotected_frame_and_bin() -> None:
    before = features(60)
    changed = np.zeros(before.shape, bool)
    rng = np.random.default_rng(1)
    for _ in range(300):
        changed |= mask(before, rng=rng, bin_masks=0, protect=[20]) != before
    assert np.flatnonzero(~changed.any(axis=1)).tolist() == [20]


def test_the_same_draws_make_the_same_masks() -> None:
    one, two = (mask(features(50), rng=np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, two)
