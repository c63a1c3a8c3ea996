"""Temporal kernels: how the weight decays with distance from an anchor.

The forms are this project's own statement of "highest at the anchor, decaying with distance"
(Sarawgi et al., "Streaming Anchor Loss", ICASSP 2024, arXiv 2310.05886).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

KernelShape = Literal["gaussian", "laplace", "triangular", "cosine", "rectangular"]
Array = NDArray[np.float64]

_SHAPES: dict[KernelShape, Callable[[Array], Array]] = {
    "gaussian": lambda x: np.exp(-0.5 * x**2),
    "laplace": lambda x: np.exp(-x),
    "triangular": lambda x: np.maximum(0.0, 1.0 - x),
    "cosine": lambda x: np.where(x < 1.0, 0.5 + 0.5 * np.cos(np.pi * np.minimum(x, 1.0)), 0.0),
    "rectangular": lambda x: (x <= 1.0).astype(np.float64),
}
_UNBOUNDED: dict[KernelShape, Callable[[float], float]] = {
    "gaussian": lambda value: math.sqrt(-2 * math.log(value)),
    "laplace": lambda value: -math.log(value),
}
"""Where the kernels that never end fall to a value in (0, 1)."""


@dataclass(frozen=True, slots=True, eq=False)
class KernelValues:
    """A kernel at each frame of its support.

    Attributes:
        values: float64 (before + 1 + after,), in [0, 1]; 1 at the anchor.
        before: frames of support before the anchor.
        after: frames of support after it.
    """

    values: Array
    before: int
    after: int


def kernel(shape: KernelShape, frames: Array, *, left: float, right: float) -> Array:
    """Kernel values in [0, 1] at signed distances from an anchor.

    ``k(0) = 1`` and ``k`` does not increase with ``|x|``, where ``x = frames / left`` before the
    anchor and ``frames / right`` after it; a width of 0 makes that side 0.

    ========== ======================
    gaussian   exp(-x^2 / 2)
    laplace    exp(-abs(x))
    triangular max(0, 1 - abs(x))
    cosine     (1 + cos(pi x)) / 2 for abs(x) < 1, else 0
    rectangular 1 for abs(x) <= 1, else 0
    ========== ======================

    Args:
        shape: name of the form.
        frames: distances ``t - anchor`` in frames, any shape.
        left: width before the anchor in frames, >= 0.
        right: width after the anchor in frames, >= 0.
    """
    width = np.where(frames < 0, left, right)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        distance = np.where(frames == 0, 0.0, np.abs(frames) / width)
        return _SHAPES[shape](distance)


def kernel_values(
    shape: KernelShape, *, left: float, right: float, smallest: float
) -> KernelValues:
    """The kernel where it is at least ``smallest``; the anchor's own frame always.

    Args:
        shape: name of the form.
        left: width before the anchor in frames, >= 0.
        right: width after the anchor in frames, >= 0.
        smallest: value > 0 below which the kernel makes no difference.
    """
    reach = _reach(shape, smallest)
    before, after = math.ceil(reach * left), math.ceil(reach * right)
    frames = np.arange(-before, after + 1, dtype=np.float64)
    return KernelValues(kernel(shape, frames, left=left, right=right), before, after)


def _reach(shape: KernelShape, smallest: float) -> float:
    """Distance, in widths, beyond which the kernel is below ``smallest``."""
    if smallest >= 1:
        return 0.0
    return _UNBOUNDED[shape](smallest) if shape in _UNBOUNDED else 1.0
