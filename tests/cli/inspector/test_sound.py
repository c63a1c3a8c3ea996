"""What a trained detector says of the utterance on the screen."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sal_anchors.corpus.stream import StreamRef
from sal_anchors.dataset import DataConfig
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.stream import posteriors_of
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.models import FusionConfig, GRUConfig, SensorConfig, TCNConfig
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train


@pytest.fixture(scope="module")
def sensed(tones: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The tones with a stream of a sensor beside each recording."""
    folder = tmp_path_factory.mktemp("sensed")
    root = folder / "audio"
    shutil.copytree(tones.audio_root, root, ignore=shutil.ignore_patterns("*.anchors"))
    rng = np.random.default_rng(3)

    def with_stream(row: Row) -> Row:
        path = root / f"{row.id}.wrist.npy"
        np.save(path, rng.standard_normal((int(row.duration * 50), 3)).astype(np.float32))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return replace(row, streams=(StreamRef("wrist", path.name, 50.0, 3, digest),))

    header = replace(tones.header, audio_root="../audio")
    rows = [with_stream(row) for row in tones.rows()]
    path = folder / "sensed.anchors"
    write_manifest(path, rows, lambda parts, tally: replace(header, parts=parts))
    return Manifest.open(path)


def test_a_model_of_audio_and_a_sensor_is_on_the_same_axis_as_evaluation_hears_it(
    drive: Any, sensed: Manifest, tmp_path: Path
) -> None:
    model = FusionConfig(
        streams=(SensorConfig(name="wrist", rate=50.0, channels=3),),
        hidden=8,
        audio=GRUConfig(hidden=8, projection=8),
        sensor=TCNConfig(hidden=4),
    )
    config = TrainConfig(epochs=1, data=DataConfig(batch=4), model=model)
    run = train(sensed, tmp_path / "x.run", config).run
    row = sensed.row("train-000")
    detector = StreamingDetector(load_checkpoint(run))
    samples = sensed.recording(row).samples
    expected = posteriors_of(detector, samples, EventConfig(), sensed.streams(row))
    deaf = posteriors_of(detector, samples, EventConfig())

    async def scenario(on: Any) -> None:
        await on.open(row.id)
        assert "model" in on.text
        shown = on.utterance.posterior.values
        np.testing.assert_allclose(shown, expected[:, 1:].max(axis=1), atol=1e-6)
        assert not np.allclose(shown, deaf[:, 1:].max(axis=1), atol=1e-6)

    drive(sensed, scenario, run=run)
