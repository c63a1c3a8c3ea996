"""Whether two examples are one, up to the rounding of a float64."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from sal_anchors.augment import Example
from sal_anchors.streams import Stream

EXACT = 1e-11
"""Seconds; half a sample at 48 kHz is 1e-5."""


def assert_same(found: Example, expected: Example) -> None:
    for field in dataclasses.fields(Example):
        one, two = getattr(found, field.name), getattr(expected, field.name)
        if field.name == "streams":
            assert_same_streams(one, two)
        elif field.name == "samples":
            assert np.array_equal(one, two)
        elif isinstance(one, tuple):
            assert len(one) == len(two), field.name
            for item, other in zip(one, two, strict=True):
                assert_same_item(item, other)
        else:
            assert one == two, field.name


def assert_same_streams(found: tuple[Stream, ...], expected: tuple[Stream, ...]) -> None:
    assert len(found) == len(expected)
    for one, two in zip(found, expected, strict=True):
        assert (one.name, one.rate, one.start) == (two.name, two.rate, two.start)
        assert np.array_equal(one.readings, two.readings)


def assert_same_item(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    for field in dataclasses.fields(found):
        one, two = getattr(found, field.name), getattr(expected, field.name)
        assert one == (pytest.approx(two, abs=EXACT) if isinstance(two, float) else two), field.name
