"""Held-out recordings heard in one pass, several at once, from features that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from sal_anchors.dataset.cache import FeatureCache, Features
from sal_anchors.dataset.config import CacheConfig
from sal_anchors.dataset.recording_features import RecordingFeatures
from sal_anchors.dataset.sensors import require_streams
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.stream import Streamed, frame_labels, tail
from sal_anchors.features import LogMelConfig
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import ModelConfig, StreamingModel, sensors_of, silent_inputs
from sal_anchors.train.checkpoint import Checkpoint

_STEP_FRAMES = 3_000
_AT_ONCE = 30_000
"""Frames, padding included, of the recordings that are heard at once."""


class HeldOut:
    """What a network is given of recordings: their features, those of the tail behind them, and
    the silence that its look-ahead waits for.

    Args:
        manifest: whose recordings.
        network: its sensors and look-ahead.
        features: filterbank options.
        cache: where features are kept.
        events: how long the tail is.
    """

    def __init__(
        self,
        manifest: Manifest,
        network: ModelConfig,
        features: LogMelConfig,
        cache: CacheConfig,
        events: EventConfig,
    ):
        sensors = sensors_of(network)
        self._silence = silent_inputs(network.look_ahead, features, sensors)
        self._features = RecordingFeatures(
            manifest,
            features,
            FeatureCache(cache),
            tail=tail(events, manifest.grid),
            sensors=sensors,
        )

    def features(self, row: Row) -> Features:
        """Inputs (T, F) of a recording.

        Raises:
            DataError: it is absent or damaged, or the cache cannot be written.
        """
        return np.concatenate([self._features.of(row), self._silence])


def hear(
    model: StreamingModel,
    held_out: HeldOut,
    rows: Iterable[Row],
    device: torch.device | str = "cpu",
) -> Iterator[tuple[Row, Tensor]]:
    """Each recording with its logits (T', C) from a fresh state, in the order of ``rows``.

    Raises:
        DataError: a recording is absent or damaged, or the cache cannot be written.
    """
    heard = ((row, held_out.features(row)) for row in rows)
    for group in _groups(heard):
        logits = batch_logits(model, [features for _, features in group], device)
        yield from ((row, of) for (row, _), of in zip(group, logits, strict=True))


def _groups(heard: Iterable[tuple[Row, Features]]) -> Iterator[list[tuple[Row, Features]]]:
    """Recordings in a row that fit into ``_AT_ONCE`` frames when padded; a longer one alone."""
    group: list[tuple[Row, Features]] = []
    for row, features in heard:
        longest = max(len(features), *(len(of) for _, of in group), 0)
        if group and (len(group) + 1) * longest > _AT_ONCE:
            yield group
            group = []
        group.append((row, features))
    if group:
        yield group


@torch.inference_mode()
def batch_logits(
    model: StreamingModel, recordings: list[Features], device: torch.device | str = "cpu"
) -> list[Tensor]:
    """Logits (T', C) of each of several inputs (T, F) from a fresh state, in steps that bound the
    memory. What shorter ones are padded with comes too late to change them."""
    longest = max(map(len, recordings))
    whole = np.zeros((len(recordings), longest, recordings[0].shape[1]), np.float32)
    for padded, features in zip(whole, recordings, strict=True):
        padded[: len(features)] = features
    state, pieces = None, []
    for first in range(0, longest, _STEP_FRAMES):
        step = torch.from_numpy(whole[:, first : first + _STEP_FRAMES]).to(device)
        logits, state = model(step, state)
        pieces.append(logits.cpu())
    frames = (model.reach.num_outputs(len(features)) for features in recordings)
    return [of[:n] for of, n in zip(torch.cat(pieces, 1), frames, strict=True)]


def hear_split(
    checkpoint: Checkpoint,
    manifest: Manifest,
    split: str,
    config: EventConfig,
    cache: CacheConfig,
) -> Iterator[Streamed]:
    """Each usable recording of a split, in the manifest's order, as
    :func:`sal_anchors.evaluate.stream.stream_split` gives it.

    Raises:
        DataError: a recording is absent or damaged, or has not the streams that the detector
            takes.
    """
    model, options = checkpoint.model.eval(), checkpoint.config
    require_streams(manifest, sensors_of(options.model), split)
    once = cache.model_copy(update={"memory_mb": 0})
    held_out = HeldOut(manifest, options.model, options.data.features, once, config)
    grid = manifest.grid
    about = model.reach.target_grid(grid)
    for row, logits in hear(model, held_out, manifest.rows(split, usable=True)):
        posteriors = logits.softmax(-1).numpy()
        samples = grid.resampled(row.num_samples, row.sample_rate)
        labels = frame_labels(row, manifest.recipe, about)
        yield Streamed(row.id, posteriors, row.anchors, samples, row.events, labels)
