"""Voice activity detectors by name, each a function from samples to stretches of speech."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import distribution
from typing import Any

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from sal_anchors.align.vad.engine import speech_in
from sal_anchors.align.vad.model import SileroModel
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

Span = tuple[float, float]
Samples = NDArray[np.float32]
Detector = Callable[[Samples], list[Span]]

GRID = FrameGrid()
RATE = GRID.sample_rate
MIN_SILENCE, MIN_SPEECH = 0.2, 0.05
OURS = "vad engine"

_FRAME = RATE // 100


def detectors() -> Mapping[str, Detector]:
    """silero-vad by its own function and defaults, WebRTC VAD in frames of 10 ms, and ours."""
    webrtc = {f"WebRTC VAD, mode {mode}": _webrtc(mode) for mode in range(4)}
    return {"silero-vad": _silero(), **webrtc, OURS: _ours()}


def speech_of(spans: Iterable[Span]) -> list[Span]:
    """Spans less than ``MIN_SILENCE`` apart joined, and those below ``MIN_SPEECH`` left out."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < MIN_SILENCE:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [(start, end) for start, end in joined if end - start >= MIN_SPEECH]


def _silero() -> Detector:
    from silero_vad.sequence_vad import SileroVADSequence, get_speech_timestamps_sequence

    model = SileroVADSequence(
        str(distribution("silero-vad").locate_file("silero_vad/data/silero_vad_16k_sequence.onnx"))
    )

    def detect(samples: Samples) -> list[Span]:
        found: list[dict[str, Any]] = get_speech_timestamps_sequence(samples, model)
        return [(one["start"] / RATE, one["end"] / RATE) for one in found]

    return detect


def _webrtc(mode: int) -> Detector:
    def detect(samples: Samples) -> list[Span]:
        vad = webrtcvad.Vad(mode)
        whole = np.clip(samples[: len(samples) // _FRAME * _FRAME], -1, 1) * 32_767
        frames = whole.astype(np.int16).reshape(-1, _FRAME)
        spoken = [vad.is_speech(frame.tobytes(), RATE) for frame in frames]
        edges = np.flatnonzero(np.diff(np.array([False, *spoken, False]).astype(int)))
        return [(first / 100, last / 100) for first, last in edges.reshape(-1, 2).tolist()]

    return detect


def _ours() -> Detector:
    model = SileroModel()

    def detect(samples: Samples) -> list[Span]:
        words = refine_words(speech_in(samples, model), (), samples, GRID, known=False)
        return [(word.start, word.end) for word in words]

    return detect
