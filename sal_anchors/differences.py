"""Two nested plain values compared key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A key whose values differ.

    Attributes:
        key: such as ``events[1].kernel.left_ms``.
        before: JSON value of the first; None where it does not have the key.
        after: JSON value of the second; likewise.
    """

    key: str
    before: Any
    after: Any


def differences(before: Any, after: Any, key: str = "") -> Iterator[Difference]:
    """Where two values made of dictionaries, lists and plain values differ, in their order.

    A key, or an item of a list, that only one of them has differs as a whole.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{key}.{name}" if key else str(name)
            yield from differences(before.get(name), after.get(name), inner)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            one, other = (items[index] if index < len(items) else None for items in (before, after))
            yield from differences(one, other, f"{key}[{index}]")
    elif before != after:
        yield Difference(key, before, after)
