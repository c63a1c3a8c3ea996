"""A manifest whose training recordings stand there in several augmented versions, made once.

    PYTHONPATH=. python benchmarks/training_versions.py ALIGNED OUT --noise FOLDER

All losses, networks and seeds of a comparison then train on the same audio, whose features are
computed once and kept in a cache. OUT gets ``audio/`` and ``versions.anchors``. A training
recording without a keyword has ``PLAIN`` augmented versions beside the original. One with a
keyword has, beside the original:

- ``PLAIN`` augmented versions;
- ``EMBEDDED`` versions after a piece of other speech;
- ``PARTIAL`` versions cut off inside the keyword and followed by silence, by other speech, or by
  the rest of another keyword. The cut is an event ``partial_keyword``: a hard negative.

Recordings of ``dev`` and ``test`` are copied as they are.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import soundfile

from sal_anchors import augment
from sal_anchors.audio import content_hash
from sal_anchors.augment import Example
from sal_anchors.convert.rendered import rendered
from sal_anchors.dataset import load_example
from sal_anchors.dataset.augment_config import (
    AugmentConfig,
    NoiseConfig,
    RoomConfig,
    SpeedConfig,
)
from sal_anchors.dataset.augmenting import Augmenter
from sal_anchors.dataset.stretch import class_events
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.manifest.header import HEADER_NAME
from sal_anchors.review import reviewed

PLAIN, EMBEDDED, PARTIAL = 3, 2, 2
KEPT = (0.35, 0.75)
"""Shares of a keyword, by time, that a partial version keeps."""
SPEEDS = range(90, 111)
AUGMENT = AugmentConfig(
    speed=SpeedConfig(probability=1.0),
    room=RoomConfig(probability=0.3),
    noise=NoiseConfig(probability=0.7, snr_db=(0.0, 30.0)),
)
MANIFEST = "versions.anchors"


@dataclass(frozen=True)
class Versions:
    """Makes the rows of the new manifest.

    Attributes:
        aligned: the manifest of the recordings.
        audio: folder of the new audio.
        noise: folder of backgrounds.
    """

    aligned: Manifest
    audio: Path
    noise: Path

    def rows(self) -> Iterator[Row]:
        """All usable rows, each followed by its versions."""
        for row in self.aligned.rows(usable=True):
            yield self._copied(row)
            if row.split == "train":
                for name, example in self._examples(row):
                    yield self._row(row, name, example)

    def _examples(self, row: Row) -> Iterator[tuple[str, Example]]:
        whole = load_example(self.aligned, row)
        keywords = [event for _, event in class_events(row, self.aligned.recipe)]
        for number in range(PLAIN):
            yield f"plain-{number}", self._augmented(whole, f"{row.id} plain {number}")
        if len(keywords) != 1:
            return
        for number in range(EMBEDDED):
            key = f"{row.id} embedded {number}"
            yield f"embedded-{number}", self._augmented(self._embedded(whole, key), key)
        for number in range(PARTIAL):
            key = f"{row.id} partial {number}"
            yield f"partial-{number}", self._augmented(self._partial(whole, keywords[0], key), key)

    def _augmented(self, example: Example, key: str) -> Example:
        rng = augment.generator(0, 0, key)
        speed = Fraction(int(rng.choice(SPEEDS)), 100)
        return self._augmenter.audio(example, rng, speed=speed, pad=True)

    def _embedded(self, example: Example, key: str) -> Example:
        rng = augment.generator(0, 1, key)
        return augment.concatenate([self._speech(rng), example], gaps=[_gap(rng)], rng=rng)

    def _partial(self, example: Example, keyword: Event, key: str) -> Example:
        rng = augment.generator(0, 1, key)
        cut = keyword.start + rng.uniform(*KEPT) * (keyword.time - keyword.start)
        begun = augment.crop(example, first=0, length=example.sample_of(cut))
        hard = replace(keyword, kind=EventKind.PARTIAL_KEYWORD, time=cut, end=cut)
        begun = replace(begun, events=(*begun.events, hard))
        what = rng.integers(3)
        if what == 0:
            return augment.pad(begun, after=begun.sample_of(rng.uniform(0.5, 1.5)), rng=rng)
        after = self._speech(rng) if what == 1 else self._rest(keyword.label, rng)
        return augment.concatenate([begun, after], rng=rng)

    def _speech(self, rng: np.random.Generator) -> Example:
        """Up to two seconds of a recording without a keyword."""
        example = load_example(self.aligned, _any(self._negatives, rng))
        return augment.crop(example, first=0, length=example.sample_of(rng.uniform(0.8, 2.0)))

    def _rest(self, label: str, rng: np.random.Generator) -> Example:
        """The end of another keyword, from its middle on, without the event."""
        row = _any([row for row in self._positives if label not in _labels(row)], rng)
        example = load_example(self.aligned, row)
        _, keyword = next(class_events(row, self.aligned.recipe))
        middle = example.sample_of((keyword.start + keyword.time) / 2)
        rest = augment.crop(example, first=middle, length=len(example.samples))
        other = tuple(event for event in rest.events if event.kind is not keyword.kind)
        return replace(rest, events=other)

    @cached_property
    def _augmenter(self) -> Augmenter:
        noise = AUGMENT.noise.model_copy(update={"folder": self.noise})
        return Augmenter(AUGMENT.model_copy(update={"noise": noise}), self.aligned.grid)

    @cached_property
    def _positives(self) -> list[Row]:
        return [row for row in self._training if any(class_events(row, self.aligned.recipe))]

    @cached_property
    def _negatives(self) -> list[Row]:
        return [row for row in self._training if row.words and not _labels(row)]

    @cached_property
    def _training(self) -> list[Row]:
        return list(self.aligned.rows("train", usable=True))

    def _copied(self, row: Row) -> Row:
        target = self.audio / row.audio
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.aligned.audio_path(row), target)
        return row

    def _row(self, row: Row, name: str, example: Example) -> Row:
        """A row whose times are settled: it has events, and no words to find others in."""
        path = self.audio / f"{row.audio.rsplit('.', 1)[0]}+{name}.flac"
        soundfile.write(path, np.clip(example.samples, -1, 1), example.sample_rate)
        made = replace(
            row.settled(),
            id=f"{row.id}+{name}",
            audio=path.relative_to(self.audio).as_posix(),
            start=0.0,
            channel=None,
            sample_rate=example.sample_rate,
            num_samples=len(example.samples),
            content_hash=content_hash(path),
            events=tuple(sorted(example.events, key=lambda event: event.time)),
        )
        return rendered(made, self.aligned.recipe)


def versions(aligned: Path, out: Path, noise: Path, *, audio_root: Path | None = None) -> Path:
    """The manifest with versions, made if it is not there."""
    path = out / MANIFEST
    if (path / HEADER_NAME).is_file():
        return path
    manifest = reviewed(Manifest.open(aligned, audio_root=audio_root))
    rewritten(manifest, path, Versions(manifest, out / "audio", noise).rows())
    return path


def rewritten(manifest: Manifest, path: Path, rows: Iterator[Row]) -> None:
    """Write rows made from those of a manifest to another, with their audio in ``../audio``."""
    write_manifest(path, rows, partial(manifest.header.derived, audio_root="../audio"))


def _any(rows: Sequence[Row], rng: np.random.Generator) -> Row:
    return rows[int(rng.integers(len(rows)))]


def _gap(rng: np.random.Generator) -> int:
    """Samples of silence between two recordings."""
    return int(rng.integers(8_000))


def _labels(row: Row) -> set[str]:
    return {event.label for event in row.events if event.kind is EventKind.KEYWORD_END}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("aligned", type=Path, help="Manifest of the recordings.")
    parser.add_argument("out", type=Path, help="Folder for audio and manifest.")
    parser.add_argument("--noise", type=Path, required=True, help="Folder of backgrounds.")
    parser.add_argument("--audio-root", type=Path, help="Where the recordings are.")
    options = parser.parse_args()
    made = versions(options.aligned, options.out, options.noise, audio_root=options.audio_root)
    tally = Manifest.open(made).header.counts
    print(f"{made}: {tally}")


if __name__ == "__main__":
    main()
