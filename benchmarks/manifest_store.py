"""A manifest of a million rows: opening, iterating and random access, next to lhotse and datasets.

    python benchmarks/manifest_store.py FOLDER [--rows 1000000] [--iterate 200000]

builds in FOLDER, or finds there from an earlier run, the same synthetic utterances of two seconds
as a manifest, as a JSONL of lhotse cuts (labels and weights among the custom fields), and as an
Arrow file that Hugging Face datasets maps into memory. Each is then measured in processes of their
own, imports not counted: the time to open it; memory while iterating over whole rows, in all, and
above that before opening (mapped files count as far as they are resident); the time of one row by
number and by id, in random order. A row of a lazy CutSet is found by reading all before it: the
middle row stands for the median. Needs sal-anchors[bench].
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sal_anchors.accounting import Status
from sal_anchors.align import Interval, Provenance
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Header, Manifest, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import StagedManifest

TEMPLATES = 4_096
SAMPLES = 32_000
PHONES = ("HH", "EY", "K", "AH", "M", "P", "Y", "UW", "T", "ER", "P", "L", "IY", "Z")
NAMES = {"ours": "sal-anchors", "datasets": "datasets", "lhotse": "lhotse, lazy"}
MANIFEST, ARROW, CUTS = "store.anchors", "store.arrow", "store.cuts.jsonl"
ACCESSES = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--iterate", type=int, default=200_000)
    parser.add_argument("--measure", nargs=2, metavar=("STORE", "WHAT"))
    options = parser.parse_args()
    if options.measure:
        store, what = options.measure
        found = measure(options.folder, store, what, rows=options.rows, iterate=options.iterate)
        print(json.dumps(found))
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    build(options.folder, options.rows)
    print(f"{options.rows} rows; memory while iterating over {options.iterate}\n")
    print("| store | bytes on disk a row | open ms | iterating, peak MB | above start ", end="")
    print("| without mapped files | us a row |\n|---|---|---|---|---|---|---|", flush=True)
    access = []
    for store, name in NAMES.items():
        got = {what: _measured(options, store, what) for what in ("open", "iterate", "access")}
        size = _size(options.folder, store) / options.rows
        us, *memory = (got["iterate"][key] for key in ("us", "all_mb", "peak_mb", "own_mb"))
        opened = f"{got['open']['ms']:.2f}"
        used = " | ".join(f"{value:.0f}" for value in memory)
        print(f"| {name} | {size:.0f} | {opened} | {used} | {us:.0f} |", flush=True)
        access.append((name, got["access"]))
    print("\n| store | one row by number, median ms | p90 ms | by id, median ms |")
    print("|---|---|---|---|")
    for name, found in access:
        cells = (found["number"], found["number_p90"], found["id"])
        print(f"| {name} | " + " | ".join("-" if c is None else f"{c:.3f}" for c in cells) + " |")


def _measured(options: argparse.Namespace, store: str, what: str) -> dict[str, Any]:
    sizes = ["--rows", str(options.rows), "--iterate", str(options.iterate)]
    answer = subprocess.run(  # noqa: S603
        [sys.executable, __file__, str(options.folder), *sizes, "--measure", store, what],
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def measure(folder: Path, store: str, what: str, *, rows: int, iterate: int) -> dict[str, Any]:
    """One measurement, in a process of its own."""
    opener = {"ours": _open_ours, "datasets": _open_datasets, "lhotse": _open_lhotse}[store]
    opened = opener(folder)
    peak, own = _memory("VmHWM"), _memory("RssAnon")
    began = time.perf_counter()
    held = opened()
    if what == "open":
        return {"ms": (time.perf_counter() - began) * 1000}
    if what == "iterate":
        began = time.perf_counter()
        count = most = 0
        for count, _ in enumerate(islice(_iterated(held), iterate), start=1):
            if count % 1_000 == 0:
                most = max(most, _memory("RssAnon"))
        spent = time.perf_counter() - began
        grown = {
            "all_mb": _memory("VmHWM") / 1024,
            "peak_mb": (_memory("VmHWM") - peak) / 1024,
            "own_mb": (most - own) / 1024,
        }
        return {"us": spent / count * 1e6, **grown}
    return _access(store, held, rows)


def _iterated(held: Any) -> Iterable[Any]:
    return held.rows() if isinstance(held, Manifest) else held


def _access(store: str, held: Any, rows: int) -> dict[str, float | None]:
    drawn = random.Random(0).sample(range(rows), min(ACCESSES, rows))
    if store == "lhotse":
        middle = [_timed(held.__getitem__, rows // 2)]
        return {"number": middle[0], "number_p90": None, "id": None}
    get: Callable[[int], Any] = held.at if store == "ours" else held.__getitem__
    numbered = [_timed(get, n) for n in drawn]
    by_id = (
        statistics.median(_timed(held.row, id_of(n)) for n in drawn) if store == "ours" else None
    )
    return {
        "number": statistics.median(numbered),
        "number_p90": sorted(numbered)[int(0.9 * len(numbered))],
        "id": by_id,
    }


def _timed(function: Callable[[Any], Any], given: Any) -> float:
    began = time.perf_counter()
    function(given)
    return (time.perf_counter() - began) * 1000


def _memory(name: str) -> int:
    """KiB of this process: ``VmHWM``, the peak of all, or ``RssAnon``, without mapped files."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))


def _open_ours(folder: Path) -> Callable[[], Manifest]:
    return lambda: Manifest.open(folder / MANIFEST)


def _open_datasets(folder: Path) -> Callable[[], Any]:
    from datasets import Dataset

    return lambda: Dataset.from_file(str(folder / ARROW))


def _open_lhotse(folder: Path) -> Callable[[], Any]:
    from lhotse import CutSet

    return lambda: CutSet.from_jsonl_lazy(folder / CUTS)


def _size(folder: Path, store: str) -> int:
    path = folder / {"ours": MANIFEST, "datasets": ARROW, "lhotse": CUTS}[store]
    return sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else [path]))


def build(folder: Path, rows: int) -> None:
    """The three stores of the same content, each unless it is there."""
    recipe = keyword_recipe(("computer",))
    templates = [_template(number, recipe) for number in range(TEMPLATES)]
    done = folder / f"{rows}.built"
    if done.exists():
        return
    began = time.perf_counter()
    _build_manifest(folder / MANIFEST, recipe, (numbered(templates, n) for n in range(rows)))
    print(f"manifest built in {time.perf_counter() - began:.0f} s", flush=True)
    manifest = Manifest.open(folder / MANIFEST)
    with pa.OSFile(str(folder / ARROW), "wb") as sink:
        schema = pq.read_schema(manifest.path / manifest.header.parts[0].file)
        with pa.ipc.new_stream(sink, schema) as writer:
            for part in manifest.header.parts:
                with pq.ParquetFile(manifest.path / part.file) as file:
                    for batch in file.iter_batches(1_000):
                        writer.write_batch(batch)
    lines = [json.dumps(_cut(replace(row, id="@id@", audio="@id@.flac"))) for row in templates]
    with (folder / CUTS).open("w", encoding="utf-8") as cuts:
        for number in range(rows):
            cuts.write(lines[number % TEMPLATES].replace("@id@", id_of(number)) + "\n")
    done.touch()


def _build_manifest(folder: Path, recipe: Recipe, rows: Iterator[Row]) -> None:
    with StagedManifest(folder, textgrids=False) as staged:
        parts, tally = staged.write(rows)
        header = Header(
            tool_version="0",
            audio_root="../audio",
            grid=recipe.grid.grid(),
            recipe=recipe,
            provenance=Provenance("synthetic", "0", "none"),
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        )
        staged.commit(header, tally)


def id_of(number: int) -> str:
    """The id of a row."""
    return f"{number % 1000:03d}/utterance-{number:07d}"


def numbered(templates: list[Row], number: int) -> Row:
    """The row of a number: a template under its own name."""
    id_ = id_of(number)
    return replace(templates[number % TEMPLATES], id=id_, audio=f"{id_}.flac")


def _template(number: int, recipe: Recipe) -> Row:
    rng = np.random.default_rng(number)
    cuts = np.sort(rng.integers(1_600, SAMPLES - 1_600, 6)) / 16_000
    words = tuple(
        _interval(label, cuts[2 * place], cuts[2 * place + 1] + 0.01, rng)
        for place, label in enumerate(("hey", "computer", "please"))
    )
    steps = np.linspace(cuts[0], cuts[-1], len(PHONES) + 1)
    phones = tuple(
        _interval(label, first, last, rng)
        for label, first, last in zip(PHONES, steps, steps[1:], strict=False)
    )
    keyword = words[1]
    event = Event(
        *(EventKind.KEYWORD_END, "computer", keyword.end, keyword.start, keyword.end),
        *(float(rng.random()), 0.03, "synthetic"),
    )
    grid = recipe.grid.grid()
    targets = render([event], recipe, grid.num_frames(SAMPLES))
    return Row(
        id="",
        status=Status.OK,
        audio="",
        sample_rate=16_000,
        num_samples=SAMPLES,
        content_hash=rng.bytes(32).hex(),
        transcript="Hey computer, please.",
        speaker=f"speaker-{number % 500}",
        split=("train", "train", "dev", "test")[number % 4],
        score=-float(rng.random()),
        words=words,
        engine_words=words,
        phones=phones,
        events=(event,),
        anchors=targets.anchors,
        num_frames=len(targets.labels),
        labels=targets.labels,
        weights=targets.weights,
    )


def _interval(label: str, start: float, end: float, rng: np.random.Generator) -> Interval:
    score, confidence = -float(rng.random()), float(rng.random())
    return Interval(label, float(start), float(end), score, confidence, 0.03, 0.04)


def _cut(row: Row) -> Mapping[str, Any]:
    """The row as lhotse writes a cut."""
    recording = {
        "id": row.id,
        "sources": [{"type": "file", "channels": [0], "source": row.audio}],
        "sampling_rate": row.sample_rate,
        "num_samples": row.num_samples,
        "duration": row.duration,
        "channel_ids": [0],
    }
    supervision = {
        "id": row.id,
        "recording_id": row.id,
        "start": 0.0,
        "duration": row.duration,
        "channel": 0,
        "text": row.transcript,
        "speaker": row.speaker,
        "alignment": {
            name: [[i.label, i.start, i.end - i.start, i.score] for i in intervals]
            for name, intervals in (("word", row.words), ("phone", row.phones))
        },
    }
    custom = {
        "status": row.status.value,
        "split": row.split,
        "content_hash": row.content_hash,
        "score": row.score,
        "words": [asdict(word) for word in row.words],
        "engine_words": [asdict(word) for word in row.engine_words],
        "phones": [asdict(phone) for phone in row.phones],
        "events": [asdict(event) for event in row.events],
        "anchors": [asdict(anchor) for anchor in row.anchors],
        "labels": row.labels.tolist(),
        "weights": row.weights.tolist(),
    }
    return {
        "id": row.id,
        "start": 0.0,
        "duration": row.duration,
        "channel": 0,
        "supervisions": [supervision],
        "recording": recording,
        "custom": custom,
        "type": "MonoCut",
    }


if __name__ == "__main__":
    main()
