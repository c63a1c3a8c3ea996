"""Kernels: 1 at the anchor, never rising away from it, never outside [0, 1]."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.anchors.kernel import KernelShape, kernel

SHAPES = get_args(KernelShape)
FORMULAS = {
    "gaussian": lambda x: math.exp(-(x**2) / 2),
    "laplace": lambda x: math.exp(-abs(x)),
    "triangular": lambda x: max(0.0, 1 - abs(x)),
    "cosine": lambda x: (1 + math.cos(math.pi * x)) / 2 if abs(x) < 1 else 0.0,
    "rectangular": lambda x: 1.0 if abs(x) <= 1 else 0.0,
}

shapes = st.sampled_from(SHAPES)
widths = st.just(0.0) | st.floats(0.01, 1_000)


@given(shapes, widths, widths)
def test_it_is_one_at_the_anchor_and_falls_on_both_sides(
    shape: KernelShape, left: float, right: float
) -> None:
    frames = np.arange(-50, 51, dtype=np.float64)
    values = kernel(shape, frames, left=left, right=right)
    assert values[50] == 1
    assert ((values >= 0) & (values <= 1)).all()
    assert (np.diff(values[:51]) >= 0).all()
    assert (np.diff(values[50:]) <= 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_its_formula_with_a_width_for_each_side(shape: KernelShape) -> None:
    frames = np.arange(-40, 41, dtype=np.float64)
    values = kernel(shape, frames, left=8.0, right=20.0)
    expected = [FORMULAS[shape](t / 8 if t < 0 else t / 20) for t in range(-40, 41)]
    np.testing.assert_allclose(values, expected, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_side_of_no_width_is_zero(shape: KernelShape) -> None:
    frames = np.arange(-3, 4, dtype=np.float64)
    assert kernel(shape, frames, left=0.0, right=0.0).tolist() == [0, 0, 0, 1, 0, 0, 0]
    one_sided = kernel(shape, frames, left=0.0, right=10.0)
    assert one_sided[:3].tolist() == [0, 0, 0]
    assert (one_sided[4:] > 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_frames_have_no_values(shape: KernelShape) -> None:
    assert kernel(shape, np.zeros(0), left=1.0, right=1.0).shape == (0,)
