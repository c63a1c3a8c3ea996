"""A trained detector that takes audio as it arrives."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from sal_anchors.features import OnlineLogMel
from sal_anchors.models import State
from sal_anchors.runtime.trigger import Detection, Trigger, TriggerConfig
from sal_anchors.train.checkpoint import Checkpoint

Posteriors = NDArray[np.float32]


class StreamingDetector:
    """Audio in pieces of any size in, posteriors of each completed frame out.

    The posteriors equal those of the whole recording in one pass, to float32 rounding. Those of
    frame ``t`` come when frame ``t`` of ``output_grid`` ends; that is ``grid``, the one of the
    features, unless the model has a stride or a look-ahead.

    Args:
        checkpoint: as :func:`sal_anchors.train.checkpoint.load_checkpoint` returns it.
        threshold: smoothed posterior in (0, 1] for :meth:`detect`; None if only posteriors are
            wanted.
        trigger: smoothing and refractory time for :meth:`detect`.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        threshold: float | None = None,
        trigger: TriggerConfig | None = None,
    ):
        self.grid = checkpoint.grid
        self.classes = checkpoint.classes
        self.output_grid = checkpoint.model.reach.decision_grid(checkpoint.grid)
        self._model = checkpoint.model.eval()
        self._features = OnlineLogMel(checkpoint.grid, checkpoint.config.features)
        self._state: State = None
        self._trigger = None
        if threshold is not None:
            self._trigger = Trigger(
                self.output_grid, self.classes, threshold=threshold, config=trigger
            )

    def accept(self, samples: ArrayLike) -> Posteriors:
        """Take samples (n,), mono, full scale at +-1, at the grid's rate; return the posteriors
        (k, C) of the frames they complete. ``k`` may be 0."""
        return self._posteriors(self._features.accept(samples))

    def flush(self) -> Posteriors:
        """The posteriors (k, C) of the begun frames, filled up with silence; ends the stream."""
        floor = self._features.config.floor
        silence = np.full((self._model.reach.look_ahead, len(self._model.mean)), floor, np.float32)
        posteriors = self._posteriors(np.concatenate([self._features.flush(), silence]))
        self._state = None
        return posteriors

    def detect(self, samples: ArrayLike) -> list[Detection]:
        """Take samples as :meth:`accept` does; return the detections they cause.

        Raises:
            ValueError: if the detector was made without a threshold.
        """
        if self._trigger is None:
            raise ValueError("detect needs a threshold: StreamingDetector(..., threshold=0.5)")
        return self._trigger.accept(self.accept(samples))

    def reset(self) -> None:
        """Forget the stream so far."""
        self._features.flush()
        self._state = None
        if self._trigger is not None:
            self._trigger.reset()

    @torch.inference_mode()
    def _posteriors(self, features: NDArray[np.float32]) -> Posteriors:
        if not len(features):
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        logits, self._state = self._model(torch.from_numpy(features)[None], self._state)
        posteriors: Posteriors = logits[0].softmax(-1).numpy()
        return posteriors
