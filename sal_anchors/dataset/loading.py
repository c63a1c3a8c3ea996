"""Recordings of a manifest as examples."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from sal_anchors import augment
from sal_anchors.audio import AudioError, content_hash, read_recording
from sal_anchors.augment import Example, Samples
from sal_anchors.dataset.stretch import Stretch, length_of
from sal_anchors.errors import DataError, ManifestError, SalAnchorsError
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.streams import Stream, StreamError

_MUCH_LONGER = 4


def load_example(manifest: Manifest, row: Row) -> Example:
    """The audio of a row, and its events, words, phones and streams.

    Raises:
        DataError: the recording is absent or damaged, or another than when it was aligned; it
            names the row and the file.
    """
    try:
        return _example(manifest, row, manifest.recording(row).samples)
    except SalAnchorsError as error:
        raise _of_row(row, error) from None


def load_stretch(manifest: Manifest, row: Row, stretch: Stretch) -> Example:
    """A crop of :func:`load_example`; of a recording that is much longer, and needs no other
    rate, only that is decoded.

    Raises:
        DataError: as :func:`load_example`.
    """
    grid = manifest.grid
    total = length_of(row, grid)
    short = total < _MUCH_LONGER * stretch.length
    if short or row.sample_rate != grid.sample_rate or not row.content_hash:
        example = load_example(manifest, row)
        if stretch.length == total:
            return example
        return augment.crop(example, first=stretch.first, length=stretch.length)
    try:
        path = manifest.audio_path(row)
        begin = round(row.start * grid.sample_rate) + stretch.first
        samples = read_recording(
            path,
            grid,
            start=begin / grid.sample_rate,
            duration=stretch.length / grid.sample_rate,
            channel=row.channel,
        ).samples
        _require_same(row, path)
        whole = _example(manifest, row, _nothing(total))
    except SalAnchorsError as error:
        raise _of_row(row, error) from None
    silent = augment.crop(whole, first=stretch.first, length=stretch.length)
    return dataclasses.replace(silent, samples=samples)


def streams_of(manifest: Manifest, row: Row) -> tuple[Stream, ...]:
    """The streams of a row.

    Raises:
        DataError: one is absent, damaged, or another than when the manifest was made.
    """
    try:
        return manifest.streams(row)
    except SalAnchorsError as error:
        raise _of_row(row, error) from None


def _example(manifest: Manifest, row: Row, samples: Samples) -> Example:
    rate, streams = manifest.grid.sample_rate, manifest.streams(row)
    return Example(samples, rate, row.events, row.words, row.phones, row.id, streams)


def _nothing(length: int) -> Samples:
    """Samples (length,) that take no memory."""
    return np.broadcast_to(np.float32(0), length)


def _require_same(row: Row, path: Path) -> None:
    if content_hash(path) != row.content_hash:
        raise ManifestError(
            "the audio changed since it was aligned: its content has another hash",
            where=path,
            hint="Align the corpus again",
        )


def _of_row(row: Row, error: SalAnchorsError) -> DataError:
    hint = error.hint
    if isinstance(error, AudioError | StreamError):
        hint = f"{hint}; or align the corpus again, which leaves it out and says so"
    return DataError(f"utterance {row.id!r}: {error.problem}", where=error.where, hint=hint)
