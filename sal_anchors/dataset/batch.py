"""Examples of a step as tensors of one length."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sal_anchors import augment
from sal_anchors.anchors.anchor import IGNORE_LABEL, FrameTargets
from sal_anchors.anchors.recipe import GridConfig, Recipe
from sal_anchors.augment import Example
from sal_anchors.features import LogMelConfig
from sal_anchors.models import Reach, SensorConfig, model_inputs, silent_inputs

_EACH_FRAME = Reach()


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An example, ready for a batch.

    Attributes:
        features: float32 (T, F).
        targets: on the grid of the model's output frames.
    """

    features: NDArray[np.float32]
    targets: FrameTargets


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Recordings of a step, padded to the longest.

    Attributes:
        features: float32 (B, T, F), of silence where padded.
        labels: int64 (B, T'), a frame of the model's output each, -100 where padded.
        weights: float32 (B, T'), 0 where padded.
    """

    features: Tensor
    labels: Tensor
    weights: Tensor

    def ignored(self) -> Batch:
        """The same features, of which no frame counts."""
        return dataclasses.replace(
            self,
            labels=torch.full_like(self.labels, IGNORE_LABEL),
            weights=torch.zeros_like(self.weights),
        )


def collate(
    examples: Sequence[Example],
    recipe: Recipe,
    config: LogMelConfig,
    reach: Reach = _EACH_FRAME,
    sensors: Sequence[SensorConfig] = (),
) -> Batch:
    """Features and targets of examples, padded to the longest.

    Args:
        examples: at least one.
        recipe: how to label and weight them; its grid is that of the features.
        config: of the features.
        reach: stride and look-ahead of the model: the targets are rendered on its target grid,
            and silence follows the features so that the last of them have logits too.
        sensors: of the model, whose columns follow the features of the audio.
    """
    grid = recipe.grid.grid()
    output_recipe = on_target_grid(recipe, reach)
    prepared = [
        Prepared(
            model_inputs(example.samples, example.streams, grid, config, sensors),
            augment.targets(example, output_recipe),
        )
        for example in examples
    ]
    return stack(prepared, silence=silent_inputs(1, config, sensors)[0], reach=reach)


def stack(
    prepared: Sequence[Prepared], *, silence: NDArray[np.float32], reach: Reach = _EACH_FRAME
) -> Batch:
    """A batch of examples, padded to the longest.

    Args:
        prepared: at least one.
        silence: a frame of it, (F,).
        reach: stride and look-ahead of the model.
    """
    frames = max(len(one.features) for one in prepared) + reach.look_ahead
    outputs = reach.num_outputs(frames)
    count, bins = len(prepared), prepared[0].features.shape[1]
    features = np.full((count, frames, bins), silence, np.float32)
    labels = np.full((count, outputs), IGNORE_LABEL, np.int64)
    weights = np.zeros((count, outputs), np.float32)
    for index, one in enumerate(prepared):
        features[index, : len(one.features)] = one.features
        labels[index, : len(one.targets.labels)] = one.targets.labels
        weights[index, : len(one.targets.labels)] = one.targets.weights
    return Batch(*map(torch.from_numpy, (features, labels, weights)))


def on_target_grid(recipe: Recipe, reach: Reach) -> Recipe:
    """The recipe on the grid of a model's output frames."""
    if reach.stride == 1:
        return recipe
    grid = GridConfig(**reach.target_grid(recipe.grid.grid()).to_dict())
    return recipe.model_copy(update={"grid": grid})
