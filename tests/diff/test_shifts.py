"""Statistics of shifts against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.diff.shifts import STEP, Shifts


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=60))
def test_they_are_numpy_s(shifts: list[float]) -> None:
    found = Shifts()
    for shift in shifts:
        found.add(shift)
    sizes = np.abs(shifts)
    assert found.count == len(shifts)
    assert found.moved == np.count_nonzero(sizes)
    assert found.largest == sizes.max()
    assert found.bias == pytest.approx(np.mean(shifts), abs=1e-12)
    assert found.mean == pytest.approx(sizes.mean(), abs=1e-12)
    for share in (0.5, 0.9, 1.0):
        exact = np.quantile(sizes, share, method="inverted_cdf")
        assert found.quantile(share) == pytest.approx(exact, abs=STEP / 2 + 1e-9)


def test_without_shifts_all_are_zero() -> None:
    found = Shifts()
    assert (found.mean, found.bias, found.quantile(0.5), found.largest) == (0, 0, 0, 0)


def test_a_quantile_is_never_above_the_largest() -> None:
    found = Shifts()
    found.add(0.00006)
    assert found.quantile(0.5) == found.largest == 0.00006
