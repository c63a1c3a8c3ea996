"""Where speech begins and ends without a transcript, against hand-made word boundaries.

    python benchmarks/vad_edges.py DATA SAMPLE_DATA

prints, for ``DATA/timit-dev``, ``DATA/emu-ae`` and the synthesised clips of ``SAMPLE_DATA/exact``,
the errors of onsets and offsets of silero-vad (its own function, defaults), WebRTC VAD (frames of
10 ms) and the vad engine, and CPU seconds a second of audio. True stretches are runs of labelled
words with pauses below 200 ms; found ones are joined by the same rule. A true edge is found by
the nearest edge within 500 ms, each counted once; the others are missed or spurious.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hand_labelled import read_labelled
from speech_detectors import GRID, RATE, Detector, Samples, Span, detectors, speech_of

from sal_anchors.audio import read_recording

MATCH_SECONDS = 0.5
WITHIN_MS = (10, 20, 50)
COLUMNS = ("n", "median", "mean", "p90", "bias", "missed", "spurious")


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples, and where speech truly is."""

    samples: Samples
    speech: list[Span]


def main() -> None:
    data, samples = map(Path, sys.argv[1:3])
    sets = {
        "timit-dev": list(hand_labelled(data / "timit-dev")),
        "emu-ae": list(hand_labelled(data / "emu-ae")),
        "flite": list(synthesised(samples / "exact")),
    }
    found = detectors()
    for name, recordings in sets.items():
        seconds = sum(len(one.samples) for one in recordings) / RATE
        print(f"\n{name}: {len(recordings)} recordings, {seconds / 60:.1f} minutes\n")
        print_header()
        for label, detector in found.items():
            print_rows(label, detector, recordings, seconds)


def hand_labelled(folder: Path) -> Iterator[Recording]:
    """Speech with hand-made word boundaries."""
    for item in read_labelled(folder):
        samples = read_recording(item.utterance.audio, GRID).samples
        yield Recording(samples, speech_of((start, end) for start, end, _ in item.words))


def synthesised(folder: Path) -> Iterator[Recording]:
    """Clips whose times the synthesiser told."""
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        samples = read_recording(folder / row["audio"], GRID).samples
        yield Recording(samples, speech_of((start, end) for start, end, _ in row["words"]))


def print_header() -> None:
    within = [f"<= {ms} ms" for ms in WITHIN_MS]
    columns = ("detector", "edge", *COLUMNS, *within, "CPU s a s")
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")


def print_rows(
    label: str, detector: Detector, recordings: Sequence[Recording], seconds: float
) -> None:
    """A row for onsets and one for offsets; errors in ms, bias the median of found minus true."""
    began = time.process_time()
    found = [speech_of(detector(one.samples)) for one in recordings]
    cost = (time.process_time() - began) / seconds
    for side, edge in enumerate(("onset", "offset")):
        errors: list[float] = []
        missed = spurious = 0
        for one, spans in zip(recordings, found, strict=True):
            true_edges, found_edges = ([span[side] for span in s] for s in (one.speech, spans))
            matched = match(true_edges, found_edges)
            errors += matched
            missed += len(true_edges) - len(matched)
            spurious += len(found_edges) - len(matched)
        signed = 1000 * np.array(errors)
        size = np.abs(signed)
        figures = (np.median(size), size.mean(), np.quantile(size, 0.9))
        shares = (f"{100 * np.mean(size <= ms):.0f} %" for ms in WITHIN_MS)
        cells = (
            *(label, edge, str(len(errors) + missed)),
            *(f"{figure:.1f}" for figure in figures),
            *(f"{np.median(signed):+.1f}", str(missed), str(spurious)),
            *(*shares, f"{cost:.4f}"),
        )
        print(f"| {' | '.join(cells)} |")


def match(true_edges: Sequence[float], found_edges: Sequence[float]) -> list[float]:
    """Found minus true, seconds, of the nearest pairs first; each edge is in one pair at most."""
    distances = sorted(
        (abs(found - true), i, j)
        for i, true in enumerate(true_edges)
        for j, found in enumerate(found_edges)
    )
    errors: list[float] = []
    used_true: set[int] = set()
    used_found: set[int] = set()
    for distance, i, j in distances:
        if distance > MATCH_SECONDS or i in used_true or j in used_found:
            continue
        used_true.add(i)
        used_found.add(j)
        errors.append(found_edges[j] - true_edges[i])
    return errors


if __name__ == "__main__":
    main()
