"""Hand-labelled speech: a folder with ``utterances.jsonl`` and audio beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sal_anchors.corpus import Utterance


@dataclass(frozen=True, slots=True)
class Labelled:
    """An utterance with its hand-made word boundaries in seconds."""

    utterance: Utterance
    words: tuple[tuple[float, float, str], ...]
    seconds: float


def read_labelled(folder: Path) -> list[Labelled]:
    """Rows of ``utterances.jsonl``, or of ``truth.jsonl``, that have ``words``."""
    truth = folder / "truth.jsonl"
    path = truth if truth.exists() else folder / "utterances.jsonl"
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [_labelled(row, folder) for row in rows if row.get("words")]


def _labelled(row: dict[str, Any], folder: Path) -> Labelled:
    words = tuple(
        (start, end, word) for start, end, word in row["words"] if any(map(str.isalnum, word))
    )
    utterance = Utterance(
        id=row["id"],
        audio=folder / row["audio"],
        transcript=" ".join(word for _, _, word in words),
        speaker=row.get("speaker"),
    )
    seconds = row["num_samples"] / row["sample_rate"] if "num_samples" in row else row["duration"]
    return Labelled(utterance, words, seconds)


def read_transcribed(folder: Path) -> list[Utterance]:
    """All rows with a transcript or, where there is none, a keyword."""
    rows = map(json.loads, (folder / "utterances.jsonl").read_text("utf-8").splitlines())
    return [
        Utterance(
            id=row["id"],
            audio=folder / row["audio"],
            transcript=row.get("text") or row.get("keyword"),
            speaker=row.get("speaker"),
        )
        for row in rows
        if row.get("text") or row.get("keyword")
    ]
