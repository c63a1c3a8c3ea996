"""Hours of audio that the loader makes ready for training in a CPU second, next to the feature
extractor alone.

    python benchmarks/loader.py DATA [--rows 600]

DATA is a folder of corpora with `utterances.jsonl`; keyword clips and sentences of it become a
manifest with one event a recording, without aligning anything. One process, one thread, its CPU
time; each row is measured three times in turn with the extractor, after a pass that is not
counted; medians, and the median of the ratios of the turns. The extractor is kaldi-native-fbank
on samples that are in memory, every frame fetched. The loader reads manifest and audio files,
decodes, takes features, renders targets and stacks batches, unless its row says "cached".
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import torch
from numpy.typing import NDArray

from sal_anchors.accounting import Status
from sal_anchors.align import Provenance
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.audio import content_hash, probe_recording
from sal_anchors.dataset import AugmentConfig, DataConfig, Loader, load_example
from sal_anchors.events.event import Event, EventKind
from sal_anchors.features import LogMelConfig, _fbank_options, log_mel
from sal_anchors.manifest import Header, Manifest, Row, write_manifest
from sal_anchors.manifest.header import counts_of

Samples = NDArray[np.float32]

SETS = ("wake-words", "an4-train")
RECIPE = keyword_recipe(("computer",))
HOP_HOURS = RECIPE.grid.grid().hop_seconds / 3_600
PASSES = 3
PLAIN: dict[str, object] = {"enabled": False}
OFF: dict[str, dict[str, object]] = {
    name: {"probability": 0.0} for name in ("gain", "pad", "noise")
}
ALWAYS: dict[str, object] = {"probability": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        manifest = manifest_of(options.data, options.rows, Path(folder))
        rows = list(manifest.rows("train", usable=True))
        audio = [load_example(manifest, row).samples for row in rows]
        hours = sum(map(len, audio)) / RECIPE.grid.sample_rate / 3_600
        print(f"{len(rows)} recordings, {hours:.2f} hours; hours of audio a CPU second")
        print(f"{'':32} {'itself':>8} {'extractor':>10} {'ratio':>6}")

        def extractor() -> float:
            return hours_a_second(lambda: sum(map(extracted, audio)))

        def line(name: str, work: Callable[[], float]) -> None:
            work()
            pairs = [(hours_a_second(work), extractor()) for _ in range(PASSES)]
            itself, beside = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for one, other in pairs)
            print(f"{name:32} {itself:8.4f} {beside:10.4f} {ratio:6.2f}", flush=True)

        line("log_mel", lambda: sum(framed(log_mel(one, manifest.grid)) for one in audio))
        line("decode", lambda: sum(load_example(manifest, row).duration for row in rows) / 3_600)
        for name, config in configurations(options.data, Path(folder)).items():
            line(name, partial(loaded, Loader(manifest, config), count(1)))


def hours_a_second(work: Callable[[], float]) -> float:
    """Hours of audio that the work says it did, a second of this process's CPU time."""
    began = time.process_time()
    hours = work()
    return hours / (time.process_time() - began)


def loaded(loader: Loader, epochs: Iterator[int]) -> float:
    """Hours in the batches of the next epoch, padding left out."""
    frames = sum(int((batch.weights > 0).sum()) for batch in loader.epoch(next(epochs)))
    return frames * HOP_HOURS


def framed(features: Samples) -> float:
    return len(features) * HOP_HOURS


def configurations(data: Path, folder: Path) -> dict[str, DataConfig]:
    """What is measured: no augmentation, with and without a cache, then each alone."""

    def config(augment: dict[str, object], memory_mb: int = 0, **others: object) -> DataConfig:
        values = {"augment": augment, "cache": {"memory_mb": memory_mb}, "batch": 32, **others}
        return DataConfig.model_validate(values)

    def only(name: str, **values: object) -> DataConfig:
        return config({**OFF, name: {**ALWAYS, **values}})

    noises = data / "esc10-folds1-4"
    return {
        "nothing changed, read anew": config(PLAIN),
        "nothing changed, cached": config(PLAIN, memory_mb=2_000),
        "nothing changed, cached on disk": config(
            PLAIN, cache={"memory_mb": 0, "folder": folder / "kept"}
        ),
        "windows of 1.5 s": config(PLAIN, window_seconds=1.5),
        "default augmentation": config({}),
        "speed": only("speed"),
        "room, made up": only("room"),
        "gain": only("gain"),
        "pad": only("pad"),
        "noise, white or pink": only("noise"),
        "noise, recorded": only("noise", folder=noises, synthetic=0.0),
        "channel": only("channel"),
        "mask": only("mask"),
        "everything": config(
            {name: ALWAYS for name in AugmentConfig.model_fields if name != "enabled"}
        ),
    }


def extracted(samples: Samples) -> float:
    """All frames of a recording, by the library alone and as its own examples call it; hours."""
    fbank = knf.OnlineFbank(_fbank_options(RECIPE.grid.grid(), LogMelConfig()))
    fbank.accept_waveform(RECIPE.grid.sample_rate, (samples * np.float32(32_768)).tolist())
    fbank.input_finished()
    frames = [fbank.get_frame(frame) for frame in range(fbank.num_frames_ready)]
    return len(frames) * HOP_HOURS


def manifest_of(data: Path, wanted: int, folder: Path) -> Manifest:
    """Rows of real recordings, each with one event at an arbitrary place."""
    write_manifest(
        folder / "bench.anchors",
        rows_of(data, wanted),
        lambda parts, tally: Header(
            tool_version="0",
            audio_root="elsewhere",
            grid=RECIPE.grid.grid(),
            recipe=RECIPE,
            provenance=Provenance("none", "0", "none"),
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        ),
    )
    return Manifest.open(folder / "bench.anchors", audio_root=data)


def rows_of(data: Path, wanted: int) -> Iterator[Row]:
    for name in SETS:
        lines = (data / name / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines[:: max(1, len(SETS) * len(lines) // wanted)]:
            yield row_of(data, f"{name}/{json.loads(line)['audio']}")


def row_of(data: Path, audio: str) -> Row:
    info = probe_recording(data / audio)
    end = 0.6 * info.seconds
    event = Event(EventKind.KEYWORD_END, "computer", end, end - 0.3, end, 1.0, 0.02, "none")
    grid = RECIPE.grid.grid()
    targets = render([event], RECIPE, grid.num_frames(info.num_samples))
    return Row(
        id=audio,
        status=Status.OK,
        audio=audio,
        sample_rate=info.sample_rate,
        num_samples=info.num_samples,
        content_hash=content_hash(data / audio),
        split="train",
        events=(event,),
        anchors=targets.anchors,
        num_frames=len(targets.labels),
        labels=targets.labels,
        weights=targets.weights,
    )


if __name__ == "__main__":
    main()
