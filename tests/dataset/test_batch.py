from __future__ import annotations

import dataclasses

import numpy as np
import torch

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.dataset import collate, load_example
from sal_anchors.features import LogMelConfig
from sal_anchors.manifest import Manifest
from sal_anchors.models import Reach


def test_without_augmentation_the_targets_are_those_of_the_manifest(tones: Manifest) -> None:
    rows = list(tones.rows("train"))
    batch = collate([load_example(tones, r) for r in rows], tones.recipe, LogMelConfig())
    for index, row in enumerate(rows):
        assert np.array_equal(batch.labels[index, : row.num_frames], row.labels)
        assert np.array_equal(batch.weights[index, : row.num_frames], row.weights)


def test_padding_is_ignored(tones: Manifest) -> None:
    example = load_example(tones, tones.row("train-000"))
    short = dataclasses.replace(example, samples=example.samples[:1_600])
    batch = collate([short, example], tones.recipe, LogMelConfig())
    assert batch.features.shape == (2, 150, 40)
    assert (batch.labels[0, 10:] == IGNORE_LABEL).all()
    assert (batch.labels[1] != IGNORE_LABEL).all()
    assert (batch.features[0, 10:] == LogMelConfig().floor).all()


def test_a_batch_of_which_no_frame_counts_has_the_same_features(tones: Manifest) -> None:
    example = load_example(tones, tones.row("train-000"))
    batch = collate([example], tones.recipe, LogMelConfig(), Reach(stride=2, look_ahead=3))
    ignored = batch.ignored()
    assert torch.equal(ignored.features, batch.features)
    assert ignored.labels.shape == batch.labels.shape == (1, 75)
    assert (ignored.labels == IGNORE_LABEL).all() and not ignored.weights.any()
