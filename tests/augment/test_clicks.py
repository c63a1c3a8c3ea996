"""Audio and events stay together: a click at each event is still at the event's time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors import augment
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.audio import read_recording
from sal_anchors.augment import Example, Samples, targets
from sal_anchors.events.event import Event, EventKind
from sal_anchors.timebase import FrameGrid

from .transforms import FIRST, LENGTH, RATE, TRANSFORMS, room

PROMPT = Path(__file__).parents[2] / "sample_data" / "prompts" / "agent-pass.flac"
NEAR = 120
RECIPE = keyword_recipe(("please",))


def clicks_at(samples: list[int]) -> Example:
    audio = np.zeros(LENGTH, np.float32)
    audio[samples] = 0.8
    times = [sample / RATE for sample in samples]
    events = [Event(EventKind.KEYWORD_END, "please", t, t, t, 0.9, 0.02, "click") for t in times]
    return Example(audio, RATE, tuple(events))


places = st.lists(
    st.integers(FIRST // 500 + 1, (FIRST + 15_000) // 500 - 1), min_size=1, max_size=5, unique=True
).flatmap(lambda cells: st.tuples(*(st.integers(500 * c, 500 * c + 200) for c in sorted(cells))))


@pytest.mark.parametrize("name", TRANSFORMS)
@settings(max_examples=15)
@given(places)
def test_a_click_at_each_event_is_still_at_the_event(name: str, at: tuple[int, ...]) -> None:
    changed = TRANSFORMS[name].apply(clicks_at(list(at)))
    assert len(changed.events) == len(at)
    for event in changed.events:
        sample = changed.sample_of(event.time)
        first = max(0, sample - NEAR)
        loudest = first + int(np.abs(changed.samples[first : sample + NEAR]).argmax())
        assert abs(loudest - event.time * changed.sample_rate) <= TRANSFORMS[name].slack + 1e-6


@pytest.mark.parametrize("name", [n for n in TRANSFORMS if not n.startswith("resample")])
def test_the_anchor_s_frame_is_the_first_that_has_heard_the_click(name: str) -> None:
    changed = TRANSFORMS[name].apply(clicks_at([7_777]))
    click = int(np.abs(changed.samples).argmax())
    found = targets(changed, RECIPE)
    (anchor,) = found.anchors
    grid = RECIPE.grid.grid()
    near = {grid.frame_of((click + off) / RATE) for off in range(-1, 2)}
    assert anchor.frame in near if TRANSFORMS[name].slack else anchor.frame == -(-click // 160) - 1
    assert int(np.argmax(found.labels == 1)) == anchor.frame
    assert int(np.argmax(found.weights)) == anchor.frame


@pytest.fixture(scope="module")
def speech() -> Example:
    return Example(read_recording(PROMPT, FrameGrid()).samples, RATE)


def lag(found: Samples, expected: Samples) -> int:
    """Samples by which ``found`` comes later, by the peak of the cross-correlation."""
    length = 1 << (len(found) + len(expected)).bit_length()
    spectrum = np.fft.rfft(found, length) * np.conj(np.fft.rfft(expected, length))
    peak = int(np.abs(np.fft.irfft(spectrum)).argmax())
    return peak if peak < length // 2 else peak - length


@pytest.mark.parametrize("codec", ["ulaw", "alaw", "gsm"])
def test_real_speech_is_not_delayed_by_a_telephone(speech: Example, codec: augment.Codec) -> None:
    heard = augment.telephone(speech, codec)
    assert len(heard.samples) == len(speech.samples)
    assert lag(heard.samples, speech.samples) == 0


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025])
def test_real_speech_is_not_delayed_by_less_bandwidth(speech: Example, rate: int) -> None:
    heard = augment.band_limit(speech, rate)
    assert lag(heard.samples, speech.samples) == 0
    power = np.abs(np.fft.rfft(heard.samples)) ** 2
    top = int(len(power) * 1.05 * rate / RATE)
    assert power[top:].sum() < 1e-5 * power.sum()


def test_real_speech_is_not_delayed_by_a_room(speech: Example) -> None:
    assert lag(augment.reverberate(speech, room()).samples, speech.samples) == 0


@pytest.mark.parametrize("ratio", [(11, 10), (9, 10), (107, 100), (3, 2)])
def test_real_speech_at_another_speed_is_where_arithmetic_says(
    speech: Example, ratio: tuple[int, int]
) -> None:
    p, q = ratio
    soft = augment.band_limit(speech, 4_000)
    found = augment.speed(soft, Fraction(p, q)).samples
    n = np.arange(len(soft.samples))
    expected = np.interp(np.arange(len(found)) * p / q, n, soft.samples).astype(np.float32)
    for part in (slice(0, len(found) // 3), slice(2 * len(found) // 3, None)):
        assert lag(found[part], expected[part]) == 0
        assert np.abs(found[part] - expected[part]).max() < 0.1 * np.abs(expected[part]).max()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_real_speech_at_another_rate_and_back_is_where_it_was(speech: Example, rate: int) -> None:
    back = augment.resample(augment.resample(speech, rate), RATE)
    assert abs(len(back.samples) - len(speech.samples)) <= 1
    assert lag(back.samples, speech.samples) == 0
