"""Words and phones to look for events in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sal_anchors.align import Interval

PRONOUNCED = {
    "a": "AH",
    "bye": "B AY",
    "computer": "K AH M P Y UW T ER",
    "computers": "K AH M P Y UW T ER Z",
    "computing": "K AH M P Y UW T IH NG",
    "hay": "HH EY",
    "hey": "HH EY",
    "lie": "L AY",
    "light": "L AY T",
    "now": "N AW",
    "say": "S EY",
    "white": "W AY T",
    "why": "W AY",
    "write": "R AY T",
    "right": "R AY T",
    "rye": "R AY",
    "two": "T UW",
}

Spoken = tuple[tuple[Interval, ...], tuple[Interval, ...]]
Say = Callable[..., Spoken]


def said(text: str, *, gap: float = 0.125, seconds: float = 0.25) -> Spoken:
    """Words of ``seconds`` each with ``gap`` between them, the first at 0, and their phones,
    equally long, without uncertainty; word ``n`` has ``start_uncertainty`` ``0.02 + n / 1000``
    and ``end_uncertainty`` ``0.03 + n / 1000``."""
    words, phones = [], []
    for n, label in enumerate(text.split()):
        start = n * (seconds + gap)
        words.append(
            Interval(
                label,
                start,
                start + seconds,
                -1.0,
                start_uncertainty=0.02 + n / 1_000,
                end_uncertainty=0.03 + n / 1_000,
            )
        )
        names = PRONOUNCED.get(label, "").split()
        edges = [start + seconds * k / max(1, len(names)) for k in range(len(names) + 1)]
        phones += [
            Interval(name, *span, -1.0)
            for name, *span in zip(names, edges, edges[1:], strict=False)
        ]
    return tuple(words), tuple(phones)


@pytest.fixture(scope="session")
def say() -> Say:
    """Makes words and phones of a text; see :func:`said`."""
    return said
