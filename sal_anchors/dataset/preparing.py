"""From a plan to an example: audio, augmentation, features, targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sal_anchors import augment
from sal_anchors.anchors.render import render
from sal_anchors.augment import Example
from sal_anchors.dataset.augmenting import Augmenter
from sal_anchors.dataset.batch import Prepared, on_target_grid
from sal_anchors.dataset.cache import FeatureCache, Features
from sal_anchors.dataset.config import DataConfig
from sal_anchors.dataset.cropping import Plan
from sal_anchors.dataset.loading import load_stretch
from sal_anchors.dataset.recording_features import RecordingFeatures
from sal_anchors.events.event import Event
from sal_anchors.manifest import Manifest
from sal_anchors.models import Reach, SensorConfig, model_inputs
from sal_anchors.models.inputs import beside


class Preparer:
    """Makes examples of plans, the same in every process.

    Args:
        manifest: whose recordings.
        config: how.
        seed: of all random choices.
        reach: stride and look-ahead of the model.
        sensors: that the model takes beside the audio.

    Raises:
        DataError: a folder that the configuration names cannot be used.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: DataConfig,
        *,
        seed: int,
        reach: Reach,
        sensors: Sequence[SensorConfig] = (),
    ):
        self._manifest = manifest
        self._config = config
        self._seed = seed
        self._recipe = on_target_grid(manifest.recipe, reach)
        self._output_grid = self._recipe.grid.grid()
        self._augmenter = Augmenter(config.augment, manifest.grid)
        self._sensors = sensors
        self._features = RecordingFeatures(
            manifest, config.features, FeatureCache(config.cache), sensors=sensors
        )
        seconds = config.window_seconds
        self._window = None if seconds is None else manifest.grid.sample_of(seconds)

    def __call__(self, plan: Plan, epoch: int) -> Prepared:
        """The example of a plan.

        Raises:
            DataError: the recording, a background or a room is absent or damaged.
        """
        rng = augment.generator(self._seed, epoch, plan.draw.key)
        if self._is_untouched(plan):
            events = plan.draw.row.events
            samples = plan.stretch.length
            features = self._features.of(plan.draw.row)
        else:
            example = self.example(plan, rng)
            events = example.events
            samples = len(example.samples)
            features = model_inputs(
                example.samples,
                example.streams,
                self._manifest.grid,
                self._config.features,
                self._sensors,
            )
        targets = render(events, self._recipe, self._output_grid.num_frames(samples))
        return Prepared(self._masked(features, events, rng), targets)

    def example(self, plan: Plan, rng: np.random.Generator) -> Example:
        """The stretch of a plan, augmented, before features are taken of it."""
        example = load_stretch(self._manifest, plan.draw.row, plan.stretch)
        if self._window is None:
            return self._augmenter.audio(example, rng, speed=plan.speed, pad=True)
        example = _filled(example, round(self._window * plan.speed), rng)
        example = self._augmenter.audio(example, rng, speed=plan.speed, pad=False)
        return _exactly(example, self._window, rng)

    def _is_untouched(self, plan: Plan) -> bool:
        fits = self._window is None or plan.stretch.length == self._window
        return plan.whole and fits and not self._config.augment.changes_audio

    def _masked(
        self, features: Features, events: tuple[Event, ...], rng: np.random.Generator
    ) -> Features:
        grid = self._manifest.grid
        frames = [grid.frame_of(event.time) for event in events]
        audio, columns = np.split(features, [self._config.features.num_bins], axis=1)
        return beside(self._augmenter.features(audio, frames, rng), columns)


def _filled(example: Example, length: int, rng: np.random.Generator) -> Example:
    """At least ``length`` samples, with low noise on both sides of what is shorter."""
    missing = length - len(example.samples)
    if missing <= 0:
        return example
    before = int(rng.integers(missing + 1))
    return augment.pad(example, before=before, after=missing - before, rng=rng)


def _exactly(example: Example, length: int, rng: np.random.Generator) -> Example:
    """``length`` samples: what rounding a change of speed left over or out, behind."""
    if len(example.samples) > length:
        return augment.crop(example, first=0, length=length)
    missing = length - len(example.samples)
    return augment.pad(example, after=missing, rng=rng) if missing else example
