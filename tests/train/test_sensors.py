"""A detector on audio and a sensor: trained, saved, loaded, validated, evaluated and streamed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.corpus.stream import StreamRef
from sal_anchors.dataset import DataConfig, batches, collate, feature_statistics, load_example
from sal_anchors.dataset.augment_config import AugmentConfig, MaskConfig
from sal_anchors.errors import DataError
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.stream import posteriors_of, stream_split
from sal_anchors.features import LogMelConfig
from sal_anchors.manifest import Manifest, Row, write_manifest
from sal_anchors.models import FusionConfig, GRUConfig, SensorConfig, TCNConfig, model_inputs
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train
from sal_anchors.train.validate import Validator

torch.set_num_threads(1)
RATE, CHANNELS, BINS = 50.0, 3, 40
WRIST = SensorConfig(name="wrist", rate=RATE, channels=CHANNELS)
CHEST = SensorConfig(name="chest", rate=7.5, channels=1, resampling="linear")


def _with_streams(manifest: Manifest, folder: Path) -> Manifest:
    """The manifest with a ``wrist`` beside each recording and a ``chest`` beside every other."""
    root = folder / "audio"
    shutil.copytree(manifest.audio_root, root, ignore=shutil.ignore_patterns("*.anchors"))
    rng = np.random.default_rng(3)

    def stream(row: Row, sensor: SensorConfig) -> StreamRef:
        path = f"{row.id}.{sensor.name}.npy"
        loud = 3.0 if row.events else 1.0
        values = 5.0 + loud * rng.standard_normal(
            (int(row.duration * sensor.rate), sensor.channels)
        )
        np.save(root / path, values.astype(np.float32))
        digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
        return StreamRef(sensor.name, path, sensor.rate, sensor.channels, digest)

    rows = [
        replace(row, streams=tuple(stream(row, s) for s in ((WRIST, CHEST)[: 1 + number % 2])))
        for number, row in enumerate(manifest.rows())
    ]
    path = folder / "sensors.anchors"
    header = replace(manifest.header, audio_root="../audio")
    write_manifest(path, rows, lambda parts, tally: replace(header, parts=parts))
    return Manifest.open(path)


@pytest.fixture(scope="module")
def sensed(tones: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return _with_streams(tones, tmp_path_factory.mktemp("sensed"))


def _config(**model: object) -> TrainConfig:
    networks = {
        "audio": GRUConfig(hidden=8, projection=8),
        "sensor": TCNConfig(hidden=4),
    }
    fusion = FusionConfig(streams=(WRIST, CHEST), hidden=8, **{**networks, **model})
    return TrainConfig(epochs=1, data=DataConfig(batch=4), model=fusion)


@pytest.fixture(scope="module")
def run(sensed: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = _config(stride=2, look_ahead=3)
    return train(sensed, tmp_path_factory.mktemp("run") / "x.run", config).run


def test_a_checkpoint_holds_the_fusion_and_its_card_counts_all_of_it(
    sensed: Manifest, run: Path
) -> None:
    checkpoint = load_checkpoint(run)
    assert checkpoint.config.model == _config(stride=2, look_ahead=3).model
    assert len(checkpoint.model.mean) == BINS + CHANNELS + 1
    state = checkpoint.model.state_dict()
    assert {name.split(".")[4] for name in state if ".networks." in name} == {"0", "1", "2"}


def test_columns_are_normalised_by_what_is_there(sensed: Manifest) -> None:
    sensors = (WRIST, CHEST)
    mean, std = feature_statistics(sensed, DataConfig(), seed=0, sensors=sensors)
    audio, _ = feature_statistics(sensed, DataConfig(), seed=0)
    torch.testing.assert_close(mean[:BINS], audio)
    assert mean[BINS:].tolist() == pytest.approx([5.0] * 4, abs=0.5)
    assert all(0.8 < value < 3.5 for value in std[BINS:].tolist())


_SIZES = st.lists(st.integers(0, 30_000), min_size=5, max_size=5)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_SIZES, st.lists(st.integers(0, 80), min_size=5, max_size=5))
def test_streams_in_any_pieces_give_the_posteriors_of_the_whole(
    sensed: Manifest, run: Path, cuts: list[int], wrist_cuts: list[int]
) -> None:
    checkpoint = load_checkpoint(run)
    row = sensed.row("test-000")
    example = load_example(sensed, row)
    (wrist,) = (stream for stream in example.streams if stream.name == "wrist")
    features = checkpoint.config.data.features
    whole = model_inputs(example.samples, [wrist], sensed.grid, features, (WRIST, CHEST))
    with torch.inference_mode():
        expected = checkpoint.model(torch.from_numpy(whole)[None])[0][0].softmax(-1).numpy()
    detector = StreamingDetector(checkpoint)
    detector.reset({"chest": None})
    pieces = [
        detector.accept(audio, {"wrist": readings})
        for audio, readings in zip(
            np.split(example.samples, sorted(cuts)),
            np.split(wrist.readings, sorted(wrist_cuts)),
            strict=True,
        )
    ]
    found = np.concatenate([*pieces, detector.flush()])
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-5)
    assert len(found) == sensed.grid.strided(2).num_frames(len(example.samples))


def test_the_evaluation_hears_what_the_validation_hears(sensed: Manifest, run: Path) -> None:
    checkpoint = load_checkpoint(run)
    validator = Validator(sensed, checkpoint.config)
    rows = {row.id: row for row in sensed.rows("dev", usable=True)}
    for streamed in stream_split(StreamingDetector(checkpoint), sensed, "dev", EventConfig()):
        expected = validator.posteriors(checkpoint.model, rows[streamed.id])
        np.testing.assert_allclose(streamed.posteriors, expected, atol=1e-5)
        audio = sensed.recording(rows[streamed.id]).samples
        deaf = posteriors_of(StreamingDetector(checkpoint), audio, EventConfig())
        assert deaf.shape == expected.shape
        assert not np.allclose(deaf, expected, atol=1e-5)


def test_a_batch_has_the_columns_of_each_and_nan_where_a_stream_is_absent(
    sensed: Manifest,
) -> None:
    examples = [load_example(sensed, row) for row in list(sensed.rows("train"))[:2]]
    batch = collate(examples, sensed.recipe, LogMelConfig(), sensors=(WRIST, CHEST))
    assert batch.features.shape[2] == BINS + CHANNELS + 1
    assert torch.isfinite(batch.features[..., :BINS]).all()
    absent = batch.features[..., BINS + CHANNELS].isnan().all(dim=1)
    assert absent.tolist() == [not any(s.name == "chest" for s in e.streams) for e in examples]
    assert torch.isfinite(batch.features[:, :70, BINS]).all()


@pytest.mark.parametrize("enabled", [False, True])
def test_training_batches_bring_the_readings_with_and_without_augmentation(
    sensed: Manifest, enabled: bool
) -> None:
    augment = AugmentConfig(enabled=enabled, mask=MaskConfig(probability=1.0))
    config = DataConfig(batch=4, augment=augment)
    for batch in batches(sensed, config, epoch=1, sensors=(WRIST,)):
        wrist = batch.features[..., BINS:]
        assert wrist.shape[2] == CHANNELS
        present = ~wrist.isnan().any(dim=2)
        assert (present.sum(dim=1) > 130).all()
        assert abs(float(wrist[present].mean()) - 5.0) < 0.5
        assert torch.isfinite(batch.features[..., :BINS]).all()


@pytest.mark.parametrize(
    ("sensor", "problem"),
    [
        (SensorConfig(name="ankle", rate=1, channels=1), "has the stream ankle"),
        (WRIST.model_copy(update={"rate": 49.0}), "3 channels at 50 readings a second.* 3 at 49"),
        (WRIST.model_copy(update={"channels": 6}), "3 channels at 50 .* takes 6 at 50"),
    ],
)
def test_a_corpus_without_the_streams_is_refused_before_training(
    sensed: Manifest, tmp_path: Path, sensor: SensorConfig, problem: str
) -> None:
    config = TrainConfig(model=FusionConfig(streams=(sensor,)))
    with pytest.raises(DataError, match=problem):
        train(sensed, tmp_path / "x.run", config)
    with pytest.raises(DataError, match=problem):
        next(batches(sensed, DataConfig(), epoch=1, sensors=(sensor,)))


def test_readings_that_changed_are_told_by_utterance_and_file(
    sensed: Manifest, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sensed.path.parent, copy)
    manifest = Manifest.open(copy / "sensors.anchors")
    np.save(copy / "audio" / "train-000.wrist.npy", np.zeros((5, CHANNELS), np.float32))
    with pytest.raises(DataError, match=r"train-000.*wrist.*changed"):
        load_example(manifest, manifest.row("train-000"))
