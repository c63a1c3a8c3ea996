"""The `alexa` of two packages on the recordings that our detectors are measured on.

    python benchmarks/wake_word_packages.py MANIFEST OUT [--run RUN ...] [--audio-root FOLDER]

streams the test split of MANIFEST through pymicro-wakeword and pyopen-wakeword, and prints a
Markdown table: misses of `alexa` at false accepts an hour, and at the threshold that each package
recommends, with intervals, latency, and CPU seconds an hour of audio. Everything else in the split,
other wake words, speech and noise, is negative. ``--run`` adds a detector of ours, a folder that
`train` or `compare` wrote, by its posteriors of the same recordings.

OUT gets ``alexa.anchors``, the split as a manifest with that class alone, and a scores file a
system; each row of the table is what `sal-anchors evaluate OUT/alexa.anchors --scores FILE` says.

Both packages keep a state: microWakeWord adapts to the noise and holds its network's past,
openWakeWord looks at the last 2 s. Each recording therefore begins in the packages' own fresh
state and after ``LEAD`` seconds of low noise, which no figure counts, and is followed by low noise
as our own recordings are. Kept is the raw probability of every inference, under the number of
samples that had been fed when it came; the packages' own smoothing is done by the evaluation. All
runs on one core: TensorFlow Lite takes as many as there are.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors import augment
from sal_anchors.convert.rendered import rendered
from sal_anchors.evaluate.bootstrap import Range, Resamples
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.outcome import Fault, Outcome, outcome
from sal_anchors.evaluate.poisson import poisson_interval
from sal_anchors.evaluate.run import measure_source
from sal_anchors.evaluate.scored import scores_source
from sal_anchors.evaluate.scores_header import ScoresHeader, header_of
from sal_anchors.evaluate.scores_read import open_scores
from sal_anchors.evaluate.scores_write import scores_writer
from sal_anchors.evaluate.stream import Streamed, stream_split
from sal_anchors.experiment.record import SCORES_NAME
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import load_checkpoint

INSTALL = "pip install --constraint constraints.txt --editable '.[bench]'"
CLASS, SPLIT = "alexa", "test"
RATE, CHUNK = 16_000, 160
LEAD, TAIL = 2.4, 1.5
"""Seconds of low noise before and behind each recording; openWakeWord needs 2.03 for the first."""
TARGETS = (0.5, 1.0, 5.0)
WINDOWS = ((200.0, 500.0), (600.0, 1_000.0))
"""Milliseconds before and after the keyword's end that hit it: as everywhere else, and generous:
from the keyword's beginning on, and with time for slow averages."""
FEW = 5

Accept = Callable[[bytes], Iterable[float]]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Package:
    """A pretrained detector of somebody else's.

    Attributes:
        name: of its scores file and its rows.
        reset: brings the state in which a stream begins.
        accept: takes 10 ms of 16-bit samples; gives the raw probability of each inference that
            they complete.
        averaged: inferences that the package itself takes the mean of.
        threshold: above which it detects, if nobody chooses another.
    """

    name: str
    reset: Callable[[], None]
    accept: Accept
    averaged: int
    threshold: float


@dataclass(frozen=True, slots=True)
class System:
    """What is measured: a scores file, and how it is read.

    Attributes:
        name: of its rows.
        scores: the file.
        smooth_ms: of the moving average; None for the evaluation's own.
        threshold: that its makers recommend, if any.
        cost: CPU seconds an hour of audio, if measured.
    """

    name: str
    scores: Path
    smooth_ms: float | None = None
    threshold: float | None = None
    cost: float | None = None


def main() -> None:
    options = _options()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    manifest = Manifest.open(options.manifest, audio_root=options.audio_root)
    view = one_class(manifest, options.out / "alexa.anchors")
    systems = [
        *(measured_package(package, view, options.out) for package in packages()),
        *(run_of_ours(run, manifest, options.out) for run in options.run),
    ]
    for window in WINDOWS:
        print_table(systems, view, *window)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("manifest", type=Path, help="With the class alexa.")
    parser.add_argument("out", type=Path, help="Folder for the view and the scores files.")
    parser.add_argument("--run", type=Path, action="append", default=[], help="Of ours.")
    parser.add_argument("--audio-root", type=Path, help="Where the audio is, if it moved.")
    return parser.parse_args()


def one_class(manifest: Manifest, path: Path) -> Manifest:
    """The split as a manifest of its own, whose only anchors are those of the class."""
    rules = tuple(rule for rule in manifest.recipe.events if rule.class_name == CLASS)
    recipe = manifest.recipe.model_copy(update={"events": rules})
    rows = (_of_class(row) for row in manifest.rows(SPLIT, usable=True))
    header = partial(manifest.header.derived, recipe=recipe)
    write_manifest(path, (rendered(row, recipe) for row in rows), header)
    return Manifest.open(path, audio_root=manifest.audio_root)


def _of_class(row: Row) -> Row:
    return replace(row, events=tuple(one for one in row.events if one.label == CLASS))


def packages() -> tuple[Package, ...]:
    """Both packages, with their own values of threshold and average."""
    try:
        return _micro_wake_word(), _open_wake_word()
    except ImportError as error:
        raise SystemExit(f"{error}; install it: {INSTALL}") from None


def _micro_wake_word() -> Package:
    """A network on three features of 10 ms at a time; the probability of each, not their mean."""
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    built_in = MicroWakeWord.from_builtin(Model.ALEXA)
    model = MicroWakeWord(
        built_in.id,
        wake_word=built_in.wake_word,
        tflite_model=built_in.tflite_model,
        probability_cutoff=built_in.probability_cutoff,
        sliding_window_size=1,
        trained_languages=built_in.trained_languages,
        libtensorflowlite_c_path=built_in.libtensorflowlite_c_path,
    )
    features = MicroWakeWordFeatures()
    heard: list[Any] = []

    def reset() -> None:
        heard.clear()
        model.reset()
        features.reset()

    def accept(chunk: bytes) -> Iterator[float]:
        for feature in features.process_streaming(chunk):
            heard.append(None)
            probability = model.process_streaming_prob(feature)
            if len(heard) % model.stride == 0:
                yield float(probability or 0.0)

    averaged, threshold = built_in.sliding_window_size, built_in.probability_cutoff
    return Package("pymicro-wakeword", reset, accept, averaged, threshold)


def _open_wake_word() -> Package:
    """A network on 16 embeddings of 80 ms; 0.5 is the default of the package's own command.

    Of itself it begins with 8 s of zeros, half a second of work; the low noise takes their place.
    """
    from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

    model, features = OpenWakeWord.from_builtin(Model.ALEXA), OpenWakeWordFeatures.from_builtin()

    def reset() -> None:
        model.reset()
        features.reset()
        features.new_audio_samples = 0

    def accept(chunk: bytes) -> Iterator[float]:
        for embedding in features.process_streaming(chunk):
            yield from model.process_streaming(embedding)

    return Package("pyopen-wakeword", reset, accept, averaged=1, threshold=0.5)


def measured_package(package: Package, view: Manifest, out: Path) -> System:
    """Stream all recordings; write the scores file."""
    spent = hours = 0.0
    found: list[tuple[str, list[float]]] = []
    grids = set[tuple[int, int]]()
    for row in view.rows(usable=True):
        instants, probabilities, seconds = listen(package, view.recording(row).samples)
        grids.add((instants[0], instants[1] - instants[0]))
        assert len(set(np.diff(instants))) == 1
        found.append((row.id, probabilities))
        spent += seconds
        hours += (row.duration + TAIL) / 3600
    ((first, hop),) = grids
    path = out / f"{package.name}.parquet"
    header = ScoresHeader(classes=(CLASS,), sample_rate=RATE, hop=hop, first=first)
    with scores_writer(path, header) as writer:
        for id_, probabilities in found:
            posteriors = np.array(probabilities, dtype=np.float32)[:, None]
            writer.write(Streamed(id_, posteriors, (), 0))
    smooth_ms = 1000 * package.averaged * hop / RATE
    print(f"{package.name}: frame t is out at {first} + t * {hop} samples; mean of {smooth_ms} ms")
    return System(package.name, path, smooth_ms, package.threshold, spent / hours)


def listen(package: Package, samples: Samples) -> tuple[list[int], list[float], float]:
    """A recording from a fresh state.

    Returns:
        Samples of the recording that had been fed at each inference, its probability, and CPU
        seconds without those of the low noise before.
    """
    before, after = round(LEAD * RATE), round(TAIL * RATE)
    low = augment.LOW_NOISE_RMS * augment.noise(before + after, "white", np.random.default_rng(0))
    stream = np.concatenate([low[:before], samples, low[before:]])
    stream = np.clip(np.round(32_768 * stream), -32_768, 32_767).astype("<i2")
    package.reset()
    instants, probabilities, began = list[int](), list[float](), 0.0
    for fed in range(CHUNK, len(stream) + 1, CHUNK):
        if fed == before + CHUNK:
            began = time.process_time()
        found = list(package.accept(stream[fed - CHUNK : fed].tobytes()))
        if fed > before:
            instants += [fed - before] * len(found)
            probabilities += found
    return instants, probabilities, time.process_time() - began


def run_of_ours(run: Path, manifest: Manifest, out: Path) -> System:
    """A run by the posteriors that are in it, or, if they are of other recordings, by those that
    its checkpoint gives."""
    scores = run / SCORES_NAME
    if not _holds_all(scores, manifest):
        scores = out / f"{run.resolve().name}.parquet"
        detector = StreamingDetector(load_checkpoint(run))
        with scores_writer(scores, header_of(detector.classes, detector.output_grid, 0)) as writer:
            for streamed in stream_split(detector, manifest, SPLIT, EventConfig()):
                writer.write(streamed)
    return System(run.resolve().name, scores)


def _holds_all(scores: Path, manifest: Manifest) -> bool:
    if not scores.is_file():
        return False
    opened = open_scores(scores)
    return all(opened.has(row.id) for row in manifest.rows(SPLIT, usable=True))


def print_table(systems: Sequence[System], view: Manifest, early_ms: float, late_ms: float) -> None:
    """A row a system and operating point."""
    measured = [(system, measure(system, view, early_ms, late_ms)) for system in systems]
    report = measured[0][1].report.overall
    print(
        f"\nhits from {early_ms:.0f} ms before the keyword's end to {late_ms:.0f} ms after it; "
        f"{report.positives} positives, {report.negative_hours:.3f} h of negatives\n"
    )
    columns = (
        *("system", "smoothing, ms", "at", "threshold", "missed", "FRR, % (95 %)", "false accepts"),
        *("FA/h (95 %)", "latency median, ms", "p90, ms", "CPU s an hour"),
    )
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    for system, one in measured:
        for cells in rows_of(system, one):
            print(f"| {' | '.join(cells)} |")


def measure(system: System, view: Manifest, early_ms: float, late_ms: float) -> Measured:
    """As `sal-anchors evaluate` measures."""
    config = EventConfig(early_ms=early_ms, late_ms=late_ms)
    if system.smooth_ms is not None:
        config = config.model_copy(update={"smooth_ms": system.smooth_ms})
    source = scores_source(open_scores(system.scores), view, SPLIT, config)
    return measure_source(source, where=view.path, split=SPLIT, targets=TARGETS, config=config)


def rows_of(system: System, measured: Measured) -> Iterator[tuple[str, ...]]:
    """At each target, and at the recommended threshold."""
    report = measured.report
    (of_class,) = report.classes
    head = (system.name, f"{report.settings['smooth_ms']:g}")
    cost = "-" if system.cost is None else f"{system.cost:.0f}"
    for point, happened in zip(of_class.operating_points, measured.outcomes[0], strict=True):
        told = f"{point.target:g} FA/h" + ("" if point.resolvable else " (none allowed)")
        cells = _cells(happened, measured, point.false_reject_interval)
        yield *head, told, f"{point.threshold:.3f}", *cells, cost
    if system.threshold is not None:
        above = float(np.nextafter(np.float32(system.threshold), np.float32(2)))
        happened = outcome(measured.recordings, 1, above, measured.configs, measured.grid)
        cells = _cells(happened, measured, fixed_interval(happened, measured))
        yield *head, "its own", f"> {system.threshold:g}", *cells, cost


def _cells(happened: Outcome, measured: Measured, interval: Range | None) -> tuple[str, ...]:
    missed, alarms = len(happened.misses), len(happened.false_accepts)
    positives, hours = missed + len(happened.hits), measured.report.overall.negative_hours
    rates = "-" if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"
    low, high = (bound / hours for bound in poisson_interval(alarms))
    early = happened.faults()[Fault.EARLY]
    delays = [1000 * (hit.detection - hit.anchor) / RATE for hit in happened.hits]
    latency = (f"{np.percentile(delays, rank):.0f}" if delays else "-" for rank in (50, 90))
    return (
        f"{missed} of {positives}",
        f"{100 * missed / positives:.1f} ({rates})",
        f"{alarms}, {early} early",
        f"{alarms / hours:.2f} ({low:.2f} to {high:.2f})",
        *latency,
    )


def fixed_interval(happened: Outcome, measured: Measured) -> Range | None:
    """Of the false reject rate at a threshold that stays: recordings drawn with replacement; as in
    the evaluation, that of the exact count where fewer than ``FEW`` were missed or hit."""
    missed, all_ = (np.zeros(len(measured.recordings)) for _ in range(2))
    for miss in happened.misses:
        missed[miss.recording] += 1
        all_[miss.recording] += 1
    for hit in happened.hits:
        all_[hit.recording] += 1
    hits, misses = len(happened.hits), len(happened.misses)
    low, high = (bound / (hits + misses) for bound in poisson_interval(min(hits, misses)))
    if misses < FEW:
        return low, min(1.0, high)
    if hits < FEW:
        return max(0.0, 1 - high), 1 - low
    report = measured.report
    draws = Resamples.draw(report.bootstrap, len(missed), seed=report.seed)
    return draws.interval((draws.counts @ missed) / (draws.counts @ all_))


if __name__ == "__main__":
    main()
