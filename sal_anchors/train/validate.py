"""How good the model is on the development split, after each epoch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from sal_anchors.anchors.render import render
from sal_anchors.dataset import on_target_grid
from sal_anchors.evaluate.held_out import HeldOut, batch_logits, hear
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import class_curve
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import Reach, StreamingModel
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.objective import Objective
from sal_anchors.train.report import Validation

_SPLIT = "dev"
_CPU = torch.device("cpu")
_MEMORY_MB = 64
_TARGET = 1.0


class Validator:
    """Measures a model on the development split as the evaluation does, from a fresh state a
    recording.

    Features of up to an hour are kept in memory, and on disk where the configuration says so.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: TrainConfig,
        *,
        device: torch.device = _CPU,
    ):
        self._manifest = manifest
        self._device = device
        self._objective = Objective(config.loss, manifest.classes)
        self._events = EventConfig()
        memory = min(config.data.cache.memory_mb, _MEMORY_MB)
        cache = config.data.cache.model_copy(update={"memory_mb": memory})
        self._held_out = HeldOut(manifest, config.model, config.data.features, cache, self._events)

    @torch.inference_mode()
    def measure(self, model: StreamingModel) -> Validation:
        """Loss and event measures of a model in evaluation mode."""
        total = 0.0
        counted = 0
        streamed = []
        rows = self._manifest.rows(_SPLIT, usable=True)
        for row, logits in hear(model, self._held_out, rows, self._device):
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
        features = self._held_out.features(row)
        (logits,) = batch_logits(model.to(self._device), [features], self._device)
        return logits.softmax(-1).numpy()

    def _targets(self, row: Row, reach: Reach) -> tuple[torch.Tensor, torch.Tensor]:
        """Labels and weights (T',) on the grid of the model's output frames."""
        recipe = on_target_grid(self._manifest.recipe, reach)
        targets = render(row.events, recipe, -(-row.num_frames // reach.stride))
        return torch.from_numpy(targets.labels), torch.from_numpy(targets.weights)
