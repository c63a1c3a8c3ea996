from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from sal_anchors import augment
from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.audio import content_hash
from sal_anchors.dataset import (
    AugmentConfig,
    DataConfig,
    Loader,
    batches,
)
from sal_anchors.dataset.augment_config import NoiseConfig
from sal_anchors.dataset.preparing import Preparer
from sal_anchors.errors import DataError
from sal_anchors.features import log_mel
from sal_anchors.manifest import Manifest, Row
from sal_anchors.models import Reach

Maker = Callable[..., Manifest]
PLAIN_AUDIO = AugmentConfig(enabled=False)
PLAIN = DataConfig(batch=5, augment=PLAIN_AUDIO)


def test_a_pass_takes_every_recording_once(tones: Manifest) -> None:
    firsts = [f[0] for batch in batches(tones, PLAIN, epoch=1) for f in batch.features]
    expected = [log_mel(tones.recording(row).samples, tones.grid)[0] for row in tones.rows("train")]
    assert sorted(f.tolist() for f in firsts) == sorted(e.tolist() for e in expected)


@pytest.mark.parametrize("shuffle_rows", [1, 4, 100])
def test_batches_are_the_same_for_the_same_seed_and_epoch(
    tones: Manifest, shuffle_rows: int
) -> None:
    config = DataConfig(batch=5, shuffle_rows=shuffle_rows)
    first, again, later = (list(batches(tones, config, epoch=epoch)) for epoch in (1, 1, 2))
    assert [len(batch.features) for batch in first].count(5) == 2
    for one, two in zip(first, again, strict=True):
        assert torch.equal(one.features, two.features)
        assert torch.equal(one.labels, two.labels)
    assert any(
        one.features.shape != two.features.shape or not torch.equal(one.features, two.features)
        for one, two in zip(first, later, strict=True)
    )


def test_a_recording_draws_the_same_in_whatever_order_it_comes(tones: Manifest) -> None:
    passes = [
        sorted(batch.features.sum().item() for batch in batches(tones, config, epoch=2))
        for config in (DataConfig(batch=1, shuffle_rows=size) for size in (1, 5, 100))
    ]
    assert len(set(passes[0])) == 12
    assert passes[0] == passes[1] == passes[2]


def test_augmented_anchors_stay_on_the_keywords_end(tones: Manifest) -> None:
    config = DataConfig(batch=1, augment=AugmentConfig(noise=NoiseConfig(probability=0.0)))
    for batch in batches(tones, config, epoch=1):
        labels = batch.labels[0]
        if not (labels == 1).any():
            continue
        first = int((labels == 1).int().argmax())
        level = batch.features[0].amax(dim=-1)
        assert level[first - 5 : first - 1].mean() > level[first + 4 : first + 8].mean() + 3


def test_long_recordings_are_cropped_without_a_label_that_lost_its_event(
    tone_manifest: Maker,
) -> None:
    manifest = tone_manifest(train=8, dev=0, test=0)
    config = DataConfig(batch=1, augment=PLAIN_AUDIO, max_seconds=1.0)
    for epoch in range(6):
        for batch in batches(manifest, config, epoch=epoch):
            assert batch.features.shape[1] <= 100
            labels = batch.labels[0]
            if labels[0] == 1:
                pytest.fail("the crop begins inside a label")


@pytest.mark.parametrize(("world", "size"), [(2, 3), (3, 2), (6, 1), (5, 2)])
def test_the_parts_of_a_batch_are_the_batch_of_one_process(
    world: int, size: int, tones: Manifest
) -> None:
    whole = list(batches(tones, DataConfig(batch=world * size), epoch=3, seed=5))
    config = DataConfig(batch=size)
    parts = [
        list(batches(tones, config, epoch=3, seed=5, part=(rank, world))) for rank in range(world)
    ]
    assert {len(part) for part in parts} == {len(whole)}
    for index, batch in enumerate(whole):
        for rank in range(world):
            part = parts[rank][index]
            mine = range(rank, len(batch.features), world)
            if not mine:
                assert (part.labels == IGNORE_LABEL).all() and not part.weights.any()
                continue
            assert len(part.features) == len(mine)
            for here, there in enumerate(mine):
                frames = part.features.shape[1]
                assert torch.equal(part.features[here], batch.features[there, :frames])
                assert torch.equal(part.labels[here], batch.labels[there, :frames])


@pytest.mark.parametrize("world", [1, 2, 5])
def test_the_number_of_batches_is_known_beforehand(world: int, tones: Manifest) -> None:
    for examples in (None, 7, 31):
        config = DataConfig.model_validate({"batch": 3, "sampling": {"examples": examples}})
        loader = Loader(tones, config, part=(world - 1, world))
        assert len(loader) == len(list(loader.epoch(1))) == -(-(examples or 12) // (3 * world))


def test_workers_change_neither_batches_nor_errors(tone_manifest: Maker) -> None:
    manifest = tone_manifest(train=7, dev=0, test=0)
    alone = Loader(manifest, DataConfig(batch=2), seed=2)
    helped = Loader(manifest, DataConfig(batch=2, workers=2), seed=2)
    for epoch in (1, 2):
        for one, two in zip(alone.epoch(epoch), helped.epoch(epoch), strict=True):
            assert torch.equal(one.features, two.features)
            assert torch.equal(one.labels, two.labels)
            assert torch.equal(one.weights, two.weights)
    manifest.audio_path(manifest.row("train-002")).unlink()
    for loader in (alone, helped):
        with pytest.raises(DataError, match=r"-002\.wav: utterance 'train-002': cannot be read"):
            list(loader.epoch(3))


def test_a_broken_recording_is_named_with_its_row(tone_manifest: Maker) -> None:
    manifest = tone_manifest(train=4, dev=0, test=0)
    path = manifest.audio_path(manifest.row("train-001"))
    path.write_bytes(path.read_bytes()[:1_000])
    with pytest.raises(DataError, match=r"utterance 'train-001': cut short"):
        list(Loader(manifest, DataConfig()).epoch(0))


@pytest.mark.parametrize("seconds", [0.8, 1.5, 2.3])
@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_windows_are_all_of_the_length_asked_for(
    seconds: float, probability: float, tones: Manifest
) -> None:
    config = DataConfig.model_validate(
        {"window_seconds": seconds, "augment": {"speed": {"probability": probability}}}
    )
    for batch in Loader(tones, config).epoch(1):
        assert batch.features.shape[1] == round(100 * seconds)
        assert (batch.labels >= 0).all()


def test_half_of_the_examples_hold_an_event_if_asked(tone_manifest: Maker) -> None:
    manifest = tone_manifest(train=20, dev=0, test=0)
    config = DataConfig.model_validate(
        {"sampling": {"events": 0.75, "partial": 0.1, "examples": 40}, "batch": 40}
    )
    (batch,) = Loader(manifest, config).epoch(0)
    assert int((batch.labels == 1).any(dim=1).sum()) == 30


def test_targets_are_a_fresh_rendering_of_the_example(tones: Manifest) -> None:
    recipe = tones.recipe
    preparer = Preparer(tones, DataConfig(), seed=0, reach=Reach())
    for group in Loader(tones, DataConfig()).plans(1):
        for plan in group:
            example = preparer.example(plan, augment.generator(0, 1, plan.draw.key))
            expected = augment.targets(example, recipe)
            found = preparer(plan, 1)
            assert np.array_equal(found.targets.labels, expected.labels)
            assert np.array_equal(found.targets.weights, expected.weights)
            assert np.array_equal(found.features, log_mel(example.samples, tones.grid))


def test_a_cached_epoch_equals_the_first(tones: Manifest, tmp_path: Path) -> None:
    config = DataConfig.model_validate(
        {"augment": {"enabled": False}, "cache": {"folder": tmp_path, "memory_mb": 0}}
    )
    with_hashes = Loader(hashed(tones, tmp_path), config)
    plain = list(Loader(tones, config).epoch(0))
    for _ in range(2):
        for one, two in zip(with_hashes.epoch(0), plain, strict=True):
            assert torch.equal(one.features, two.features)
            assert torch.equal(one.labels, two.labels)
    assert len(list(tmp_path.rglob("*.npy"))) == 12


def hashed(manifest: Manifest, folder: Path) -> Manifest:
    """The manifest with the content hashes that the rows of the fixture lack."""

    class Hashed(Manifest):
        def rows(self, *arguments: object, **options: object) -> Iterator[Row]:
            for row in super().rows(*arguments, **options):
                yield dataclasses.replace(row, content_hash=content_hash(self.audio_path(row)))

    return Hashed.open(manifest.path)
