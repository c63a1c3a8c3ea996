"""Temporal kernels: how the weight decays with distance from an anchor.

The forms are this project's own statement of "highest at the anchor, decaying with distance"
(Sarawgi et al., "Streaming Anchor Loss", ICASSP 2024, arXiv 2310.05886).
"""

from __future__ import annotations

from collections.abc import Callable
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
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(frames == 0, 0.0, np.abs(frames) / width)
    return _SHAPES[shape](distance)
