"""From a manifest to batches of features and targets: sampling, crops, augmentation, features."""

from __future__ import annotations

from sal_anchors.dataset.augment_config import AugmentConfig
from sal_anchors.dataset.batch import Batch, collate, on_target_grid
from sal_anchors.dataset.cache import FeatureCache
from sal_anchors.dataset.config import DataConfig
from sal_anchors.dataset.loader import Loader, batches
from sal_anchors.dataset.loading import load_example
from sal_anchors.dataset.prefetching import prefetched
from sal_anchors.dataset.recording_features import RecordingFeatures
from sal_anchors.dataset.statistics import feature_statistics
from sal_anchors.dataset.summary import SplitSummary, summarise

__all__ = [
    "AugmentConfig",
    "Batch",
    "DataConfig",
    "FeatureCache",
    "Loader",
    "RecordingFeatures",
    "SplitSummary",
    "batches",
    "collate",
    "feature_statistics",
    "load_example",
    "on_target_grid",
    "prefetched",
    "summarise",
]
