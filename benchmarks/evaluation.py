"""Seconds and memory that measuring takes for hours of posteriors, on one core.

    python benchmarks/evaluation.py [--hours 10] [--classes 4] [--resamples 1000]

Posteriors are made: noise near 0 with jittering bursts, ten a hour and class as high as those of
keywords, and a keyword every 40 s. Timed are the threshold sweeps (one a class and the pooled one),
and the whole of a report with its bootstrap and frame measures. Memory is what recordings take
once they are kept, and the highest while the report is made.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
import tracemalloc

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.evaluate.curve import pooled, sweep
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import DEFAULT_TARGETS, measure_recorded
from sal_anchors.evaluate.recorded import Recorded, negative_hours, record
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.events.event import EventKind
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
CONFIG = EventConfig()
SECONDS = 60
KEYWORD_EVERY = 40.0


def recording(number: int, classes: int, rng: np.random.Generator) -> Streamed:
    """A minute of posteriors of all classes, a few with keywords."""
    frames = SECONDS * 100
    scores = 0.02 * rng.random((frames, classes)).astype(np.float32) ** 2
    labels = np.zeros(frames, dtype=np.int16)
    anchors = []
    for time_ in np.arange(5.0, SECONDS - 2, KEYWORD_EVERY):
        index = 1 + int(rng.integers(classes - 1))
        anchors.append(Anchor(0, float(time_), EventKind.KEYWORD_END, f"c{index}", index, 1.0))
        first = GRID.frame_of(float(time_))
        labels[first : first + 30] = index
        burst(scores[:, index], first, rng.beta(4, 1), rng)
    for index in range(1, classes):
        for first in rng.integers(0, frames - 50, rng.poisson(2)):
            burst(scores[:, index], int(first), rng.beta(1, 3), rng)
    return Streamed(f"{number}", scores, tuple(anchors), SECONDS * GRID.sample_rate, labels=labels)


def burst(scores: NDArray[np.float32], first: int, height: float, rng: np.random.Generator) -> None:
    """A bump of about 300 ms that jitters."""
    shape = np.sin(np.linspace(0, np.pi, 30)) * height
    jittered = np.clip(shape * (1 + 0.1 * rng.standard_normal(30)), 0, 1)
    scores[first : first + 30] = np.maximum(scores[first : first + 30], jittered)


def sweeps(recordings: list[Recorded], classes: int) -> int:
    curves = [
        sweep(
            [one.tracks[index] for one in recordings],
            CONFIG,
            GRID,
            negative_hours=negative_hours(recordings, [index + 1], [CONFIG] * (classes - 1), GRID),
        )
        for index in range(classes - 1)
    ]
    together = pooled(curves, negative_hours=len(recordings) * SECONDS / 3600)
    return sum(len(curve.thresholds) for curve in (*curves, together))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--classes", type=int, default=4, help="without the background")
    parser.add_argument("--resamples", type=int, default=1_000)
    options = parser.parse_args()
    classes = options.classes + 1
    rng = np.random.default_rng(0)
    count = round(options.hours * 3600 / SECONDS)
    tracemalloc.start()
    began = time.process_time()
    recordings = [
        record(recording(number, classes, rng), classes, GRID, CONFIG) for number in range(count)
    ]
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"{options.hours:g} h, {options.classes} classes, {count} recordings")
    print(f"made and smoothed: {time.process_time() - began:.2f} s of CPU")
    print(f"kept: {kept / 1e6:.1f} MB, {kept / 1e6 / options.hours:.2f} MB an hour")
    began = time.process_time()
    points = sweeps(recordings, classes)
    print(f"all sweeps: {time.process_time() - began:.2f} s of CPU, {points} points")
    names = ("background", *(f"c{index}" for index in range(1, classes)))
    began = time.process_time()
    report = measure_recorded(
        recordings,
        names,
        GRID,
        split="made",
        targets=DEFAULT_TARGETS,
        config=CONFIG,
        resamples=options.resamples,
    ).report
    print(
        f"whole report, {options.resamples} resamples: {time.process_time() - began:.2f} s of CPU"
    )
    print(f"highest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    for point in report.overall.operating_points:
        print(f"  {point.target:g} FA/h: FRR {point.false_reject_rate}, {point.false_accepts} FA")


if __name__ == "__main__":
    main()
