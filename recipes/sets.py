"""The sets of recordings that the recipes use: ``DATA/SET/utterances.jsonl``, a row a recording.

A row has ``id``, ``audio`` (a path relative to its set), and where known ``text``, ``keyword`` and
``speaker``. Composed corpora are tables of the layout ``table`` whose paths start at ``DATA``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sal_anchors.atomic import replacing

NOISE = "[noise]"

Shares = Sequence[tuple[str, float]]
"""Splits, each with the share of speakers that it and those before it have together."""

SHARES: Shares = (("train", 0.7), ("dev", 0.85), ("test", 1.0))


@dataclass(frozen=True, slots=True)
class Recording:
    """A row of a composed corpus.

    Attributes:
        id: ``SET/ID``.
        audio: path relative to ``DATA``.
        text: what is said; ``[noise]`` where nobody speaks.
        speaker: ``SET/SPEAKER``; the id where the set knows no speakers, which splits by clip.
        split: train, dev or test.
    """

    id: str
    audio: str
    text: str
    speaker: str
    split: str


def recordings(data: Path, name: str, shares: Shares = SHARES) -> Iterator[Recording]:
    """The transcribed recordings of a set, each in the split of its speaker."""
    listing = data / name / "utterances.jsonl"
    if not listing.is_file():
        raise SystemExit(f"{listing}: there is no such file; DATA is the folder of all sets")
    for line in listing.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row.get("text") or row.get("keyword")
        speaker = f"{name}/{row.get('speaker') or row['id']}"
        if text:
            audio = f"{name}/{row['audio']}"
            yield Recording(f"{name}/{row['id']}", audio, text, speaker, split_of(speaker, shares))


def noises(data: Path) -> Iterator[Recording]:
    """The clips of ``esc10-folds1-4``, by the folds of ESC-50, which keep clips of one source
    together: folds 1 and 2 are train, 3 dev, 4 test."""
    folds = {"1": "train", "2": "train", "3": "dev", "4": "test"}
    name = "esc10-folds1-4"
    for line in (data / name / "utterances.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        clip = f"{name}/{row['id']}"
        yield Recording(clip, f"{name}/{row['audio']}", NOISE, clip, folds[row["id"][0]])


def split_of(speaker: str, shares: Shares = SHARES) -> str:
    """The split of a speaker, by a hash of the name."""
    share = zlib.crc32(speaker.encode()) / 2**32
    return next(split for split, below in shares if share < below)


def write_table(rows: Iterable[Recording], path: Path) -> int:
    """Write a composed corpus, whole or not at all; returns its number of rows."""
    lines = [json.dumps(asdict(row)) + "\n" for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_text("".join(lines), encoding="utf-8")
    return len(lines)
