"""The nearest edge of energy: where sound begins or ends, for an anchor to snap to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEP = 0.001
_SPAN = 0.010
_FLOOR = 1e-5
_LEAST_DB = 6.0
_REACH = 0.15


def nearest_edge(
    samples: NDArray[np.float32], sample_rate: int, time: float, *, reach: float = _REACH
) -> float | None:
    """The instant nearest to ``time`` at which the level changes most.

    With ``L(t)`` the level in dB of the 10 ms that begin at ``t``, every millisecond::

        rise(t) = |L(t) - L(t - 10 ms)|

    and an edge is a maximum of ``rise`` over 10 ms on either side that is at least 6 dB. Levels
    below -100 dB of full scale count as that.

    Args:
        samples: (N,), mono.
        sample_rate: Hz.
        time: seconds.
        reach: seconds on either side in which an edge is looked for.

    Returns:
        Seconds; None if there is no edge.
    """
    step, span = round(_STEP * sample_rate), round(_SPAN * sample_rate)
    first = max(0, round((time - reach) * sample_rate) - span)
    last = min(len(samples), round((time + reach) * sample_rate) + 2 * span)
    piece = np.asarray(samples[first:last], dtype=np.float64)
    if len(piece) < 2 * span:
        return None
    total = np.concatenate([[0.0], np.cumsum(np.square(piece))])
    middles = np.arange(span, len(piece) - span + 1, step)
    before = np.maximum((total[middles] - total[middles - span]) / span, _FLOOR**2)
    after = np.maximum((total[middles + span] - total[middles]) / span, _FLOOR**2)
    rise = np.abs(10 * np.log10(after / before))
    width = round(_SPAN / _STEP)
    padded = np.pad(rise, width, constant_values=-np.inf)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1).max(axis=1)
    times = (first + middles) / sample_rate
    edges = times[(rise >= _LEAST_DB) & (rise == highest) & (np.abs(times - time) <= reach)]
    if not len(edges):
        return None
    return float(edges[np.argmin(np.abs(edges - time))])
