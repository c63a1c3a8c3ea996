"""silero-vad and WebRTC VAD as onset detectors: their decisions as scores files, measured as ours.

silero-vad 6 gives a posterior for each 512 samples at 16 kHz, which is out when the last of them
has been heard; 0.5 is the threshold of its own functions. WebRTC VAD says yes or no of each 10 ms:
a mode is one operating point. Neither is smoothed. Each recording begins from a fresh state, and is
followed by the same low noise as in the evaluation of our own detectors. WebRTC VAD takes the first
frames of a stream for speech: for it, a second of low noise that no figure counts stands before
each recording. For silero-vad that would be no favour: it would take more sounds for speech.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from sal_anchors import augment
from sal_anchors.align.vad.model import CHUNK, SileroModel
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.run import measure_source
from sal_anchors.evaluate.scored import scores_source
from sal_anchors.evaluate.scores_header import ScoresHeader
from sal_anchors.evaluate.scores_read import open_scores
from sal_anchors.evaluate.scores_write import scores_writer
from sal_anchors.evaluate.stream import Streamed, tail
from sal_anchors.experiment.plan import Measures
from sal_anchors.manifest import Manifest

RATE, CLASS = 16_000, "speech"
SILERO = "silero-vad"
HALF = 0.5
_FRAME = RATE // 100
_MODES = range(4)

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detector:
    """Somebody else's detector of speech.

    Attributes:
        name: of its scores file and its rows.
        hop: samples that it judges at a time; frame ``t`` is out when ``(t + 1) * hop`` are heard.
        graded: whether its threshold can be chosen.
        lead: samples of low noise before each recording, whole hops.
        posteriors: of a recording, (T,) in [0, 1], from a fresh state.
    """

    name: str
    hop: int
    graded: bool
    lead: int
    posteriors: Callable[[Samples], NDArray[np.float32]]


def detectors() -> Iterator[Detector]:
    """silero-vad, and WebRTC VAD in each of its modes."""
    model = SileroModel()

    def posteriors(samples: Samples) -> NDArray[np.float32]:
        return np.concatenate(list(model.probabilities(samples)))

    yield Detector(SILERO, CHUNK, True, 0, posteriors)
    for mode in _MODES:
        yield Detector(f"WebRTC VAD, mode {mode}", _FRAME, False, RATE, _webrtc(mode))


def _webrtc(mode: int) -> Callable[[Samples], NDArray[np.float32]]:
    def posteriors(samples: Samples) -> NDArray[np.float32]:
        vad = webrtcvad.Vad(mode)
        whole = np.clip(samples[: len(samples) // _FRAME * _FRAME], -1, 1) * 32_767
        frames = whole.astype("<i2").reshape(-1, _FRAME)
        return np.array([vad.is_speech(frame.tobytes(), RATE) for frame in frames], np.float32)

    return posteriors


def measured(detector: Detector, manifest: Manifest, measures: Measures, out: Path) -> Measured:
    """Write its scores file into ``out``, and measure that as `sal-anchors evaluate` does."""
    config = measures.events.model_copy(update={"smooth_ms": 0.0})
    header = ScoresHeader(classes=(CLASS,), sample_rate=RATE, hop=detector.hop, first=detector.hop)
    low = augment.LOW_NOISE_RMS * augment.noise(detector.lead, "white", np.random.default_rng(0))
    behind = tail(config, header.grid())
    path = out / f"{detector.name.replace(', ', ' ').replace(' ', '-')}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with scores_writer(path, header) as writer:
        for row in manifest.rows(measures.split, usable=True):
            heard = np.concatenate([low, manifest.recording(row).samples, behind])
            posteriors = detector.posteriors(heard)[detector.lead // detector.hop :, None]
            writer.write(Streamed(row.id, posteriors, (), 0))
    return measure_source(
        scores_source(open_scores(path), manifest, measures.split, config),
        where=manifest.path,
        split=measures.split,
        targets=measures.targets,
        config=config,
        resamples=measures.resamples,
        seed=measures.seed,
    )
