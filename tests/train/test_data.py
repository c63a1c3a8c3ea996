from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.train.config import AugmentConfig, TrainConfig
from sal_anchors.train.data import batches, collate, load_example, prefetched, summarise

Maker = Callable[..., Manifest]
PLAIN = TrainConfig(batch=5, augment=None)


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


def test_a_pass_takes_every_recording_once(tones: Manifest) -> None:
    firsts = [f[0] for batch in batches(tones, PLAIN, epoch=1) for f in batch.features]
    expected = [log_mel(tones.recording(row).samples, tones.grid)[0] for row in tones.rows("train")]
    assert sorted(f.tolist() for f in firsts) == sorted(e.tolist() for e in expected)


@pytest.mark.parametrize("shuffle_rows", [1, 4, 100])
def test_batches_are_the_same_for_the_same_seed_and_epoch(
    tones: Manifest, shuffle_rows: int
) -> None:
    config = TrainConfig(batch=5, shuffle_rows=shuffle_rows)
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
        for config in (TrainConfig(batch=1, shuffle_rows=size) for size in (1, 5, 100))
    ]
    assert len(set(passes[0])) == 12
    assert passes[0] == passes[1] == passes[2]


def test_augmented_anchors_stay_on_the_keywords_end(tones: Manifest) -> None:
    config = TrainConfig(batch=1, augment=AugmentConfig(noise_probability=0.0))
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
    config = TrainConfig(batch=1, augment=None, max_seconds=1.0)
    for epoch in range(6):
        for batch in batches(manifest, config, epoch=epoch):
            assert batch.features.shape[1] <= 100
            labels = batch.labels[0]
            if labels[0] == 1:
                pytest.fail("the crop begins inside a label")


def test_the_summary_counts_rows_frames_and_anchors(tones: Manifest) -> None:
    summary = summarise(tones, "train")
    assert (summary.rows, summary.frames) == (12, 12 * 150)
    assert summary.anchors == {1: 6}


def test_prefetching_keeps_the_order_and_passes_errors_on() -> None:
    def numbers() -> Iterator[int]:
        yield from range(5)
        raise OSError("gone")

    taken: list[int] = []
    with pytest.raises(OSError, match="gone"):
        for number in prefetched(numbers()):
            taken.append(number)
    assert taken == [0, 1, 2, 3, 4]
    assert list(prefetched(iter([]))) == []
