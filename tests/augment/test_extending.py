from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.augment import LOW_NOISE_RMS, Example, concatenate, crop, pad, shift
from sal_anchors.errors import AugmentError

from .same import assert_same
from .strategies import examples
from .transforms import RATE, rng


@settings(max_examples=40)
@given(examples(), st.integers(0, 5_000))
def test_shifting_there_and_back_changes_nothing(example: Example, by: int) -> None:
    there = shift(example, by, rng=rng())
    assert len(there.samples) == len(example.samples) + by
    assert_same(shift(there, -by, rng=rng()), example)


@settings(max_examples=40)
@given(examples(), st.integers(0, 3_000), st.integers(0, 3_000))
def test_shifting_twice_is_shifting_by_the_sum(example: Example, one: int, two: int) -> None:
    found = shift(shift(example, one, rng=rng(), rms=0.0), two, rng=rng(), rms=0.0)
    assert_same(found, shift(example, one + two, rng=rng(), rms=0.0))


@settings(max_examples=40)
@given(examples(), st.integers(0, 3_000), st.integers(0, 3_000))
def test_padding_is_undone_by_a_crop(example: Example, before: int, after: int) -> None:
    padded = pad(example, before=before, after=after, rng=rng())
    assert_same(crop(padded, first=before, length=len(example.samples)), example)


@settings(max_examples=50)
@given(st.lists(examples(most=2_000), min_size=1, max_size=4), st.data())
def test_crops_of_joined_examples_are_the_examples(
    parts: list[Example], data: st.DataObject
) -> None:
    count = len(parts) - 1
    gaps = data.draw(st.just([]) | st.lists(st.integers(0, 900), min_size=count, max_size=count))
    joined = concatenate(parts, gaps=gaps, rng=rng())
    assert joined.id == "+".join("a" for _ in parts)
    at = 0
    for part, gap in zip(parts, [*(gaps or [0] * count), 0], strict=True):
        found = crop(joined, first=at, length=len(part.samples))
        silence = joined.samples[at + len(part.samples) :][:gap]
        assert np.abs(silence).max(initial=0.0) < 10 * LOW_NOISE_RMS
        assert len(silence) == gap
        assert_same(found, dataclasses.replace(part, id=joined.id))
        at += len(part.samples) + gap
    assert at == len(joined.samples)


@settings(max_examples=40)
@given(examples(), examples(), examples())
def test_joining_is_associative(one: Example, two: Example, three: Example) -> None:
    right = concatenate([one, concatenate([two, three], rng=rng())], rng=rng())
    left = concatenate([concatenate([one, two], rng=rng()), three], rng=rng())
    assert_same(left, right)
    assert_same(left, concatenate([one, two, three], rng=rng()))


def test_low_noise_has_its_level() -> None:
    empty = Example(np.zeros(0, np.float32), RATE)
    level = np.sqrt(np.mean(pad(empty, after=RATE, rng=rng()).samples ** 2))
    assert level == pytest.approx(LOW_NOISE_RMS, rel=0.05)


def test_what_cannot_be_joined_or_extended_is_an_error() -> None:
    example = Example(np.zeros(10, np.float32), RATE)
    slower = Example(np.zeros(10, np.float32), 8_000)
    with pytest.raises(AugmentError, match="no examples to join"):
        concatenate([], rng=rng())
    with pytest.raises(AugmentError, match=r"at 8000 and 16000 Hz cannot be joined.*Resample"):
        concatenate([example, slower], rng=rng())
    with pytest.raises(AugmentError, match=r"2 gaps for 2 examples. Give 1"):
        concatenate([example, example], gaps=[1, 2], rng=rng())
    with pytest.raises(AugmentError, match="-1 samples cannot be put in"):
        concatenate([example, example], gaps=[-1], rng=rng())
    with pytest.raises(AugmentError, match="-5 samples"):
        pad(example, before=-5, rng=rng())
    with pytest.raises(AugmentError, match="at sample 11 of 10"):
        shift(example, -11, rng=rng())
