"""CPU seconds that each transform of audio and anchors takes for an hour of audio.

    python benchmarks/transforms.py [--seconds 3]

Examples are noise with three words, nine phones and an event a second, on one core. Features are
measured beside them, since a data loader computes both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from sal_anchors import augment
from sal_anchors.align.alignment import Interval
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.augment import Example
from sal_anchors.events.event import Event, EventKind
from sal_anchors.features import log_mel

RATE = 16_000
RECIPE = keyword_recipe(("please",))
RNG = np.random.default_rng(0)
RESPONSE = (RNG.standard_normal(RATE // 2) * np.exp(-np.arange(RATE // 2) / 1_600)).astype("f")
BACKGROUND = augment.noise(5 * RATE, "pink", RNG)

TRANSFORMS: dict[str, Callable[[Example], object]] = {
    "log-mel features": lambda x: log_mel(x.samples, RECIPE.grid.grid()),
    "targets": lambda x: augment.targets(x, RECIPE),
    "crop": lambda x: augment.crop(x, first=1_600, length=len(x.samples) - 3_200),
    "shift": lambda x: augment.shift(x, 2_400, rng=RNG),
    "concatenate with itself": lambda x: augment.concatenate([x, x], gaps=[800], rng=RNG),
    "speed 11/10": lambda x: augment.speed(x, Fraction(11, 10)),
    "speed 107/100": lambda x: augment.speed(x, Fraction(107, 100)),
    "resample to 8 kHz": lambda x: augment.resample(x, 8_000),
    "gain": lambda x: augment.gain(x, 3.0),
    "add_noise, white": lambda x: augment.add_noise(x, 10.0, rng=RNG),
    "add_noise, pink": lambda x: augment.add_noise(x, 10.0, colour="pink", rng=RNG),
    "mix": lambda x: augment.mix(x, BACKGROUND, 10.0, first=777),
    "reverberate, 0.5 s": lambda x: augment.reverberate(x, RESPONSE),
    "band_limit to 8 kHz": lambda x: augment.band_limit(x, 8_000),
    "telephone, ulaw": augment.telephone,
    "telephone, gsm": lambda x: augment.telephone(x, "gsm"),
}


def example(seconds: int) -> Example:
    samples = (0.1 * RNG.standard_normal(seconds * RATE)).astype(np.float32)
    words = tuple(Interval("please", t / 3, t / 3 + 0.3, -1.0) for t in range(3 * seconds))
    phones = tuple(Interval("P", t / 9, t / 9 + 0.1, -1.0) for t in range(9 * seconds))
    events = tuple(
        Event(EventKind.KEYWORD_END, "please", t + 0.3, float(t), t + 0.3, 0.9, 0.03, "made")
        for t in range(seconds)
    )
    return Example(samples, RATE, events, words, phones, "made")


def cpu_seconds(function: Callable[[Example], object], given: Example) -> float:
    """CPU seconds of one call: the median of five runs of at least 0.1 s each."""
    function(given)
    runs = []
    for _ in range(5):
        calls, begun = 0, time.process_time()
        while (spent := time.process_time() - begun) < 0.1:
            function(given)
            calls += 1
        runs.append(spent / calls)
    return sorted(runs)[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="length of an example")
    seconds = parser.parse_args().seconds
    given = example(seconds)
    print(f"examples of {seconds} s")
    print("| | ms an example | CPU s an hour of audio |")
    print("|---|---|---|")
    for name, function in TRANSFORMS.items():
        spent = cpu_seconds(function, given)
        print(f"| {name} | {spent * 1000:.2f} | {spent * 3600 / seconds:.2f} |")


if __name__ == "__main__":
    main()
