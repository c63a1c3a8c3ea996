"""Mean and spread of features, which a model normalises by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from sal_anchors.dataset.cache import FeatureCache
from sal_anchors.dataset.config import DataConfig
from sal_anchors.dataset.recording_features import RecordingFeatures
from sal_anchors.dataset.shuffling import shuffled
from sal_anchors.manifest import Manifest
from sal_anchors.models import SensorConfig

_STATISTICS_ROWS = 500


def feature_statistics(
    manifest: Manifest, config: DataConfig, *, seed: int, sensors: Sequence[SensorConfig] = ()
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each feature, float32 (F,), over up to 500 training rows,
    as they are without augmentation; where a sensor's stream is absent it does not count.

    Raises:
        DataError: a recording is absent or damaged.
    """
    rng = np.random.default_rng(seed)
    kept = FeatureCache(config.cache.model_copy(update={"memory_mb": 0}))
    recordings = RecordingFeatures(manifest, config.features, kept, sensors=sensors)
    rows = shuffled(manifest.rows("train", usable=True), config.shuffle_rows, rng)
    width = config.features.num_bins + sum(sensor.channels for sensor in sensors)
    count, total, squares = np.zeros((3, width))
    for row in islice(rows, _STATISTICS_ROWS):
        features = recordings.of(row).astype(np.float64)
        count += np.isfinite(features).sum(0)
        total += np.nansum(features, 0)
        squares += np.nansum(features**2, 0)
    mean = total / np.maximum(count, 1)
    variance = np.maximum(squares / np.maximum(count, 1) - mean**2, 0)
    return torch.from_numpy(mean).float(), torch.from_numpy(np.sqrt(variance)).float()
