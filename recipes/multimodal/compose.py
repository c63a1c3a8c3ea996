"""The corpus of the multi-modal trigger: aligned clips, each with a motion of the wrist.

    python -m recipes.multimodal.compose ALIGNED OUT

ALIGNED is a manifest of clips in which a keyword is said, or something else; its recipe says which
keyword. OUT gets ``corpus/`` (copies of the clips, and ``ID.wrist.npy`` beside them), and
``multimodal.anchors``, in which each clip stands twice: once with a wrist that moves while somebody
speaks, once with one that does not. Only a keyword with a motion keeps its event.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from recipes.multimodal.motions import CHANNELS, RATE, Motion, motions
from sal_anchors import augment
from sal_anchors.accounting import Tally
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.convert.rendered import rendered
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.errors import SalAnchorsError
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.streams import hashed_stream

STREAM = "wrist"
_BEFORE = (0.2, 0.6)
_AFTER = (0.3, 0.8)
"""Seconds, uniform between: how long the wrist moves before the first word, after the last."""

Motions = dict[tuple[str, bool], list[Motion]]


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes rows with a motion from rows without one.

    Attributes:
        aligned: the manifest of the clips.
        recipe: of the composed rows; they keep the events that it has rules for.
        motions: by split and whether the wrist moves.
        corpus: folder of the composed audio and readings.
        seed: of all random choices.
    """

    aligned: Manifest
    recipe: Recipe
    motions: Motions
    corpus: Path
    seed: int = 0

    def rows(self) -> Iterator[Row]:
        """Each usable row twice, in the manifest's order, its audio copied."""
        for row in self.aligned.rows(usable=True):
            target = self.corpus / row.audio
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.aligned.audio_path(row), target)
            yield from (self.composed(row, moving) for moving in (True, False))

    def composed(self, row: Row, moving: bool) -> Row:
        """A row whose times are settled: it has events, and no words to find others in.

        Where nobody speaks, a wrist that moves does so throughout.
        """
        id_ = f"{row.id}+{'moving' if moving else 'still'}"
        composed = replace(
            row.settled(),
            id=id_,
            streams=(self._stream(row, id_, moving),),
            events=tuple(e for e in row.events if moving and self.recipe.rule_for(e.kind, e.label)),
        )
        return rendered(composed, self.recipe)

    def _stream(self, row: Row, id_: str, moving: bool) -> StreamRef:
        rng = augment.generator(self.seed, 0, id_)
        readings_to_end = math.ceil((row.start + row.duration) * RATE)
        times = np.arange(readings_to_end) / RATE - row.start
        readings = self._stretch(row.split, False, len(times), rng)
        if moving:
            spoken = row.words or row.events
            first = min((word.start for word in spoken), default=0.0) - rng.uniform(*_BEFORE)
            end = max((word.end for word in spoken), default=row.duration)
            last = end + rng.uniform(*_AFTER)
            inside = (first <= times) & (times < last)
            readings[inside] = self._stretch(row.split, True, int(inside.sum()), rng)
        path = self.corpus / f"{id_}.{STREAM}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, readings)
        ref = StreamRef(STREAM, path.relative_to(self.corpus).as_posix(), float(RATE), CHANNELS)
        return hashed_stream(path, ref)

    def _stretch(self, split: str, moving: bool, count: int, rng: np.random.Generator) -> Motion:
        """Readings (count, 6) of a recording, from a random one on; from its beginning again
        where it ends."""
        held = self.motions[split, moving]
        motion = held[int(rng.integers(len(held)))]
        first = int(rng.integers(len(motion)))
        return motion[np.arange(first, first + count) % len(motion)]


def compose(aligned: Manifest, motions: Motions, out: Path, *, seed: int = 0) -> Tally:
    """Write ``out/corpus`` and ``out/multimodal.anchors``; returns the counts."""
    composer = Composer(aligned, aligned.recipe, motions, out / "corpus", seed)
    return write(composer, composer.rows(), out / "multimodal.anchors")


def write(composer: Composer, rows: Iterable[Row], path: Path) -> Tally:
    """Write the manifest of composed rows; returns the counts."""
    root = Path(os.path.relpath(composer.corpus, path)).as_posix()
    derived = composer.aligned.header.derived
    return write_manifest(path, rows, partial(derived, recipe=composer.recipe, audio_root=root))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("aligned", type=Path, help="Manifest of the aligned clips.")
    parser.add_argument("out", type=Path, help="Folder for the corpus and its manifest.")
    parser.add_argument("--seed", type=int, default=0, help="Of all random choices.")
    parser.add_argument("--audio-root", type=Path, help="Where the clips are, if they moved.")
    options = parser.parse_args()
    try:
        aligned = Manifest.open(options.aligned, audio_root=options.audio_root)
        tally = compose(aligned, motions(options.out / "cache"), options.out, seed=options.seed)
    except SalAnchorsError as error:
        raise SystemExit(str(error)) from None
    for split, held in tally.splits.items():
        print(f"{split}: {held.usable} recordings, {sum(held.events.values())} triggers")
    print(f"{len(aligned) - tally.usable // 2} of {len(aligned)} clips are not aligned: left out")


if __name__ == "__main__":
    main()
