"""How good the model is on the development split, after each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sal_anchors.anchors.render import render
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import class_curve
from sal_anchors.evaluate.stream import Streamed, tail
from sal_anchors.features import log_mel
from sal_anchors.loss import streaming_anchor_loss
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import Reach, StreamingModel
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.data import load_example, on_target_grid

Features = NDArray[np.float32]

_SPLIT = "dev"
_CACHED_FRAMES = 360_000
_STEP_FRAMES = 3_000
_TARGET = 1.0


@dataclass(frozen=True, slots=True)
class Validation:
    """Measures of the development split.

    Attributes:
        loss: mean over its frames, of the loss that is trained.
        average_precision: of events, all classes together; None without anchors.
        false_reject_rate: at one false accept an hour; None without anchors.
    """

    loss: float
    average_precision: float | None
    false_reject_rate: float | None


class Validator:
    """Measures a model on the development split as the evaluation does, from a fresh state a
    recording.

    Features of up to an hour are kept in memory; the rest is computed each time.
    """

    def __init__(self, manifest: Manifest, config: TrainConfig):
        self._manifest = manifest
        self._config = config
        self._events = EventConfig()
        self._tail = tail(self._events, manifest.grid)
        self._cache: dict[str, Features] = {}
        self._cached_frames = 0

    @torch.inference_mode()
    def measure(self, model: StreamingModel) -> Validation:
        """Loss and event measures of a model in evaluation mode."""
        total = 0.0
        frames = 0
        streamed = []
        for row, features in self._rows():
            logits = _forward(model, features)
            labels, weights = self._targets(row, model.reach)
            total += self._loss(logits, labels, weights)
            frames += len(labels)
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
            loss=total / max(frames, 1),
            average_precision=curve.average_precision() if curve.positives else None,
            false_reject_rate=misses / curve.positives if curve.positives else None,
        )

    def _targets(self, row: Row, reach: Reach) -> tuple[torch.Tensor, torch.Tensor]:
        """Labels and weights (T',) on the grid of the model's output frames."""
        labels, weights = row.labels, row.weights
        if reach.stride > 1:
            recipe = on_target_grid(self._manifest.recipe, reach)
            rendered = render(row.events, recipe, -(-row.num_frames // reach.stride))
            labels, weights = rendered.labels, rendered.weights
        return torch.from_numpy(np.array(labels)), torch.from_numpy(np.array(weights))

    def _loss(self, logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> float:
        options = self._config.loss
        return float(
            streaming_anchor_loss(
                logits[None, : len(labels)],
                labels[None],
                weights[None],
                variant=options.variant,
                gamma=options.gamma,
                lam=options.lam,
                reduction="sum",
            )
        )

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
        config = self._config.features
        features = log_mel(audio, self._manifest.grid, config)
        silence = ((0, self._config.model.look_ahead), (0, 0))
        return np.pad(features, silence, constant_values=config.floor)


def _forward(model: StreamingModel, features: Features) -> torch.Tensor:
    """Logits (T, C) of features (T, F), in steps that bound the memory."""
    state = None
    pieces = []
    whole = torch.from_numpy(features)[None]
    for first in range(0, len(features), _STEP_FRAMES):
        logits, state = model(whole[:, first : first + _STEP_FRAMES], state)
        pieces.append(logits[0])
    return torch.cat(pieces)
