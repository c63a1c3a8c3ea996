from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors import augment
from sal_anchors.augment import Example
from sal_anchors.dataset.augment_config import AugmentConfig
from sal_anchors.dataset.augmenting import Augmenter
from sal_anchors.events.event import Event, EventKind

from .recordings import GRID, RATE, RECIPE

NEAR = 100
ALL = ("speed", "room", "gain", "pad", "noise", "channel")


def only(*names: str, **options: dict[str, object]) -> AugmentConfig:
    probabilities = {name: {"probability": float(name in names)} for name in (*ALL, "mask")}
    return AugmentConfig.model_validate(
        {name: {**probabilities[name], **options.get(name, {})} for name in probabilities}
    )


QUIET = {"noise": {"snr_db": [30, 40]}, "room": {"direct_db": [12, 15]}}


def clicks(places: list[int]) -> Example:
    audio = np.zeros(20_000, np.float32)
    audio[places] = 0.4
    times = [place / RATE for place in places]
    events = [Event(EventKind.KEYWORD_END, "up", t, t, t, 0.9, 0.01, "click") for t in times]
    return Example(audio, RATE, tuple(events))


@pytest.mark.parametrize("names", [*((name,) for name in ALL), ALL], ids=" ".join)
@settings(max_examples=20)
@given(
    cells=st.lists(st.integers(1, 38), min_size=1, max_size=3, unique=True),
    seed=st.integers(0, 10_000),
)
def test_a_click_at_an_anchor_is_still_at_the_anchor(
    names: tuple[str, ...], cells: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    speed = Fraction(int(rng.integers(90, 111)), 100) if "speed" in names else Fraction(1)
    changed = Augmenter(only(*names, **QUIET), GRID).audio(
        clicks([500 * cell for cell in sorted(cells)]), rng, speed=speed, pad=True
    )
    assert len(changed.events) == len(cells)
    for event in changed.events:
        at = changed.sample_of(event.time)
        first = max(0, at - NEAR)
        loudest = first + int(np.abs(changed.samples[first : at + NEAR]).argmax())
        assert abs(loudest - event.time * RATE) <= 2
    frames = [anchor.frame for anchor in augment.targets(changed, RECIPE).anchors]
    assert frames == [GRID.frame_of(event.time) for event in changed.events]


def test_what_is_off_changes_nothing() -> None:
    example = clicks([5_000])
    rng = np.random.default_rng(0)
    off = AugmentConfig.model_validate(
        {"enabled": False, **{name: {"probability": 1.0} for name in (*ALL, "mask")}}
    )
    for config in (off, only()):
        augmenter = Augmenter(config, GRID)
        assert augmenter.audio(example, rng, speed=Fraction(1), pad=True) is example
        features = np.zeros((10, 40), np.float32)
        assert augmenter.features(features, [], rng) is features


@pytest.mark.parametrize("probability", [0.25, 0.75])
def test_a_transform_happens_as_often_as_asked(probability: float) -> None:
    augmenter = Augmenter(only("gain", gain={"probability": probability}), GRID)
    example = clicks([5_000])
    rng = np.random.default_rng(3)
    changed = [
        augmenter.audio(example, rng, speed=Fraction(1), pad=True) is not example
        for _ in range(1_000)
    ]
    assert abs(np.mean(changed) - probability) < 0.06


@pytest.fixture
def noises(tmp_path: Path) -> Path:
    """Two backgrounds of pure tones: one shorter than the example, one longer than is kept."""
    (tmp_path / "deep").mkdir()
    for name, seconds, hz in (("short.wav", 0.3, 1_000), ("deep/long.flac", 12.0, 3_000)):
        tone = 0.2 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
        soundfile.write(tmp_path / name, tone, RATE)
    return tmp_path


def test_recorded_noise_has_the_ratio_drawn_and_comes_from_every_file(noises: Path) -> None:
    config = only("noise", noise={"folder": noises, "synthetic": 0.0, "snr_db": [10, 10]})
    augmenter = Augmenter(config, GRID)
    voice = Example((0.1 * np.sin(np.arange(16_000) / 9)).astype(np.float32), RATE)
    heard = set()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        noisy = augmenter.audio(voice, rng, speed=Fraction(1), pad=True)
        added = noisy.samples - voice.samples
        ratio = np.mean(voice.samples**2) / np.mean(added**2)
        assert abs(10 * np.log10(ratio) - 10) < 0.1
        heard.add(round(int(np.abs(np.fft.rfft(added)).argmax()), -2))
    assert heard == {1_000, 3_000}


@pytest.mark.parametrize("kind", ["noise", "room"])
def test_a_folder_without_sounds_is_named_before_anything_starts(kind: str, tmp_path: Path) -> None:
    from sal_anchors.errors import DataError

    (tmp_path / "notes.txt").write_text("none here")
    for folder, problem in ((tmp_path, "no audio file"), (tmp_path / "x", "no such folder")):
        with pytest.raises(DataError, match=problem):
            Augmenter(only(kind, **{kind: {"folder": folder}}), GRID)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 99), max_size=6), st.integers(0, 1_000))
def test_masks_spare_the_frames_of_anchors_and_those_around(anchors: list[int], seed: int) -> None:
    features = np.random.default_rng(seed).standard_normal((100, 40)).astype(np.float32)
    config = only("mask", mask={"bin_masks": 0, "time_masks": 5, "protect_ms": 30})
    masked = Augmenter(config, GRID).features(features, anchors, np.random.default_rng(seed))
    for frame in anchors:
        spared = slice(max(0, frame - 3), frame + 4)
        assert np.array_equal(masked[spared], features[spared])


def test_masks_cover_anchors_if_asked_to() -> None:
    features = np.random.default_rng(0).standard_normal((30, 40)).astype(np.float32)
    config = only("mask", mask={"bin_masks": 0, "time_masks": 5, "anchors": True})
    augmenter = Augmenter(config, GRID)
    everywhere = list(range(30))
    masked = augmenter.features(features, everywhere, np.random.default_rng(1))
    assert not np.array_equal(masked, features)
