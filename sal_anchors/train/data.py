"""Batches of features and targets from a manifest, the same for the same seed and epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sal_anchors import augment
from sal_anchors.anchors.anchor import IGNORE_LABEL, FrameTargets
from sal_anchors.anchors.recipe import GridConfig, Recipe
from sal_anchors.augment import Example
from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import Reach
from sal_anchors.train.config import AugmentConfig, TrainConfig

Item = TypeVar("Item")

_POOL_BATCHES = 8
_STATISTICS_ROWS = 500
_EACH_FRAME = Reach()


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Recordings of a step, padded to the longest.

    Attributes:
        features: float32 (B, T, F), of silence where padded.
        labels: int64 (B, T'), a frame of the model's output each, -100 where padded.
        weights: float32 (B, T'), 0 where padded.
    """

    features: Tensor
    labels: Tensor
    weights: Tensor


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """What a split has to offer.

    Attributes:
        rows: usable recordings.
        frames: frames of them.
        anchors: anchors of each class index.
    """

    rows: int
    frames: int
    anchors: Counter[int]


def summarise(manifest: Manifest, split: str) -> SplitSummary:
    """Count the usable rows of a split, their frames, and their anchors by class."""
    rows = frames = 0
    anchors: Counter[int] = Counter()
    for row in manifest.rows(split, usable=True):
        rows += 1
        frames += row.num_frames
        anchors.update(anchor.class_index for anchor in row.anchors)
    return SplitSummary(rows, frames, anchors)


def load_example(manifest: Manifest, row: Row) -> Example:
    """The audio of a row, and its events, words and phones.

    Raises:
        AudioError: if the recording cannot be decoded.
        ManifestError: if it is not as long as it was when it was aligned.
    """
    samples = manifest.recording(row).samples
    return Example(samples, manifest.grid.sample_rate, row.events, row.words, row.phones, row.id)


def batches(manifest: Manifest, config: TrainConfig, *, epoch: int) -> Iterator[Batch]:
    """One pass over the training split in an order and with augmentation drawn for the epoch.

    Recordings of similar length share a batch. Memory is bounded by ``config.shuffle_rows`` rows
    and a pool of eight batches, not by the size of the manifest.
    """
    reach = Reach(stride=config.model.stride, look_ahead=config.model.look_ahead)
    rng = np.random.default_rng([config.seed, epoch])
    rows = _shuffled(manifest.rows("train", usable=True), config.shuffle_rows, rng)
    examples = (_prepared(manifest, row, config, epoch) for row in rows)
    for pool in _groups(examples, _POOL_BATCHES * config.batch):
        pool.sort(key=lambda example: len(example.samples))
        ready = list(_groups(iter(pool), config.batch))
        for index in rng.permutation(len(ready)):
            yield collate(ready[index], manifest.recipe, config.features, reach)


def prefetched(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made by a thread while the one before is used."""
    end = object()
    with ThreadPoolExecutor(1) as worker:
        pending = worker.submit(next, items, end)
        while (item := pending.result()) is not end:
            pending = worker.submit(next, items, end)
            yield cast(Item, item)


def feature_statistics(manifest: Manifest, config: TrainConfig) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each feature, float32 (F,), over up to 500 training rows."""
    rng = np.random.default_rng(config.seed)
    rows = _shuffled(manifest.rows("train", usable=True), config.shuffle_rows, rng)
    count = 0
    total = np.zeros(config.features.num_bins)
    squares = np.zeros(config.features.num_bins)
    for row in islice(rows, _STATISTICS_ROWS):
        example = load_example(manifest, row)
        features = log_mel(example.samples, manifest.grid, config.features).astype(np.float64)
        count += len(features)
        total += features.sum(0)
        squares += (features**2).sum(0)
    mean = total / max(count, 1)
    variance = np.maximum(squares / max(count, 1) - mean**2, 0)
    return torch.from_numpy(mean).float(), torch.from_numpy(np.sqrt(variance)).float()


def collate(
    examples: list[Example], recipe: Recipe, config: LogMelConfig, reach: Reach = _EACH_FRAME
) -> Batch:
    """Features and targets of examples, padded to the longest.

    Args:
        examples: at least one.
        recipe: how to label and weight them; its grid is that of the features.
        config: of the features.
        reach: stride and look-ahead of the model: the targets are rendered on its target grid,
            and silence follows the features so that the last of them have logits too.
    """
    grid = recipe.grid.grid()
    recipe = on_target_grid(recipe, reach)
    features = [log_mel(example.samples, grid, config) for example in examples]
    targets = [augment.targets(example, recipe) for example in examples]
    frames = max(len(matrix) for matrix in features) + reach.look_ahead
    outputs = reach.num_outputs(frames)
    batch = Batch(
        features=torch.full((len(examples), frames, config.num_bins), config.floor),
        labels=torch.full((len(examples), outputs), IGNORE_LABEL),
        weights=torch.zeros(len(examples), outputs),
    )
    for index, (matrix, target) in enumerate(zip(features, targets, strict=True)):
        _fill(batch, index, matrix, target)
    return batch


def _fill(batch: Batch, index: int, features: NDArray[np.float32], targets: FrameTargets) -> None:
    batch.features[index, : len(features)] = torch.from_numpy(features)
    batch.labels[index, : len(targets.labels)] = torch.from_numpy(targets.labels).long()
    batch.weights[index, : len(targets.labels)] = torch.from_numpy(targets.weights)


def on_target_grid(recipe: Recipe, reach: Reach) -> Recipe:
    """The recipe on the grid of a model's output frames."""
    if reach.stride == 1:
        return recipe
    grid = GridConfig(**reach.target_grid(recipe.grid.grid()).to_dict())
    return recipe.model_copy(update={"grid": grid})


def _prepared(manifest: Manifest, row: Row, config: TrainConfig, epoch: int) -> Example:
    rng = augment.generator(config.seed, epoch, row.id)
    example = load_example(manifest, row)
    example = _cropped(example, manifest, config.max_seconds, rng)
    return example if config.augment is None else _augmented(example, config.augment, rng)


def _cropped(
    example: Example, manifest: Manifest, max_seconds: float, rng: np.random.Generator
) -> Example:
    """A stretch that begins at a frame and not inside an event whose label follows it."""
    grid = manifest.grid
    length = grid.sample_of(max_seconds)
    excess = len(example.samples) - length
    if excess <= 0:
        return example
    first = int(rng.integers(excess + 1))
    for event in sorted(example.events, key=lambda event: event.start, reverse=True):
        rule = manifest.recipe.rule_for(event.kind, event.label)
        if rule is None or rule.labels is None or rule.labels.policy != "after":
            continue
        start = grid.sample_of(event.start)
        if start < first <= grid.sample_of(event.time + rule.labels.hold_ms / 1000):
            first = max(0, start)
    return augment.crop(example, first=grid.hop_start(first), length=length)


def _augmented(example: Example, config: AugmentConfig, rng: np.random.Generator) -> Example:
    longest = round(config.pad_ms / 1000 * example.sample_rate)
    before, after = rng.integers(longest + 1, size=2).tolist()
    example = augment.gain(example, rng.uniform(-config.gain_db, config.gain_db))
    example = augment.pad(example, before=before, after=after, rng=rng)
    if rng.random() < config.noise_probability:
        colour: augment.Colour = "pink" if rng.random() < 0.5 else "white"
        snr_db = rng.uniform(*config.snr_db)
        example = augment.add_noise(example, snr_db, colour=colour, rng=rng)
    return example


def _shuffled(items: Iterable[Item], capacity: int, rng: np.random.Generator) -> Iterator[Item]:
    """The items in random order, drawn from a pool of at most ``capacity``."""
    pool: list[Item] = []
    for item in items:
        if len(pool) < capacity:
            pool.append(item)
            continue
        index = int(rng.integers(capacity))
        yield pool[index]
        pool[index] = item
    for index in rng.permutation(len(pool)):
        yield pool[index]


def _groups(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while group := list(islice(items, size)):
        yield group
