"""Every field of everything in an example survives every transform, in the way its kind demands."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors import augment
from sal_anchors.align.alignment import Interval
from sal_anchors.augment import Example
from sal_anchors.augment.example import moved, stretched
from sal_anchors.events.event import Event, EventKind

from .transforms import LENGTH, RATE, TRANSFORMS, Case

MOMENT, LASTING, SAME = "moves and scales", "scales", "stays"
ROLES: dict[type, dict[str, str]] = {
    Event: {
        "kind": SAME,
        "label": SAME,
        "time": MOMENT,
        "start": MOMENT,
        "end": MOMENT,
        "confidence": SAME,
        "uncertainty": LASTING,
        "source": SAME,
    },
    Interval: {
        "label": SAME,
        "start": MOMENT,
        "end": MOMENT,
        "score": SAME,
        "confidence": SAME,
        "start_uncertainty": LASTING,
        "end_uncertainty": LASTING,
    },
}
TIMED = ("events", "words", "phones")
OWN = {"samples", "sample_rate", "id", "streams"}

event = Event(EventKind.KEYWORD_END, "please", 0.75, 0.5, 0.75, 0.875, 0.02, "by hand")
word = Interval("please", 0.5, 0.75, -1.25, 0.625, 0.01, 0.03)
bare = Interval("P", 0.5, 0.625)


def full() -> Example:
    samples = np.linspace(-0.4, 0.5, LENGTH, dtype=np.float32)
    return Example(samples, RATE, (event, event), (word,), (bare, word), "a-1")


@pytest.mark.parametrize("type_", ROLES)
def test_of_every_field_it_is_known_what_time_does_to_it(type_: type) -> None:
    assert {field.name for field in dataclasses.fields(type_)} == set(ROLES[type_])


def test_every_field_of_an_example_is_looked_at_here() -> None:
    assert {field.name for field in dataclasses.fields(Example)} == OWN | set(TIMED)


def test_no_field_of_these_examples_is_at_its_default() -> None:
    for item in (event, word):
        for field in dataclasses.fields(item):
            assert getattr(item, field.name) not in (None, field.default)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_field_survives(name: str) -> None:
    case, before = TRANSFORMS[name], full()
    after = case.apply(before)
    for group in TIMED:
        old, new = getattr(before, group), getattr(after, group)
        assert len(old) == len(new)
        for one, other in zip(old, new, strict=True):
            _assert_moved(one, other, case)
    assert after.id == (case.joined or "{}").format("a-1")
    assert after.samples.dtype == np.float32
    assert after.samples.ndim == 1


def _assert_moved(old: Any, new: Any, case: Case) -> None:
    for field, role in ROLES[type(old)].items():
        before, after = getattr(old, field), getattr(new, field)
        if role == MOMENT:
            assert after == pytest.approx(case.time(before), abs=1e-12)
        elif role == LASTING and before is not None:
            assert after == pytest.approx(before * case.scale, abs=1e-12)
        else:
            assert after == before, field


def test_every_public_transform_is_in_this_test() -> None:
    public = {
        name
        for name in augment.__all__
        if inspect.isfunction(function := getattr(augment, name))
        and typing.get_type_hints(function).get("return") is Example
    }
    assert public <= set(TRANSFORMS)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_leave_their_argument_alone(name: str) -> None:
    before = full()
    copy = before.samples.copy()
    before.samples.flags.writeable = False
    TRANSFORMS[name].apply(before)
    assert np.array_equal(before.samples, copy)
    assert before.events == (event, event)


@pytest.mark.parametrize("name", sorted(set(TRANSFORMS) - {"crop", "shift back"}))
def test_an_example_without_samples_passes_through(name: str) -> None:
    after = TRANSFORMS[name].apply(Example(np.zeros(0, np.float32), RATE))
    assert not np.any(after.samples > 0.01)


TEN_HOURS = 36_000
rates = st.sampled_from([8_000, 16_000, 22_050, 44_100, 48_000])


def _at(sample: int, rate: int) -> Example:
    time = sample / rate
    one = dataclasses.replace(event, time=time, start=time, end=time)
    return Example(np.zeros(0, np.float32), rate, (one,))


@given(rates, st.integers(0, TEN_HOURS * 48_000), st.integers(-(10**9), 10**9))
def test_an_event_at_sample_n_is_at_n_plus_k_after_moving_by_k(rate: int, n: int, k: int) -> None:
    n = min(n, TEN_HOURS * rate)
    (after,) = moved(_at(n, rate), k).events
    assert after.time * rate == pytest.approx(n + k, abs=1e-5, rel=0)
    assert _at(0, rate).sample_of(after.time) == n + k


@given(rates, st.integers(0, TEN_HOURS * 48_000), st.integers(1, 2_000), st.integers(1, 2_000))
def test_an_event_at_sample_n_is_at_n_q_over_p_after_a_change_of_speed(
    rate: int, n: int, p: int, q: int
) -> None:
    n = min(n, TEN_HOURS * rate)
    (after,) = stretched(_at(n, rate), Fraction(q, p)).events
    exact = Fraction(n * q, p)
    assert abs(Fraction(after.time) * rate - exact) <= exact * Fraction(1, 2**50)
    (back,) = stretched(stretched(_at(n, rate), Fraction(q, p)), Fraction(p, q)).events
    assert _at(0, rate).sample_of(back.time) == n


@given(rates, st.integers(0, TEN_HOURS * 48_000), st.integers(0, TEN_HOURS * 48_000))
def test_a_crop_of_ten_hours_is_exact_to_the_sample(rate: int, n: int, first: int) -> None:
    length = TEN_HOURS * rate
    n, first = min(n, length), min(first, length)
    silence = np.broadcast_to(np.float32(0), length)
    whole = dataclasses.replace(_at(n, rate), samples=silence)
    found = augment.crop(whole, first=first, length=length).events
    assert [whole.sample_of(kept.time) for kept in found] == ([n - first] if n >= first else [])
