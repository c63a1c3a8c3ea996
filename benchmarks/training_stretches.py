"""A manifest whose training rows are short stretches of recordings, for quick training.

    PYTHONPATH=. python benchmarks/training_stretches.py VERSIONS

writes ``stretches.anchors`` beside VERSIONS (see ``training_versions.py``), over the same audio. A
training recording with a keyword, or the beginning of one, gives a stretch that holds it whole and
in which it ends anywhere, so that nothing is learnt from the time since a stretch began. Any other
is cut into stretches from its beginning on. Rows of ``dev`` and ``test`` stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from training_versions import rewritten

from sal_anchors import augment
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.augment import Example
from sal_anchors.convert.rendered import rendered
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.header import HEADER_NAME

SECONDS = 2.2
SHORTEST = 0.8
HEARD = 0.1
"""Seconds of a stretch that are at least heard after a keyword's end, where there are so many."""
KEYWORDS = (EventKind.KEYWORD_END, EventKind.PARTIAL_KEYWORD)


def stretches(versions: Path) -> Path:
    """The manifest of stretches, made if it is not there."""
    path = versions.with_name("stretches.anchors")
    if not (path / HEADER_NAME).is_file():
        manifest = Manifest.open(versions)
        rewritten(manifest, path, _rows(manifest))
    return path


def _rows(manifest: Manifest) -> Iterator[Row]:
    for row in manifest.rows(usable=True):
        if row.split == "train":
            yield from cut(row, manifest.recipe)
        else:
            yield row


def cut(row: Row, recipe: Recipe) -> Iterator[Row]:
    """The stretches of a row, each a row over a part of its file."""
    rate, total = row.sample_rate, row.num_samples
    length = min(total, round(SECONDS * rate))
    for number, first in enumerate(_begins(row, length)):
        held = min(length, total - first)
        silent = Example(np.broadcast_to(np.float32(0), total), rate, row.events, id=row.id)
        events = augment.crop(silent, first=first, length=held).events
        stretch = replace(
            row.settled(),
            id=f"{row.id}@{number}",
            start=row.start + first / rate,
            num_samples=held,
            events=events,
        )
        yield rendered(stretch, recipe)


def _begins(row: Row, length: int) -> list[int]:
    rng = augment.generator(0, 2, row.id)
    latest = row.num_samples - length
    keywords = [event for event in row.events if event.kind in KEYWORDS]
    if keywords:
        latest_end = SECONDS - HEARD
        begins = [one.time - rng.uniform(one.time - one.start, latest_end) for one in keywords]
        return [min(latest, max(0, round(begin * row.sample_rate))) for begin in begins]
    shortest = round(SHORTEST * row.sample_rate)
    return list(range(0, max(1, row.num_samples - shortest), length))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", type=Path, help="Manifest with versions.")
    made = stretches(parser.parse_args().versions)
    print(f"{made}: {Manifest.open(made).header.counts}")


if __name__ == "__main__":
    main()
