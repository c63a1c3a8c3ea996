"""Random order in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def shuffled(items: Iterable[Item], capacity: int, rng: np.random.Generator) -> Iterator[Item]:
    """The items in random order, drawn from a pool of at most ``capacity``."""
    pool: list[Item] = []
    for item in items:
        if len(pool) < capacity:
            pool.append(item)
            continue
        index = int(rng.integers(capacity))
        yield pool[index]
        pool[index] = item
    for index in rng.permutation(len(pool)):
        yield pool[index]


def groups(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` of the items, the last as long as what is left."""
    while group := list(islice(items, size)):
        yield group
