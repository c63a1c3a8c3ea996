"""Every network through training, checkpoint, validation, evaluation and stream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sal_anchors.dataset import DataConfig, collate, load_example
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.run import evaluate
from sal_anchors.evaluate.stream import stream_split
from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.models import MODELS, Reach
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train
from sal_anchors.train.validate import Validator

torch.set_num_threads(1)
TIMINGS = {"gru": (3, 0), "lstm": (1, 4), "tcn": (2, 3), "bcresnet": (4, 0), "crnn": (2, 1)}


@pytest.mark.parametrize("kind", MODELS)
def test_it_is_trained_saved_loaded_and_streamed_on_its_own_grid(
    kind: str, tones: Manifest, tmp_path: Path
) -> None:
    stride, look_ahead = TIMINGS[kind]
    network = MODELS[kind](hidden=8, stride=stride, look_ahead=look_ahead)
    config = TrainConfig(epochs=1, data=DataConfig(batch=4), model=network)
    result = train(tones, tmp_path, config)
    checkpoint = load_checkpoint(result.run)
    assert checkpoint.config.model == network
    assert result.card.stride == stride

    samples = tones.recording(tones.row("test-000")).samples
    features = log_mel(samples, tones.grid, checkpoint.config.data.features)
    with torch.inference_mode():
        whole = checkpoint.model(torch.from_numpy(features)[None])[0][0].softmax(-1).numpy()
    detector = StreamingDetector(checkpoint)
    pieces = [detector.accept(piece) for piece in np.split(samples, [777, 5_000, 5_001])]
    streamed = np.concatenate(pieces)
    np.testing.assert_allclose(streamed, whole[: len(streamed)], atol=1e-5)
    rest = detector.flush()
    assert len(streamed) + len(rest) == tones.grid.strided(stride).num_frames(len(samples))
    assert detector.output_grid == tones.grid.strided(stride, first=look_ahead)

    report = evaluate(checkpoint, tones)
    assert report.overall.positives == 3
    dev = Validator(tones, config).measure(checkpoint.model)
    assert dev.loss == pytest.approx(checkpoint.metrics["dev_loss"], abs=1e-5)


def test_posteriors_of_the_evaluation_are_those_of_the_validation(
    tones: Manifest, tmp_path: Path
) -> None:
    config = TrainConfig(epochs=1, model=MODELS["gru"](hidden=8, stride=3, look_ahead=2))
    checkpoint = load_checkpoint(train(tones, tmp_path, config).run)
    detector = StreamingDetector(checkpoint)
    streamed = list(stream_split(detector, tones, "dev", EventConfig()))
    validator = Validator(tones, config)
    for one, row in zip(streamed, tones.rows("dev", usable=True), strict=True):
        assert one.id == row.id
        posteriors = validator.posteriors(checkpoint.model, row)
        np.testing.assert_allclose(one.posteriors, posteriors, atol=1e-5)


@pytest.mark.parametrize(("stride", "look_ahead"), [(2, 0), (3, 4), (1, 5)])
def test_targets_are_on_the_models_grid_and_all_have_logits(
    stride: int, look_ahead: int, tones: Manifest
) -> None:
    rows = list(tones.rows("train"))[:4]
    reach = Reach(stride=stride, look_ahead=look_ahead)
    examples = [load_example(tones, row) for row in rows]
    batch = collate(examples, tones.recipe, LogMelConfig(), reach)
    assert reach.num_outputs(batch.features.shape[1]) == batch.labels.shape[1]
    grid = tones.grid.strided(stride)
    for index, row in enumerate(rows):
        frames = grid.num_frames(row.num_samples)
        assert (batch.labels[index, :frames] >= 0).any()
        assert not batch.weights[index, frames:].any()
        for event in row.events:
            first = int((batch.labels[index] == 1).nonzero()[0, 0])
            assert first == grid.frame_of(event.time)
            assert int(batch.weights[index].argmax()) == grid.frame_of(event.time)
