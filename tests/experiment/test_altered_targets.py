from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sal_anchors.anchors.recipe_file import overridden
from sal_anchors.manifest import Manifest
from sal_anchors.models import build_model
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config_file import config_of
from sal_anchors.train.loop import train
from sal_anchors.train.validate import Validator

SMALL = ("epochs=1", "model.hidden=8", "model.projection=8")


def altered(manifest: Manifest, *render: str) -> Manifest:
    return manifest.with_recipe(overridden(manifest.recipe, render))


def test_rows_and_their_anchors_stay_those_of_the_manifest(tones: Manifest) -> None:
    changed = altered(tones, "events[0].kernel.peak=9", "weights.floor=0.5")
    assert changed.recipe != tones.recipe
    for row, same in zip(tones.rows(), changed.rows(), strict=True):
        assert (row.id, row.anchors, row.events) == (same.id, same.anchors, same.events)
        assert np.array_equal(row.weights, same.weights)


def test_validation_has_the_loss_of_the_altered_targets_and_the_events_of_the_manifest(
    tones: Manifest,
) -> None:
    config = config_of({}, overrides=SMALL)
    model = build_model(config.model, config.data.features.num_bins, len(tones.classes)).eval()
    kernel, floor = tones.recipe.events[0].kernel, tones.recipe.weights.floor
    assert kernel is not None
    twice = (f"weights.floor={2 * floor}", f"events[0].kernel.peak={2 * kernel.peak}")
    own, doubled = (
        Validator(manifest, config).measure(model) for manifest in (tones, altered(tones, *twice))
    )
    assert doubled.loss == pytest.approx(2 * own.loss, rel=1e-5)
    assert doubled.average_precision == own.average_precision
    assert doubled.false_reject_rate == own.false_reject_rate


def test_a_checkpoint_knows_the_recipe_that_it_was_trained_by(
    tones: Manifest, tmp_path: Path
) -> None:
    changed = altered(tones, "events[0].kernel.peak=9")
    train(changed, tmp_path / "run", config_of({}, overrides=SMALL))
    checkpoint = load_checkpoint(tmp_path / "run")
    assert checkpoint.recipe == changed.recipe
    train(tones, tmp_path / "own", config_of({}, overrides=SMALL))
    other = load_checkpoint(tmp_path / "own")
    assert checkpoint.provenance.manifest_hash != other.provenance.manifest_hash
