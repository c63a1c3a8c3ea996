from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.anchors.recipe import keyword_recipe, onset_recipe
from sal_anchors.anchors.render import render
from sal_anchors.augment import Example, add_noise, crop, gain, noise, pad, targets
from sal_anchors.events.event import Event, EventKind

RATE = 16_000
RECIPE = keyword_recipe(("please",))
RNG = np.random.default_rng


def event(time: float, kind: EventKind = EventKind.KEYWORD_END, end: float | None = None) -> Event:
    label = "please" if kind is EventKind.KEYWORD_END else "speech"
    start = time - 0.3 if end is None else time
    return Event(kind, label, time, start, end or time, 0.75, 0.02, "by hand")


def click_at(sample: int, length: int = RATE) -> Example:
    samples = np.zeros(length, np.float32)
    samples[sample] = 0.4
    return Example(samples, RATE, (event(sample / RATE),))


def click_position(example: Example) -> int:
    return int(np.abs(example.samples).argmax())


TRANSFORMS = {
    "louder": lambda x: gain(x, 6.0),
    "softer": lambda x: gain(x, -20.0),
    "padded": lambda x: pad(x, before=1_237, after=800, rng=RNG(0)),
    "cropped": lambda x: crop(x, first=1_600, length=12_000),
    "white noise": lambda x: add_noise(x, 0.0, rng=RNG(0)),
    "pink noise": lambda x: add_noise(x, 0.0, colour="pink", rng=RNG(0)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_click_at_the_anchor_is_still_at_the_anchor(name: str) -> None:
    changed = TRANSFORMS[name](click_at(8_003))
    (moved,) = changed.events
    assert click_position(changed) == round(moved.time * RATE)
    (anchor,) = targets(changed, RECIPE).anchors
    assert anchor.frame == RECIPE.grid.grid().frame_of(click_position(changed) / RATE)
    labels = targets(changed, RECIPE).labels
    assert int(np.argmax(labels == 1)) == anchor.frame


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_field_of_an_event_survives(name: str) -> None:
    before = click_at(8_000)
    (old,), (new,) = before.events, TRANSFORMS[name](before).events
    shift = new.time - old.time
    assert new == dataclasses.replace(old, time=old.time + shift, start=new.start, end=new.end)
    assert new.start - old.start == pytest.approx(shift)
    assert new.end - old.end == pytest.approx(shift)


def test_noise_has_the_power_that_the_ratio_says() -> None:
    tone = (0.1 * np.sin(np.arange(RATE))).astype(np.float32)
    example = Example(tone, RATE, ())
    for colour in ("white", "pink"):
        added = add_noise(example, 10.0, colour=colour, rng=RNG(1)).samples - tone
        ratio = 10 * np.log10(np.mean(tone**2) / np.mean(added**2))
        assert ratio == pytest.approx(10.0, abs=0.2)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    power = np.abs(np.fft.rfft(noise(2**16, "pink", RNG(0)))) ** 2
    octaves = [power[2**k : 2 ** (k + 1)].mean() for k in range(8, 15)]
    steps = 10 * np.log10(np.array(octaves[1:]) / octaves[:-1])
    assert steps.mean() == pytest.approx(-3.0, abs=0.3)


def test_samples_never_leave_full_scale() -> None:
    loud = Example(np.ones(100, np.float32), RATE, ())
    assert np.abs(gain(loud, 40.0).samples).max() == 1.0
    assert np.abs(add_noise(loud, -20.0, rng=RNG(0)).samples).max() <= 1.0


@given(st.integers(0, 90), st.floats(0.3, 0.9))
def test_targets_of_a_crop_at_a_frame_are_the_slice_of_the_whole(first: int, time: float) -> None:
    events = (event(0.35), event(time), event(time + 1.0))
    whole = Example(np.zeros(3 * RATE, np.float32), RATE, events)
    expected = render(events, RECIPE, 300)
    found = targets(crop(whole, first=first * 160, length=RATE), RECIPE)
    assert np.array_equal(found.labels, expected.labels[first : first + 100])
    assert np.array_equal(found.weights, expected.weights[first : first + 100])
    assert [a.frame + first for a in found.anchors] == [a.frame for a in expected.anchors]


def test_a_label_that_spans_the_crop_begins_at_its_first_frame() -> None:
    speech = Example(np.zeros(RATE, np.float32), RATE, (event(0.2, EventKind.SPEECH_ONSET, 0.8),))
    labels = targets(crop(speech, first=8_000, length=8_000), onset_recipe()).labels
    assert labels.tolist() == [1] * 29 + [0] * 21


def test_transforms_leave_their_argument_alone() -> None:
    example = click_at(8_000)
    samples = example.samples.copy()
    for transform in TRANSFORMS.values():
        transform(example)
    assert np.array_equal(example.samples, samples)


def test_empty_audio_passes_through() -> None:
    empty = Example(np.zeros(0, np.float32), RATE, ())
    assert len(add_noise(gain(empty, 3.0), 10.0, rng=RNG(0)).samples) == 0
    assert len(targets(empty, RECIPE).labels) == 0
