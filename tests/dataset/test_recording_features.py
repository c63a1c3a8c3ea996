from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from sal_anchors.dataset import FeatureCache, RecordingFeatures, feature_statistics
from sal_anchors.dataset.config import CacheConfig, DataConfig
from sal_anchors.errors import DataError
from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.manifest import Manifest

Maker = Callable[..., Manifest]
MEMORY = CacheConfig(memory_mb=10)


def with_hash(manifest: Manifest, id_: str, digest: str = "00") -> object:
    return dataclasses.replace(manifest.row(id_), content_hash=digest)


def recordings(manifest: Manifest, **options: object) -> RecordingFeatures:
    config = options.pop("config", LogMelConfig())
    return RecordingFeatures(manifest, config, FeatureCache(MEMORY), **options)


def test_features_are_those_of_the_offline_extractor(tones: Manifest) -> None:
    source = recordings(tones)
    for row in tones.rows("train"):
        expected = log_mel(tones.recording(row).samples, tones.grid)
        assert np.array_equal(source.of(row), expected)
        assert np.array_equal(source.of(row), expected)


def test_a_tail_is_part_of_the_recording(tones: Manifest) -> None:
    tail = np.full(777, 0.1, np.float32)
    row = next(tones.rows("train"))
    audio = np.concatenate([tones.recording(row).samples, tail])
    assert np.array_equal(recordings(tones, tail=tail).of(row), log_mel(audio, tones.grid))
    keyed = with_hash(tones, "train-000")
    assert recordings(tones, tail=tail).key(keyed) != recordings(tones).key(keyed)


def test_the_key_is_that_of_the_content_and_of_the_options(tones: Manifest) -> None:
    row = with_hash(tones, "train-000")
    key = recordings(tones).key(row)
    assert key == recordings(tones).key(dataclasses.replace(row, id="x", audio="moved.wav"))
    others = [
        recordings(tones).key(dataclasses.replace(row, **change))
        for change in ({"content_hash": "01"}, {"start": 0.5}, {"channel": 1}, {"num_samples": 9})
    ]
    others.append(recordings(tones, config=LogMelConfig(num_bins=41)).key(row))
    others.append(recordings(tones, config=LogMelConfig(low_hz=30)).key(row))
    assert key is not None and len({key, *others}) == len(others) + 1


def test_a_recording_without_a_content_hash_is_not_kept(tones: Manifest) -> None:
    assert recordings(tones).key(tones.row("train-000")) is None


def test_a_recording_whose_features_are_kept_is_not_read(tone_manifest: Maker) -> None:
    manifest = tone_manifest(train=1, dev=0, test=0)
    row = dataclasses.replace(
        manifest.row("train-000"),
        content_hash=manifest.recording(manifest.row("train-000")).content_hash,
    )
    source = recordings(manifest)
    before = source.of(row)
    manifest.audio_path(row).unlink()
    assert np.array_equal(source.of(row), before)
    with pytest.raises(DataError, match="train-000"):
        recordings(manifest).of(row)


def test_the_statistics_are_those_of_all_frames(tones: Manifest) -> None:
    frames = np.concatenate(
        [log_mel(tones.recording(row).samples, tones.grid) for row in tones.rows("train")]
    )
    mean, deviation = feature_statistics(tones, DataConfig(), seed=0)
    np.testing.assert_allclose(mean.numpy(), frames.mean(0, dtype=np.float64), rtol=1e-5)
    np.testing.assert_allclose(deviation.numpy(), frames.std(0, dtype=np.float64), rtol=1e-4)
