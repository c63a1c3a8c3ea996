"""Every transform once, with what it does to time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sal_anchors import augment
from sal_anchors.augment import Example

RATE = 16_000
LENGTH = 20_000
FIRST = 2_345


@dataclass(frozen=True)
class Case:
    """``t`` becomes ``t * scale + offset / RATE``; a click is off by at most ``slack`` samples."""

    apply: Callable[[Example], Example]
    offset: int = 0
    scale: Fraction = Fraction(1)
    slack: int = 0
    joined: str = ""

    def time(self, time: float) -> float:
        return float(Fraction(time) * self.scale + Fraction(self.offset, RATE))


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def room() -> np.ndarray:
    """A direct path after 153 samples, a reflection, and a decaying tail."""
    tail = rng().standard_normal(4_000) * np.exp(-np.arange(4_000) / 600) * 0.02
    response = np.concatenate([np.zeros(153), tail])
    response[[153, 900]] = 1.0, -0.5
    return response.astype(np.float32)


def _other(length: int = 3_000) -> Example:
    return Example(np.zeros(length, np.float32), RATE, id="other")


TRANSFORMS = {
    "gain": Case(lambda x: augment.gain(x, 3.0)),
    "add_noise": Case(lambda x: augment.add_noise(x, 15.0, rng=rng())),
    "mix": Case(lambda x: augment.mix(x, augment.noise(999, "pink", rng()), 15.0, first=70)),
    "pad": Case(lambda x: augment.pad(x, before=1_237, after=800, rng=rng()), 1_237),
    "shift": Case(lambda x: augment.shift(x, 801, rng=rng()), 801),
    "shift back": Case(lambda x: augment.shift(x, -801, rng=rng()), -801),
    "crop": Case(lambda x: augment.crop(x, first=FIRST, length=15_000), -FIRST),
    "concatenate": Case(
        lambda x: augment.concatenate([_other(), x, _other()], gaps=[160, 7], rng=rng()),
        3_160,
        joined="other+{}+other",
    ),
    "speed": Case(lambda x: augment.speed(x, Fraction(11, 10)), 0, Fraction(10, 11), 1),
    "slower": Case(lambda x: augment.speed(x, Fraction(93, 100)), 0, Fraction(100, 93), 1),
    "resample": Case(lambda x: augment.resample(x, 22_050), slack=1),
    "resample down": Case(lambda x: augment.resample(x, 8_000), slack=1),
    "reverberate": Case(lambda x: augment.reverberate(x, room())),
    "band_limit": Case(lambda x: augment.band_limit(x, 8_000), slack=1),
    "telephone": Case(augment.telephone, slack=1),
    "telephone by A-law": Case(lambda x: augment.telephone(x, "alaw"), slack=1),
}
