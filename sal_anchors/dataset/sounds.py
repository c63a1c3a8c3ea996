"""Recorded backgrounds and rooms from a folder of audio, and rooms that are made up."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sal_anchors.audio import SUFFIXES, AudioError, probe_recording, read_recording
from sal_anchors.augment import Samples, direct_path
from sal_anchors.errors import AugmentError, DataError
from sal_anchors.timebase import FrameGrid

_KEPT = 64
_SHORT_SECONDS = 10.0
_SIXTY_DB = math.log(1e3)


class SoundFolder:
    """Audio files under a folder; the last short ones that were read are kept.

    Args:
        folder: searched with its subfolders.
        grid: gives the sample rate.

    Raises:
        DataError: there is no such folder, or no audio in it.
    """

    def __init__(self, folder: Path, grid: FrameGrid):
        self.folder = folder
        self._grid = grid
        self.files = sorted(
            path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
        )
        self._kept: OrderedDict[Path, Samples] = OrderedDict()
        if not self.files:
            problem = "no audio file in it" if folder.is_dir() else "there is no such folder"
            raise DataError(problem, where=folder, hint="Name a folder with recordings")

    def stretch(self, length: int, rng: np.random.Generator) -> Samples:
        """At most ``length`` samples of a file, from a place that is drawn.

        Raises:
            DataError: the file cannot be decoded.
        """
        path = self._drawn(rng)
        place = rng.random()
        if path in self._kept:
            return _from(self._short(path), place, length)
        seconds = self._seconds(path)
        if seconds <= _SHORT_SECONDS:
            return _from(self._short(path), place, length)
        wanted = length / self._grid.sample_rate
        start = place * max(0.0, seconds - wanted)
        duration = min(wanted, seconds - start)
        with _told():
            return read_recording(path, self._grid, start=start, duration=duration).samples

    def response(self, rng: np.random.Generator) -> Samples:
        """A whole file of at most ten seconds, as an impulse response.

        Raises:
            DataError: it is longer, silent, or cannot be decoded.
        """
        path = self._drawn(rng)
        if path not in self._kept and self._seconds(path) > _SHORT_SECONDS:
            raise DataError(
                f"longer than {_SHORT_SECONDS:g} s, which no impulse response is",
                where=path,
                hint="Remove it from the folder of rooms",
            )
        samples = self._short(path)
        try:
            direct_path(samples)
        except AugmentError as error:
            raise DataError(error.problem, where=path, hint="Remove it from the folder") from None
        return samples

    def _drawn(self, rng: np.random.Generator) -> Path:
        return self.files[rng.integers(len(self.files))]

    def _seconds(self, path: Path) -> float:
        with _told():
            return probe_recording(path).seconds

    def _short(self, path: Path) -> Samples:
        if path not in self._kept:
            with _told():
                self._kept[path] = read_recording(path, self._grid).samples
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[path]


def made_up_room(
    sample_rate: int, seconds: float, direct_db: float, rng: np.random.Generator
) -> Samples:
    """An impulse response float32 (M,): a direct sound at sample 0, then a diffuse tail.

    The tail is Gaussian noise times ``exp(-t ln(1000) / seconds)``, 60 dB down after ``seconds``;
    source: Polack, "La transmission de l'energie sonore dans les salles", 1988. Single
    reflections, which a real room has too, are missing.

    Args:
        sample_rate: Hz.
        seconds: reverberation time, > 0.
        direct_db: energy of the direct sound over that of the tail, dB.
        rng: draws the tail.
    """
    times = np.arange(1, max(2, round(seconds * sample_rate))) / sample_rate
    tail = rng.standard_normal(len(times)) * np.exp(-times * _SIXTY_DB / seconds)
    level = 10 ** (-direct_db / 20) / math.sqrt(float(np.sum(tail**2)))
    return np.concatenate([[1.0], level * tail]).astype(np.float32)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except AudioError as error:
        raise DataError(
            error.problem, where=error.where, hint="Remove it from the folder of sounds"
        ) from None


def _from(samples: Samples, place: float, length: int) -> Samples:
    first = int(place * max(0, len(samples) - length))
    return samples[first : first + length]
