"""A trained detector that takes audio, and readings of other sensors, as they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from sal_anchors.models import OnlineInputs, State, sensors_of, silent_inputs
from sal_anchors.runtime.trigger import Detection, Trigger, TriggerConfig
from sal_anchors.train.checkpoint import Checkpoint

Posteriors = NDArray[np.float32]


class StreamingDetector:
    """Audio in pieces of any size in, posteriors of each completed frame out.

    A model on other streams too takes their readings in pieces of any size, at their own pace: a
    frame is complete when the audio and the readings up to its end are there.

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
        self.sensors = sensors_of(checkpoint.config.model)
        self.output_grid = checkpoint.model.reach.decision_grid(checkpoint.grid)
        self._model = checkpoint.model.eval()
        self._inputs = OnlineInputs(checkpoint.grid, checkpoint.config.data.features, self.sensors)
        self._state: State = None
        self._trigger = None
        if threshold is not None:
            self._trigger = Trigger(
                self.output_grid, self.classes, threshold=threshold, config=trigger
            )

    def accept(
        self, samples: ArrayLike, streams: Mapping[str, ArrayLike] | None = None
    ) -> Posteriors:
        """Take what is new; return the posteriors (k, C) of the frames it completes.

        Args:
            samples: (n,), mono, full scale at +-1, at the grid's rate.
            streams: readings (m, channels) by the stream's name, at its rate; NaN where a stream
                is absent, since frames wait for a stream that brings nothing.

        Returns:
            ``k`` may be 0.

        Raises:
            ValueError: a stream that the model does not have, or readings of another shape.
        """
        return self._posteriors(self._inputs.accept(samples, streams))

    def flush(self) -> Posteriors:
        """The posteriors (k, C) of the begun frames, filled up with silence, and of those that
        waited for a stream, which is then absent; ends the stream."""
        inputs = self._inputs
        silence = silent_inputs(self._model.reach.look_ahead, inputs.config, inputs.sensors)
        posteriors = self._posteriors(np.concatenate([inputs.flush(), silence]))
        self._state = None
        return posteriors

    def detect(
        self, samples: ArrayLike, streams: Mapping[str, ArrayLike] | None = None
    ) -> list[Detection]:
        """Take what is new as :meth:`accept` does; return the detections it causes.

        Raises:
            ValueError: if the detector was made without a threshold.
        """
        if self._trigger is None:
            raise ValueError("detect needs a threshold: StreamingDetector(..., threshold=0.5)")
        return self._trigger.accept(self.accept(samples, streams))

    def reset(self, starts: Mapping[str, Fraction | None] | None = None) -> None:
        """Forget the stream so far.

        Args:
            starts: seconds from the first sample to a stream's first reading, by its name; None
                for one that is absent, which no frame waits for; 0 for those not named.
        """
        self._inputs.start(starts)
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
