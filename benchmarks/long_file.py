"""One long recording with its whole transcript: memory, time, and agreement with its parts.

    python benchmarks/long_file.py DATA HOURS [--align-parts]

joins utterances of ``DATA/an4-train`` and ``DATA/speechocean762-train``, speaker by speaker, with
pauses of 0.2-1.5 s of faint noise into one file of ``HOURS`` hours, runs ``sal-anchors align`` on
it in a process of its own, and prints its CPU time and peak memory. With ``--align-parts`` each
utterance is aligned by itself too, and the differences of the word boundaries are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from sal_anchors.align import Alignment, Interval, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.corpus import Utterance
from sal_anchors.manifest import Manifest

SETS = ("an4-train", "speechocean762-train")
RATE = 16_000
NOISE = 1e-4


@dataclass(frozen=True, slots=True)
class Part:
    """An utterance inside the long file, which begins at ``start`` seconds of it."""

    start: float
    utterance: Utterance


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        parts = build(options.data, corpus / "long.flac", options.hours * 3600)
        seconds = soundfile.info(corpus / "long.flac").duration
        print(f"{len(parts)} utterances, {seconds / 3600:.2f} h in one file")
        words = align(corpus, seconds)
        if options.align_parts and words:
            compare(parts, words)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("hours", type=float)
    parser.add_argument("--align-parts", action="store_true")
    return parser.parse_args()


def build(data: Path, path: Path, seconds: float) -> list[Part]:
    """Write the long file and its transcript."""
    utterances = list(_utterances(data))
    speakers = sorted({utterance.speaker or "" for utterance in utterances})
    random.Random(0).shuffle(speakers)
    utterances.sort(key=lambda utterance: speakers.index(utterance.speaker or ""))
    rng = np.random.default_rng(0)
    parts: list[Part] = []
    written = 0
    with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as file:
        while written < seconds * RATE:
            utterance = utterances[len(parts) % len(utterances)]
            speech, rate = soundfile.read(utterance.audio, dtype="float32")
            assert rate == RATE
            pause = rng.normal(0, NOISE, round(rng.uniform(0.2, 1.5) * RATE))
            parts.append(Part(written / RATE, utterance))
            file.write(speech)
            file.write(pause)
            written += len(speech) + len(pause)
    text = "\n".join(part.utterance.transcript or "" for part in parts)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return parts


def _utterances(data: Path) -> Iterator[Utterance]:
    for name in SETS:
        lines = (data / name / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
        for row in map(json.loads, lines):
            if row.get("text"):
                audio = data / name / row["audio"]
                speaker = row.get("speaker")
                yield Utterance(id=row["id"], audio=audio, transcript=row["text"], speaker=speaker)


def align(corpus: Path, seconds: float) -> tuple[Interval, ...]:
    """The words that ``sal-anchors align`` finds, as the engine gives them."""
    out = corpus.with_name("long.anchors")
    began, before = time.monotonic(), _cpu()
    command = [sys.executable, "-m", "sal_anchors_cli.main", "align", str(corpus)]
    run = subprocess.run([*command, "-o", str(out), "-k", "enter"], check=False)  # noqa: S603
    wall, cpu = time.monotonic() - began, _cpu() - before
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"exit status {run.returncode}; wall {wall:.0f} s, CPU {cpu:.0f} s")
    print(f"CPU a second of audio {cpu / seconds:.4f} s; peak memory of a process {peak:.0f} MB")
    (row,) = Manifest.open(out).rows()
    print(f"{row.status} {row.reason or ''} {row.message or ''}; {len(row.words)} words")
    return row.engine_words


def _cpu() -> float:
    used = os.times()
    return used.children_user + used.children_system


def compare(parts: list[Part], words: tuple[Interval, ...]) -> None:
    """Print how far the boundaries are from those of the utterances aligned by themselves."""
    results = PocketsphinxAligner(phones=False).align_corpus(
        (part.utterance for part in parts), Lexicon(), Path(), os.cpu_count() or 1
    )
    differences: list[float] = []
    failed = index = 0
    ends = [part.start for part in parts[1:]] + [float("inf")]
    for part, end, result in zip(parts, ends, results, strict=True):
        mine = [w for w in words[index:] if w.start < end] if index < len(words) else []
        index += len(mine)
        if not isinstance(result, Alignment):
            failed += 1
        elif [w.label for w in mine] != [w.label for w in result.words]:
            differences += [float("inf")] * (2 * len(result.words))
        else:
            for here, alone in zip(mine, result.words, strict=True):
                differences.append(abs(here.start - part.start - alone.start))
                differences.append(abs(here.end - part.start - alone.end))
    size = 1000 * np.array(differences)
    shares = ", ".join(f"{100 * np.mean(size <= ms):.1f} % <= {ms} ms" for ms in (10, 20, 50))
    print(f"{len(size)} boundaries compared, {failed} utterances fail alone")
    print(f"difference: median {np.median(size):.1f} ms, {shares}")
    print(f"in utterances with another word in them: {100 * np.mean(np.isinf(size)):.2f} %")


if __name__ == "__main__":
    main()
