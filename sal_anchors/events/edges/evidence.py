"""What the audio around each instant looks like to the edge network.

An instant every 2.5 ms has, as numbers without a scale: levels of 24 mel bands, whole level and
voicing, averaged over spans before and after it that widen with distance (a boundary is a change
between neighbouring spans; a stop's burst, a breath or a decay shows in the wide ones), and where
its level lies between the lowest and the highest nearby. Levels are relative to those of the
whole stretch, so gain does not matter.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

STEP = 0.0025
"""Seconds between instants."""

_BANDS = 24
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7_600.0
_WINDOW, _TRANSFORM = 0.010, 0.016
_FLOOR = 1e-5
_NEAR = ((-24, -16), (-16, -8), (-8, -4), (-4, 0), (0, 4), (4, 8), (8, 16), (16, 24))
_FAR = ((-128, -80), (-80, -48), (-48, -24), (24, 48), (48, 80), (80, 128))
_BROAD = ((-80, 0), (-40, 0), (0, 40), (0, 80))
_REACH = 128
_LOCAL = 100
_LOCAL_SCALE = 5.0
_VOICE_RATE = 4_000
_VOICE_WINDOW = 128
_VOICE_HZ = (60.0, 400.0)
_VOICE_STEPS = 2

Array = NDArray[np.float32]


def evidence(samples: NDArray[np.float32], sample_rate: int) -> Array:
    """Features of the instants ``0, STEP, 2 * STEP, ...`` of a stretch of audio.

    Args:
        samples: float32 (N,), a stretch of some seconds to half a minute: levels are relative to
            what is in it.
        sample_rate: Hz; bands above half of it count as average.

    Returns:
        float32 (T, ``WIDTH``), ``T = floor(N / (STEP * sample_rate)) + 1``.
    """
    samples = samples / (np.abs(samples).max(initial=0.0) or 1.0)
    bands, level = _spectrum(samples, sample_rate)
    floor, peak = np.quantile(level, (0.05, 0.95))
    relative = (level - floor) / (peak - floor + 1e-6)
    voicing = _voicing(samples, sample_rate, len(level))
    broad = bands.reshape(len(bands), 4, -1).mean(axis=2)
    near = np.column_stack([bands, relative, voicing])
    far = np.column_stack([broad, relative, voicing])
    edges = np.column_stack([bands[:, :8].mean(axis=1), bands[:, 14:].mean(axis=1)])
    return np.column_stack(
        [
            _means(near, _NEAR),
            _means(far, _FAR),
            _means(relative[:, None], _BROAD),
            _peaks(edges, _FAR),
            _place(level),
        ]
    ).astype(np.float32)


WIDTH = len(_NEAR) * (_BANDS + 2) + len(_FAR) * 6 + len(_BROAD) + len(_FAR) * 2 + 6


def _spectrum(samples: Array, sample_rate: int) -> tuple[Array, Array]:
    """Levels of the mel bands, relative to their means and in units of their common deviation,
    (T, 24); and the whole level in nepers of power, (T,)."""
    size = round(_WINDOW * sample_rate)
    count = int(len(samples) / (STEP * sample_rate) + 1e-9) + 1
    centres = np.rint(np.arange(count) * STEP * sample_rate).astype(np.int64)
    padded = np.pad(samples, (size // 2, size))
    windows = sliding_window_view(padded, size)[centres]
    shaped = windows * np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.rfft(shaped, round(_TRANSFORM * sample_rate))) ** 2
    filters = _mel_filters(sample_rate)
    mel = power.astype(np.float32) @ filters
    logs = np.log(mel + _FLOOR * mel.max() + 1e-12)
    heard = filters.any(axis=0)
    bands = np.where(heard, logs - logs.mean(axis=0), 0.0)
    energy = np.square(windows).mean(axis=1)
    level = np.log(energy + _FLOOR / 10 * energy.max() + 1e-13)
    return (bands / (logs[:, heard].std() + 1e-6)).astype(np.float32), level


@lru_cache(maxsize=4)
def _mel_filters(sample_rate: int) -> Array:
    """Triangular filters, (bins, 24); all zero where they reach past half the sample rate."""
    hertz = np.fft.rfftfreq(round(_TRANSFORM * sample_rate), 1 / sample_rate)
    corners = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), _BANDS + 2)
    mel = np.array([_mel(one) for one in hertz])[:, None]
    rise = (mel - corners[:-2]) / (corners[1:-1] - corners[:-2])
    fall = (corners[2:] - mel) / (corners[2:] - corners[1:-1])
    filters: Array = np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)
    filters[:, corners[2:] > _mel(sample_rate / 2)] = 0.0
    return filters


def _mel(hertz: float) -> float:
    return 1127 * math.log1p(hertz / 700)


def _voicing(samples: Array, sample_rate: int, count: int) -> Array:
    """Highest autocorrelation at the lags of a voice, as a share of that at lag 0, (T,)."""
    factor = max(1, round(sample_rate / _VOICE_RATE))
    rate = sample_rate / factor
    slow = np.pad(samples, (0, -len(samples) % factor)).reshape(-1, factor).mean(axis=1)
    centres = np.rint(np.arange(0, count, _VOICE_STEPS) * STEP * rate).astype(np.int64)
    padded = np.pad(slow, (_VOICE_WINDOW // 2, _VOICE_WINDOW))
    windows = sliding_window_view(padded, _VOICE_WINDOW)[centres]
    shaped = windows * np.hanning(_VOICE_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(shaped, 2 * _VOICE_WINDOW)) ** 2
    correlation = np.fft.irfft(power)
    first, last = (round(rate / hertz) for hertz in reversed(_VOICE_HZ))
    energy = correlation[:, 0]
    share = correlation[:, first:last].max(axis=1) / (energy + 1e-4 * energy.mean() + 1e-12)
    return np.repeat(share, _VOICE_STEPS)[:count].astype(np.float32)


def _means(values: Array, spans: tuple[tuple[int, int], ...]) -> Array:
    """Means over spans of steps relative to each instant, (T, spans * columns); outside the
    stretch is 0."""
    count = len(values)
    total = np.zeros((count + 2 * _REACH + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[_REACH + 1 : _REACH + 1 + count])
    total[_REACH + 1 + count :] = total[_REACH + count]
    return np.column_stack(
        [
            (total[_REACH + last :][:count] - total[_REACH + first :][:count]) / (last - first)
            for first, last in spans
        ]
    )


def _peaks(values: Array, spans: tuple[tuple[int, int], ...]) -> Array:
    """Highest values in spans of steps relative to each instant, (T, spans * columns); lengths
    of spans are multiples of 8."""
    count = len(values)
    eight = np.pad(values, ((_REACH, _REACH + 8), (0, 0)), mode="edge")
    for shift in (1, 2, 4):
        eight = np.maximum(eight[:-shift], eight[shift:])
    return np.column_stack(
        [
            np.maximum.reduce([eight[_REACH + at :][:count] for at in range(first, last, 8)])
            for first, last in spans
        ]
    )


def _place(level: Array) -> Array:
    """The level against the lowest and the highest of the quarter second before and after, and
    their difference, (T, 6)."""
    padded = np.pad(level, _LOCAL, mode="edge")
    windows = sliding_window_view(padded, _LOCAL)
    highest, lowest = windows.max(axis=1), windows.min(axis=1)
    columns = []
    for low, high in (
        (lowest[: len(level)], highest[: len(level)]),
        (lowest[_LOCAL:][: len(level)], highest[_LOCAL:][: len(level)]),
    ):
        columns += [level - low, high - level, high - low]
    return (np.column_stack(columns) / _LOCAL_SCALE).astype(np.float32)
