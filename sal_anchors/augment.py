"""Transforms of (audio, events) together: an event stays where its sound is.

Each transform is pure: it returns a new example in which every event field survives. Targets are
rendered anew afterwards by :func:`targets`, with the renderer that made the manifest.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import FrameTargets
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.events.event import Event

Samples = NDArray[np.float32]
Colour = Literal["white", "pink"]

LOW_NOISE_RMS = 1e-4
"""Level of the noise that stands for silence: -80 dB below full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A stretch of audio and the events in it.

    Attributes:
        samples: float32 (N,), mono, full scale at +-1.
        sample_rate: Hz.
        events: times in seconds from the first sample; negative for events before it.
    """

    samples: Samples
    sample_rate: int
    events: tuple[Event, ...]


def gain(example: Example, db: float) -> Example:
    """Samples times ``10^(db / 20)``, clipped to full scale; events stay."""
    louder = example.samples * np.float32(10.0 ** (db / 20))
    return dataclasses.replace(example, samples=np.clip(louder, -1.0, 1.0))


def pad(
    example: Example,
    *,
    before: int = 0,
    after: int = 0,
    rng: np.random.Generator,
    rms: float = LOW_NOISE_RMS,
) -> Example:
    """Low noise around the audio; events move by ``before / sample_rate`` seconds.

    Args:
        example: what to pad.
        before: samples to put in front, >= 0.
        after: samples to append, >= 0.
        rng: draws the noise.
        rms: level of the noise, full scale at 1.
    """
    head, tail = (rms * noise(n, "white", rng) for n in (before, after))
    return Example(
        samples=np.concatenate([head, example.samples, tail]).astype(np.float32),
        sample_rate=example.sample_rate,
        events=_shifted(example.events, before / example.sample_rate),
    )


def crop(example: Example, *, first: int, length: int) -> Example:
    """Samples ``[first, first + length)``; events move by ``-first / sample_rate`` seconds and
    none is dropped, so that labels which began before the crop still reach into it."""
    return Example(
        samples=example.samples[first : first + length],
        sample_rate=example.sample_rate,
        events=_shifted(example.events, -first / example.sample_rate),
    )


def add_noise(
    example: Example, snr_db: float, *, colour: Colour = "white", rng: np.random.Generator
) -> Example:
    """Noise at a signal-to-noise ratio over the whole example; events stay.

    The noise has the power ``mean(samples^2) / 10^(snr_db / 10)``.
    """
    samples = example.samples
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    level = np.float32(rms * 10.0 ** (-snr_db / 20))
    noisy = np.clip(samples + level * noise(len(samples), colour, rng), -1.0, 1.0)
    return dataclasses.replace(example, samples=noisy)


def noise(length: int, colour: Colour, rng: np.random.Generator) -> Samples:
    """Gaussian noise (length,) of unit power: ``white``, or ``pink`` (power falls as 1/f)."""
    if colour == "white" or length < 2:
        return rng.standard_normal(length, dtype=np.float32)
    fast_length = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(fast_length, dtype=np.float32))
    spectrum[0] = 0.0
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    pink = np.fft.irfft(spectrum)[:length]
    unit: Samples = (pink / np.sqrt(np.mean(pink**2))).astype(np.float32)
    return unit


def targets(example: Example, recipe: Recipe) -> FrameTargets:
    """Labels, weights and anchors of the example as it is now.

    Events before the first sample reach in as far as their labels and weights do; their anchors
    have negative frames and times, exact where they moved by whole hops.
    """
    grid = recipe.grid.grid()
    earliest = min((min(event.time, event.start) for event in example.events), default=0.0)
    lead = grid.lead_in(earliest)
    offset = grid.time_of(grid.samples_in(lead))
    whole = render(
        _shifted(example.events, offset), recipe, lead + grid.num_frames(len(example.samples))
    )
    if not lead:
        return whole
    return FrameTargets(
        labels=whole.labels[lead:],
        weights=whole.weights[lead:],
        anchors=tuple(
            dataclasses.replace(anchor, frame=anchor.frame - lead, time=anchor.time - offset)
            for anchor in whole.anchors
        ),
    )


def _shifted(events: tuple[Event, ...], seconds: float) -> tuple[Event, ...]:
    if seconds == 0:
        return events
    return tuple(
        dataclasses.replace(
            event,
            time=event.time + seconds,
            start=event.start + seconds,
            end=event.end + seconds,
        )
        for event in events
    )
