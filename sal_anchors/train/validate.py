"""How good the model is on the development split, after each epoch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from sal_anchors.anchors.render import render
from sal_anchors.dataset import load_example, on_target_grid
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import class_curve
from sal_anchors.evaluate.stream import Streamed, tail
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import Reach, StreamingModel, model_inputs, sensors_of, silent_inputs
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.objective import Objective
from sal_anchors.train.report import Validation

Features = NDArray[np.float32]

_SPLIT = "dev"
_CPU = torch.device("cpu")
_CACHED_FRAMES = 360_000
_STEP_FRAMES = 3_000
_TARGET = 1.0


class Validator:
    """Measures a model on the development split as the evaluation does, from a fresh state a
    recording.

    Features of up to an hour are kept in memory; the rest is computed each time.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: TrainConfig,
        *,
        device: torch.device = _CPU,
    ):
        self._manifest = manifest
        self._config = config
        self._device = device
        self._objective = Objective(config.loss, manifest.classes)
        self._events = EventConfig()
        self._tail = tail(self._events, manifest.grid)
        self._cache: dict[str, Features] = {}
        self._cached_frames = 0

    @torch.inference_mode()
    def measure(self, model: StreamingModel) -> Validation:
        """Loss and event measures of a model in evaluation mode."""
        total = 0.0
        counted = 0
        streamed = []
        for row, features in self._rows():
            logits = self._forward(model, features)
            labels, weights = self._targets(row, model.reach)
            heard = logits[None, : len(labels)]
            total += float(self._objective.sum(heard, labels[None], weights[None]))
            counted += self._objective.count(labels[None])
            posteriors = logits.softmax(-1).numpy()
            samples = self._manifest.grid.resampled(row.num_samples, row.sample_rate)
            streamed.append(Streamed(row.id, posteriors, row.anchors, samples))
        curve = class_curve(
            streamed,
            self._manifest.classes,
            model.reach.decision_grid(self._manifest.grid),
            self._events,
        )
        misses = curve.positives - int(curve.hits[curve.at(_TARGET)])
        return Validation(
            loss=total / max(counted, 1),
            average_precision=curve.average_precision() if curve.positives else None,
            false_reject_rate=misses / curve.positives if curve.positives else None,
        )

    @torch.inference_mode()
    def posteriors(self, model: StreamingModel, row: Row) -> NDArray[np.float32]:
        """Posteriors (T', C) of a recording and of the low noise that follows it."""
        logits = self._forward(model.to(self._device), self._features(row))
        return logits.softmax(-1).numpy()

    def _targets(self, row: Row, reach: Reach) -> tuple[torch.Tensor, torch.Tensor]:
        """Labels and weights (T',) on the grid of the model's output frames."""
        recipe = on_target_grid(self._manifest.recipe, reach)
        targets = render(row.events, recipe, -(-row.num_frames // reach.stride))
        return torch.from_numpy(targets.labels), torch.from_numpy(targets.weights)

    def _rows(self) -> Iterator[tuple[Row, Features]]:
        for row in self._manifest.rows(_SPLIT, usable=True):
            features = self._cache.get(row.id)
            if features is None:
                features = self._features(row)
                if self._cached_frames + len(features) <= _CACHED_FRAMES:
                    self._cache[row.id] = features
                    self._cached_frames += len(features)
            yield row, features

    def _features(self, row: Row) -> Features:
        example = load_example(self._manifest, row)
        audio = np.concatenate([example.samples, self._tail])
        config, sensors = self._config.data.features, sensors_of(self._config.model)
        features = model_inputs(audio, example.streams, self._manifest.grid, config, sensors)
        silence = silent_inputs(self._config.model.look_ahead, config, sensors)
        return np.concatenate([features, silence])

    def _forward(self, model: StreamingModel, features: Features) -> torch.Tensor:
        """Logits (T, C) of features (T, F), in steps that bound the memory."""
        state = None
        pieces = []
        whole = torch.from_numpy(features)[None].to(self._device)
        for first in range(0, len(features), _STEP_FRAMES):
            logits, state = model(whole[:, first : first + _STEP_FRAMES], state)
            pieces.append(logits[0].cpu())
        return torch.cat(pieces)
