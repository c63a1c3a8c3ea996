"""The composed augmentation of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors import augment
from sal_anchors.augment import Example
from sal_anchors.dataset.augment_config import AugmentConfig
from sal_anchors.dataset.sounds import SoundFolder, made_up_room
from sal_anchors.timebase import FrameGrid


class Augmenter:
    """Does what a configuration asks for, each with its probability.

    Args:
        config: what to do.
        grid: of the features; its sample rate is that of the examples.

    Raises:
        DataError: a folder of backgrounds or rooms without audio.
    """

    def __init__(self, config: AugmentConfig, grid: FrameGrid):
        self._config = config
        self._grid = grid
        self._rooms = self._folder(config.room.folder, config.room.probability)
        self._noises = self._folder(config.noise.folder, config.noise.probability)

    def audio(
        self, example: Example, rng: np.random.Generator, *, speed: Fraction, pad: bool
    ) -> Example:
        """The example faster or slower, then in a room, louder, padded, noisy and over a channel.

        Args:
            example: at the grid's rate.
            rng: draws everything but the speed.
            speed: how many times as fast.
            pad: False to keep the length.

        Raises:
            DataError: a background or a room cannot be decoded.
        """
        if speed != 1:
            example = augment.speed(example, speed)
        example = self._in_room(example, rng)
        if self._happens(self._config.gain.probability, rng):
            db = self._config.gain.db
            example = augment.gain(example, rng.uniform(-db, db))
        if pad and self._happens(self._config.pad.probability, rng):
            longest = round(self._config.pad.ms / 1000 * example.sample_rate)
            before, after = rng.integers(longest + 1, size=2).tolist()
            example = augment.pad(example, before=before, after=after, rng=rng)
        example = self._noisy(example, rng)
        return self._over_channel(example, rng)

    def features(
        self, features: NDArray[np.float32], anchors: Sequence[int], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Features (T, F) with masks; those in time leave the frames of anchors as they are.

        Args:
            features: of the grid.
            anchors: their frames.
            rng: draws the masks.
        """
        options = self._config.mask
        if not self._happens(options.probability, rng):
            return features
        return augment.mask(
            features,
            rng=rng,
            time_masks=options.time_masks,
            time_width=self._grid.frames_in(options.time_ms / 1000),
            bin_masks=options.bin_masks,
            bin_width=options.bin_width,
            protect=() if options.anchors else anchors,
            around=self._grid.frames_in(options.protect_ms / 1000),
        )

    def _folder(self, folder: Path | None, probability: float) -> SoundFolder | None:
        if folder is None or not self._config.enabled or not probability:
            return None
        return SoundFolder(folder, self._grid)

    def _happens(self, probability: float, rng: np.random.Generator) -> bool:
        return self._config.enabled and probability > 0 and rng.random() < probability

    def _in_room(self, example: Example, rng: np.random.Generator) -> Example:
        options = self._config.room
        if not self._happens(options.probability, rng):
            return example
        if self._rooms:
            return augment.reverberate(example, self._rooms.response(rng))
        seconds = rng.uniform(*options.reverberation_ms) / 1000
        direct_db = rng.uniform(*options.direct_db)
        room = made_up_room(example.sample_rate, seconds, direct_db, rng)
        return augment.reverberate(example, room)

    def _noisy(self, example: Example, rng: np.random.Generator) -> Example:
        options = self._config.noise
        if not self._happens(options.probability, rng) or not len(example.samples):
            return example
        snr_db = rng.uniform(*options.snr_db)
        if self._noises and rng.random() >= options.synthetic:
            background = self._noises.stretch(len(example.samples), rng)
            return augment.mix(example, background, snr_db) if len(background) else example
        colour: augment.Colour = "pink" if rng.random() < 0.5 else "white"
        return augment.add_noise(example, snr_db, colour=colour, rng=rng)

    def _over_channel(self, example: Example, rng: np.random.Generator) -> Example:
        options = self._config.channel
        if not self._happens(options.probability, rng):
            return example
        choice = int(rng.integers(len(options.codecs) + len(options.rates)))
        if choice < len(options.codecs):
            return augment.telephone(example, options.codecs[choice])
        return augment.band_limit(example, options.rates[choice - len(options.codecs)])
