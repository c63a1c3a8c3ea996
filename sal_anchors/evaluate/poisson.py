"""Exact bounds of a rate from a count of rare events."""

from __future__ import annotations

import math


def poisson_upper_bound(count: int, *, confidence: float = 0.95) -> float:
    """The largest mean that a Poisson count of at most ``count`` does not contradict.

    It solves ``P(X <= count; mean) = 1 - confidence`` (Garwood 1936); for ``count = 0`` that is
    ``-ln(1 - confidence)``, about 3 at 95 %. Divide by the exposure to bound a rate.

    Args:
        count: events seen, >= 0.
        confidence: in (0, 1), one-sided.

    Raises:
        ValueError: for an argument out of its range.
    """
    if count < 0 or not 0 < confidence < 1:
        raise ValueError(
            f"need count >= 0 and confidence in (0, 1), got {count!r} and {confidence!r}"
        )
    tail = 1 - confidence
    low, high = 0.0, 1.0
    while _cumulative(count, high) > tail:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _cumulative(count, middle) > tail else (low, middle)
    return high


def poisson_interval(count: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a Poisson mean from a count (Garwood 1936).

    The tails below and above hold at most ``(1 - confidence) / 2`` each; the lower end is 0 for
    ``count = 0``. Divide by the exposure for the interval of a rate.

    Raises:
        ValueError: as :func:`poisson_upper_bound`.
    """
    tail = (1 - confidence) / 2
    upper = poisson_upper_bound(count, confidence=1 - tail)
    return (poisson_upper_bound(count - 1, confidence=tail) if count else 0.0), upper


def _cumulative(count: int, mean: float) -> float:
    """``P(X <= count)``, the terms added from the largest down, scaled by it against underflow."""
    if mean == 0:
        return 1.0
    log_largest = count * math.log(mean) - mean - math.lgamma(count + 1)
    if count > mean:
        return 1.0 - _upper_tail(count, mean)
    term = total = 1.0
    for k in range(count, 0, -1):
        term *= k / mean
        total += term
        if term < 1e-18 * total:
            break
    return math.exp(log_largest + math.log(total))


def _upper_tail(count: int, mean: float) -> float:
    """``P(X > count)`` for ``count > mean``."""
    first = count + 1
    term = total = 1.0
    k = first
    while term > 1e-18 * total:
        k += 1
        term *= mean / k
        total += term
    return math.exp(first * math.log(mean) - mean - math.lgamma(first + 1) + math.log(total))
