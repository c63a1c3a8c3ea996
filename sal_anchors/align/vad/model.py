"""The posterior of speech, chunk by chunk, by silero-vad's own model in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.vad.check import model_path
from sal_anchors.lazy_audio import Samples
from sal_anchors.timebase import FrameGrid

CHUNK = 512
GRID = FrameGrid(sample_rate=16_000, hop=CHUNK, window=CHUNK)
"""A chunk of 32 ms is what the model judges at a time."""

_CONTEXT = 64
_STATE = (1, 1, 128)
_CHUNKS_AT_ONCE = 512


class SileroModel:
    """silero-vad 6 for 16 kHz, on one thread.

    Raises:
        PackageNotFoundError, ImportError: see :func:`sal_anchors.align.vad.check.check_vad`.
    """

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, samples: Samples) -> Iterator[NDArray[np.float32]]:
        """Posteriors in [0, 1], one for each ``CHUNK`` samples, in blocks of at most 512.

        Each is a function of its chunk and of all before it: the model's state is carried from
        block to block, so that memory does not grow with the recording. The last chunk is filled
        up with zeros.

        Args:
            samples: float32 (N,), mono, 16 kHz.
        """
        hidden = cell = np.zeros(_STATE, dtype=np.float32)
        context = np.zeros(_CONTEXT, dtype=np.float32)
        block = _CHUNKS_AT_ONCE * CHUNK
        for first in range(0, len(samples), block):
            heard = samples[first : min(first + block, len(samples))]
            stream = np.concatenate((context, heard, np.zeros(-len(heard) % CHUNK, np.float32)))
            windows = np.lib.stride_tricks.sliding_window_view(stream, _CONTEXT + CHUNK)[::CHUNK]
            posteriors, hidden, cell = self._session.run(
                ["speech_probs", "hn", "cn"],
                {"input": np.ascontiguousarray(windows), "h": hidden, "c": cell},
            )
            context = stream[-_CONTEXT:]
            yield posteriors.reshape(-1)
