"""Batches of features and targets from a manifest, the same for the same seed and epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from sal_anchors.dataset.batch import Batch, stack
from sal_anchors.dataset.config import DataConfig
from sal_anchors.dataset.cropping import Plan, plan
from sal_anchors.dataset.preparing import Preparer
from sal_anchors.dataset.sampling import Stratum, draws, quotas, strata_of
from sal_anchors.dataset.sensors import require_streams
from sal_anchors.dataset.shuffling import groups, shuffled
from sal_anchors.dataset.workers import Workers
from sal_anchors.manifest import Manifest
from sal_anchors.models import Reach, SensorConfig, silent_inputs

_POOL_BATCHES = 8
_SPLIT = "train"


class Loader:
    """The training split of a manifest in batches; ``len(loader)`` of them an epoch.

    A batch of ``config.batch * world`` examples is composed alike in every process, which then
    prepares every ``world``-th of them. Every random choice depends on seed, epoch and recording
    alone, whoever makes it. Memory is bounded by ``config.shuffle_rows`` rows and a pool of eight
    batches of rows, not by the size of the manifest.

    Args:
        manifest: what to train on.
        config: how recordings become batches.
        seed: of all random choices, >= 0.
        reach: stride and look-ahead of the model.
        part: this process's number and how many there are.
        sensors: that the model takes beside the audio.

    Raises:
        DataError: a folder that the configuration names cannot be used, or the recordings do not
            have the streams of the sensors.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: DataConfig,
        *,
        seed: int = 0,
        reach: Reach | None = None,
        part: tuple[int, int] = (0, 1),
        sensors: Sequence[SensorConfig] = (),
    ):
        require_streams(manifest, sensors, _SPLIT)
        self._manifest = manifest
        self._config = config
        self._seed = seed
        self._reach = reach or Reach()
        self._rank, self._world = part
        self._preparer = Preparer(manifest, config, seed=seed, reach=self._reach, sensors=sensors)
        self._silence = silent_inputs(1, config.features, sensors)[0]
        self._workers = Workers(self._preparer, config.workers)

    def __len__(self) -> int:
        return -(-sum(self._quotas.values()) // self._global_batch)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch, in an order and with augmentation drawn for it.

        Recordings of similar length share a batch. Where the last batch has fewer examples than
        there are processes, those without one get a batch of which no frame counts.

        Raises:
            DataError: a recording is absent or damaged, or the shares of the sampling ask for
                recordings that are not there.
        """
        parts = self._parts(number)
        for real, prepared in self._workers.prepared(parts, number):
            batch = stack(prepared, silence=self._silence, reach=self._reach)
            yield batch if real else batch.ignored()

    def plans(self, number: int) -> Iterator[list[Plan]]:
        """What the batches of all processes together hold, batch by batch; reads no audio."""
        rng = np.random.default_rng([self._seed, number])
        recipe, sampling = self._manifest.recipe, self._config.sampling
        rows = self._manifest.rows(_SPLIT, usable=True)
        sizes, _ = self._counted
        drawn = draws(rows, recipe, sampling, sizes, self._quotas, number)
        mixed = shuffled(drawn, self._config.shuffle_rows, rng)
        planned = (
            plan(draw, recipe, self._config, epoch=number, seed=self._seed) for draw in mixed
        )
        for pool in groups(planned, _POOL_BATCHES * self._global_batch):
            pool.sort(key=lambda one: one.length)
            ready = list(groups(iter(pool), self._global_batch))
            for index in rng.permutation(len(ready)):
                yield ready[index]

    def _parts(self, number: int) -> Iterator[tuple[bool, list[Plan]]]:
        """The share of each batch that this process has; if none, another's, and False."""
        for group in self.plans(number):
            mine = group[self._rank :: self._world]
            yield bool(mine), mine or group[:1]

    @property
    def _global_batch(self) -> int:
        return self._config.batch * self._world

    @cached_property
    def _counted(self) -> tuple[Counter[Stratum], int]:
        """How many recordings there are of each stratum, and in all."""
        sizes: Counter[Stratum] = Counter()
        rows = 0
        for row in self._manifest.rows(_SPLIT, usable=True):
            rows += 1
            sizes.update(strata_of(row, self._manifest.recipe, self._config.sampling))
        return sizes, rows

    @cached_property
    def _quotas(self) -> dict[Stratum, int]:
        sizes, rows = self._counted
        return quotas(sizes, rows, self._config.sampling)


def batches(
    manifest: Manifest,
    config: DataConfig,
    *,
    epoch: int,
    seed: int = 0,
    reach: Reach | None = None,
    part: tuple[int, int] = (0, 1),
    sensors: Sequence[SensorConfig] = (),
) -> Iterator[Batch]:
    """One epoch of a :class:`Loader`, for who needs no more."""
    loader = Loader(manifest, config, seed=seed, reach=reach, part=part, sensors=sensors)
    return loader.epoch(epoch)
