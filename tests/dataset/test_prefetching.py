from __future__ import annotations

from collections.abc import Iterator

import pytest

from sal_anchors.dataset import prefetched


def test_prefetching_keeps_the_order_and_passes_errors_on() -> None:
    def numbers() -> Iterator[int]:
        yield from range(5)
        raise OSError("gone")

    taken: list[int] = []
    with pytest.raises(OSError, match="gone"):
        for number in prefetched(numbers()):
            taken.append(number)
    assert taken == [0, 1, 2, 3, 4]
    assert list(prefetched(iter([]))) == []
