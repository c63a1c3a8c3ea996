"""Held-out recordings heard in one pass each, from features that are kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

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


@torch.inference_mode()
def whole_logits(
    model: StreamingModel, features: Features, device: torch.device | str = "cpu"
) -> torch.Tensor:
    """Logits (T', C) of inputs (T, F) from a fresh state, in steps that bound the memory."""
    state = None
    pieces = []
    whole = torch.from_numpy(features)[None].to(device)
    for first in range(0, len(features), _STEP_FRAMES):
        logits, state = model(whole[:, first : first + _STEP_FRAMES], state)
        pieces.append(logits[0].cpu())
    return torch.cat(pieces)


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
    for row in manifest.rows(split, usable=True):
        posteriors = whole_logits(model, held_out.features(row)).softmax(-1).numpy()
        samples = grid.resampled(row.num_samples, row.sample_rate)
        labels = frame_labels(row, manifest.recipe, about)
        yield Streamed(row.id, posteriors, row.anchors, samples, row.events, labels)
