"""Noises that are taken for the onset of speech.

    python benchmarks/false_edges.py DATA [--every 1]

prints two tables. First, each utterance of ``DATA/timit-dev`` with a noise of
``DATA/esc10-folds1-4`` (ten classes in turn) that begins 0.3 to 2 s before its speech: the loudest
half second of the clip alone (``burst``), or the clip from there on, through the speech
(``running``), at 20, 10 and 0 dB SNR (level of the words against that of the noise). Counted: an
onset in the noise, more than 100 ms before the first word, and a first word that has no onset
within 100 ms. The lead of each recording is lengthened by 2.5 s of faint noise at its own floor.
Second, all clips of noise alone: every onset is false; by class.

Onsets are those of the pocketsphinx engine's words (``aligned``; utterances that it refuses have
none), of the vad engine, of silero-vad and of WebRTC VAD, joined by the recipe's defaults.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import soundfile
from hand_labelled import Labelled, read_labelled
from speech_detectors import GRID, RATE, Detector, Samples, Span, detectors, speech_of

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.audio import read_recording
from sal_anchors.corpus import Utterance
from sal_anchors.events.edges import refine_words

LEAD_SECONDS = 2.5
BURST_SECONDS = 0.5
FADE_SECONDS = 0.01
GAPS = (0.3, 2.0)
NEAR_SECONDS = 0.1
PLACES, SNRS = ("burst", "running"), (20, 10, 0)
ALIGNED = "pocketsphinx, aligned"


@dataclass(frozen=True, slots=True)
class Noisy:
    """Speech behind a noise.

    Attributes:
        samples: of the whole.
        onset: where the first word begins, seconds.
        noise: where the noise begins, seconds.
        transcript: what is said.
    """

    samples: Samples
    onset: float
    noise: float
    transcript: str


Finder = Callable[[Sequence[Noisy]], list[list[Span]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth utterance")
    options = parser.parse_args()
    noises = list(read_noises(options.data / "esc10-folds1-4"))
    utterances = read_labelled(options.data / "timit-dev")[:: options.every]
    detect: Mapping[str, Finder] = {
        ALIGNED: aligned,
        **{name: _heard(detector) for name, detector in detectors().items()},
    }
    columns = ("onsets of", "noise", "SNR dB", "on the noise", "an hour", "speech not found")
    print(f"{len(utterances)} utterances\n\n| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    for place, snr in product(PLACES, SNRS):
        mixed = [
            mix(item, noises[class_of(number, noises)][1], place, snr, number)
            for number, item in enumerate(utterances)
        ]
        for name, find in detect.items():
            print_row(name, place, snr, mixed, find)
    print_alone(noises)


def read_noises(folder: Path) -> Iterator[tuple[str, Samples]]:
    """Label and samples of each clip."""
    for line in (folder / "utterances.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["label"].partition(" - ")[2], read_recording(folder / row["audio"], GRID).samples


def class_of(number: int, noises: list[tuple[str, Samples]]) -> int:
    """The clip for an utterance: classes in turn, and clips of a class in turn."""
    labels = sorted({label for label, _ in noises})
    mine = [i for i, (label, _) in enumerate(noises) if label == labels[number % len(labels)]]
    return mine[number // len(labels) % len(mine)]


def mix(item: Labelled, noise: Samples, place: str, snr: float, seed: int) -> Noisy:
    """An utterance behind a noise; the same seed gives the same mixture."""
    rng = np.random.default_rng(seed)
    speech = read_recording(item.utterance.audio, GRID).samples
    first = round(item.words[0][0] * RATE)
    lead = rng.normal(0, floor_of(speech), round(LEAD_SECONDS * RATE)).astype(np.float32)
    samples = np.concatenate((lead, speech))
    onset = len(lead) + first
    gap = round(rng.uniform(*GAPS) * RATE)
    loudest = loudest_part(noise)
    rest = noise[loudest.start :]
    part = noise[loudest] if place == "burst" else np.resize(rest, len(samples) - onset + gap)
    part = part[: len(samples) - onset + gap].copy()
    fade = round(FADE_SECONDS * RATE)
    part[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    words = np.concatenate([speech[round(a * RATE) : round(b * RATE)] for a, b, _ in item.words])
    part *= level_of(words) / max(level_of(part), 1e-9) * 10 ** (-snr / 20)
    samples[onset - gap : onset - gap + len(part)] += part
    transcript = item.utterance.transcript or ""
    return Noisy(samples, onset / RATE, (onset - gap) / RATE, transcript)


def loudest_part(noise: Samples) -> slice:
    """The half second of most power; a clip may be silent for most of its time."""
    size = round(BURST_SECONDS * RATE)
    power = np.concatenate(([0.0], np.cumsum(np.square(noise, dtype=np.float64))))
    first = int(np.argmax(power[size:] - power[:-size]))
    return slice(first, first + size)


def level_of(samples: Samples) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def floor_of(samples: Samples) -> float:
    """Level of the quietest tenth of frames of 10 ms."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return float(np.sqrt(np.quantile(np.square(frames, dtype=np.float64).mean(axis=1), 0.1)))


def aligned(mixed: Sequence[Noisy]) -> list[list[Span]]:
    """Stretches of the refined words of the default engine; none where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        utterances = []
        for number, noisy in enumerate(mixed):
            audio = Path(folder) / f"{number}.wav"
            soundfile.write(audio, noisy.samples, RATE, subtype="FLOAT")
            utterances.append(Utterance(id=audio.stem, audio=audio, transcript=noisy.transcript))
        aligner = PocketsphinxAligner(phones=False)
        results = list(aligner.align_corpus(utterances, Lexicon(), Path(folder), 1))
    return [
        _stretches(result, noisy.samples) if isinstance(result, Alignment) else []
        for noisy, result in zip(mixed, results, strict=True)
    ]


def _stretches(found: Alignment, samples: Samples) -> list[Span]:
    words = refine_words(found.words, found.phones, samples, GRID, known=True)
    return speech_of((word.start, word.end) for word in words)


def _heard(detector: Detector) -> Finder:
    return lambda mixed: [speech_of(detector(noisy.samples)) for noisy in mixed]


def print_row(name: str, place: str, snr: int, mixed: Sequence[Noisy], find: Finder) -> None:
    false = lost = 0
    for noisy, spans in zip(mixed, find(mixed), strict=True):
        onsets = [start for start, _ in spans]
        early = noisy.onset - NEAR_SECONDS
        false += sum(noisy.noise - NEAR_SECONDS <= onset < early for onset in onsets)
        lost += not any(abs(onset - noisy.onset) <= NEAR_SECONDS for onset in onsets)
    hours = sum(len(noisy.samples) for noisy in mixed) / RATE / 3600
    shares = (f"{100 * false / len(mixed):.0f} %", f"{false / hours:.0f}")
    cells = (name, place, str(snr), *shares, f"{100 * lost / len(mixed):.0f} %")
    print(f"| {' | '.join(cells)} |", flush=True)


def print_alone(noises: list[tuple[str, Samples]]) -> None:
    """Onsets an hour over noise alone, by detector and class."""
    hours: defaultdict[str, float] = defaultdict(float)
    for label, samples in noises:
        hours[label] += len(samples) / RATE / 3600
    labels = sorted(hours)
    print(f"\nnoise alone, {sum(hours.values()) * 60:.1f} minutes: onsets an hour\n")
    print(f"| onsets of | all | {' | '.join(labels)} |")
    print("|---" * (len(labels) + 2) + "|")
    for name, detector in detectors().items():
        counts = Counter[str]()
        for label, samples in noises:
            counts[label] += len(speech_of(detector(samples)))
        total = counts.total() / sum(hours.values())
        cells = (f"{counts[label] / hours[label]:.0f}" for label in labels)
        print(f"| {name} | {total:.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
