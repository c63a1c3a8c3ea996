"""The manifest that onset detectors are compared on: trained on aligned speech, measured by hand.

    PYTHONPATH=. python benchmarks/onset_corpus.py DATA OUT

makes what is not there of ``OUT/keywords.anchors`` (keyword_corpus.py), ``OUT/versions``
(training_versions.py) and ``OUT/onset/onset.anchors``, by the recipe of ``recipes/onset``:

- ``train``: the recordings of ``OUT/versions`` and their plain augmented versions. Those cut inside
  a keyword or put behind other speech are left out: a cut takes offsets away, and what is labelled
  speech would go on into the silence behind it.
- ``dev``: the same of ``OUT/versions``.
- ``test``: ``timit-dev`` and ``emu-ae``, whose onsets are where hand-made word boundaries say that
  speech begins after a pause, and the sounds of the test split of ``esc10-folds1-4``, in which
  nobody speaks.

Sentences of ``timit-dev`` begin as little as 110 ms before their first word, less than the collar:
whoever fires as soon as it is switched on would be right. Each is therefore preceded by ``BEFORE``
seconds of white noise as loud as the stretch before its first word. (Mirroring that stretch instead
repeats each breath in it, which WebRTC VAD takes for speech.)
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import soundfile
from hand_labelled import Labelled, read_labelled
from keyword_corpus import corpus
from training_versions import versions

from sal_anchors import augment
from sal_anchors.accounting import Status
from sal_anchors.align.alignment import Interval
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_file import load_recipe
from sal_anchors.audio import content_hash, read_recording
from sal_anchors.convert.rendered import rendered
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.manifest.header import HEADER_NAME
from sal_anchors.timebase import FrameGrid

RECIPE = Path(__file__).parent.parent / "recipes" / "onset" / "recipe.toml"
SPOKEN = ("timit-dev", "emu-ae")
NOISE = "esc10-folds1-4/"
"""What the ids of sounds without speech begin with."""
CUT = ("+partial-", "+embedded-")
"""What ids of versions have in them that lack offsets."""
BEFORE = 1.0
MARGIN = 0.05
"""Seconds before the first word that are not listened to: speech may begin before its boundary."""
GRID = FrameGrid()


def onsets(data: Path, out: Path, *, jobs: int = 2) -> Path:
    """The manifest, made if it is not there; its audio lies below ``out``."""
    path = out / "onset" / "onset.anchors"
    if (path / HEADER_NAME).is_file():
        return path
    aligned = corpus(data, out, jobs=jobs)
    made = Manifest.open(versions(aligned, out / "versions", out / "noise", audio_root=data))
    recipe = load_recipe(RECIPE)
    root = Path(os.path.relpath(out, path)).as_posix()
    header = partial(made.header.derived, recipe=recipe, audio_root=root)
    rows = chain(of_versions(made, out), spoken(data, out, recipe))
    write_manifest(path, (rendered(row, recipe) for row in rows), header)
    return path


def of_versions(made: Manifest, out: Path) -> Iterator[Row]:
    """Training, ``dev``, and of ``test`` what nobody speaks in."""
    for row in made.rows(usable=True):
        if row.id.startswith(NOISE) if row.split == "test" else not any(c in row.id for c in CUT):
            audio = made.audio_path(row).resolve().relative_to(out.resolve())
            yield replace(row, audio=audio.as_posix())


def spoken(data: Path, out: Path, recipe: Recipe) -> Iterator[Row]:
    """Sentences with hand-made boundaries."""
    for name in SPOKEN:
        for item in read_labelled(data / name):
            yield _sentence(f"{name}/{item.utterance.id}", item, out, recipe)


def _sentence(id_: str, item: Labelled, out: Path, recipe: Recipe) -> Row:
    """A row whose times are settled: it has events, and no words to find others in."""
    samples = read_recording(item.utterance.audio, GRID).samples
    quiet = samples[: GRID.sample_of(item.words[0][0] - MARGIN)]
    white = augment.noise(GRID.sample_of(BEFORE), "white", augment.generator(0, 0, id_))
    before = quiet.std() * white
    path = out / "onset" / "audio" / f"{id_}.flac"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate([before, samples]), GRID.sample_rate)
    words = [Interval(word, start + BEFORE, end + BEFORE) for start, end, word in item.words]
    return Row(
        id=id_,
        status=Status.OK,
        audio=path.relative_to(out).as_posix(),
        sample_rate=GRID.sample_rate,
        num_samples=len(before) + len(samples),
        content_hash=content_hash(path),
        transcript=item.utterance.transcript,
        speaker=item.utterance.speaker,
        split="test",
        events=recipe.find(words, (), source="hand"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for the corpus.")
    options = parser.parse_args()
    path = onsets(options.data, options.out)
    print(f"{path}: {Manifest.open(path).header.counts['splits']}")


if __name__ == "__main__":
    main()
