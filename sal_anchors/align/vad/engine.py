"""The engine: any recording in, its stretches of speech out, whatever is said in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities
from sal_anchors.align.alignment import Alignment, Interval, Provenance
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.pool import map_ordered
from sal_anchors.align.screen import failure
from sal_anchors.align.vad import stretches
from sal_anchors.align.vad.check import MODEL_NAME, check_vad
from sal_anchors.align.vad.model import CHUNK, GRID, SileroModel
from sal_anchors.align.vad.settle import MIN_PAUSE, mean_score, settle
from sal_anchors.align.vad.stretches import Stretch, speech_stretches
from sal_anchors.audio import AudioError
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError
from sal_anchors.lazy_audio import Samples, open_recording

SPEECH = "speech"
"""The label of every stretch."""

_CHUNK_SECONDS = CHUNK / GRID.sample_rate


class VadAligner:
    """Stretches of speech by silero-vad, with edges that the audio's level settles.

    They stand in the place of words, with the label ``speech``: ``score`` is the mean natural
    logarithm of the model's posterior over the stretch (<= 0), ``confidence`` the mean posterior
    itself, which is not calibrated on edges. A recording without speech has none of them: it is
    no failure. Transcripts and lexicon play no part.

    Raises:
        EngineError: what the engine needs is not installed.
    """

    def __init__(self) -> None:
        check = check_vad()
        if not check.ready:
            raise EngineError(f"engine vad: {check.advice}")

    @property
    def capabilities(self) -> Capabilities:
        """Any language, without a transcript, of any length; neither words nor phones."""
        return Capabilities(
            languages=frozenset(),
            sample_rate=GRID.sample_rate,
            frame_step=_CHUNK_SECONDS,
            phones=False,
            score_limits=None,
            max_seconds=math.inf,
            needs_transcript=False,
        )

    @property
    def provenance(self) -> Provenance:
        """The installed versions and the settings in force."""
        settings = {
            "min_pause": MIN_PAUSE,
            "group_chunks": stretches.GROUP_CHUNKS,
            "min_speech_chunks": stretches.MIN_SPEECH_CHUNKS,
            "off": stretches.OFF,
            "on": stretches.ON,
            "onnxruntime": version("onnxruntime"),
        }
        return Provenance(
            "vad",
            f"silero-vad {version('silero-vad')}",
            MODEL_NAME,
            tuple((name, str(value)) for name, value in sorted(settings.items())),
        )

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Find the speech of each; see :class:`sal_anchors.align.Aligner`."""
        if jobs == 1:
            model = SileroModel()
            yield from (_align(model, utterance) for utterance in utterances)
            return
        yield from map_ordered(
            _align_in_worker,
            utterances,
            jobs=jobs,
            initializer=_start_worker,
            initargs=(),
            on_crash=_crashed,
        )


_worker: SileroModel


def _start_worker() -> None:
    global _worker
    _worker = SileroModel()


def _align_in_worker(utterance: Utterance) -> Alignment | Failure:
    return _align(_worker, utterance)


def _crashed(utterance: Utterance) -> Failure:
    message = "the process that ran the model on it ended; leave it out"
    return failure(utterance, Reason.ENGINE_ERROR, message)


def _align(model: SileroModel, utterance: Utterance) -> Alignment | Failure:
    try:
        return _speech_of(model, utterance)
    except AudioError as error:
        return Failure(utterance, error.reason, str(error))
    except Exception as error:
        return failure(utterance, Reason.ENGINE_ERROR, f"silero-vad stopped with {error!r}")


def speech_in(samples: Samples, model: SileroModel) -> tuple[Interval, ...]:
    """The stretches of speech of a recording, in time order, at least ``MIN_PAUSE`` apart.

    Args:
        samples: float32 (N,), mono, 16 kHz.
        model: gives the posteriors.
    """
    posteriors = chain.from_iterable(block.tolist() for block in model.probabilities(samples))
    seconds = len(samples) / GRID.sample_rate
    coarse = [_interval(stretch, seconds) for stretch in speech_stretches(posteriors)]
    return tuple(settle(coarse, samples, GRID.sample_rate))


def _speech_of(model: SileroModel, utterance: Utterance) -> Alignment:
    samples = open_recording(
        utterance.audio,
        GRID,
        start=utterance.start,
        duration=utterance.duration,
        channel=utterance.channel,
    ).samples
    words = speech_in(samples, model)
    return Alignment(utterance, words, (), mean_score(words))


def _interval(stretch: Stretch, seconds: float) -> Interval:
    return Interval(
        SPEECH,
        stretch.first * _CHUNK_SECONDS,
        min(stretch.stop * _CHUNK_SECONDS, seconds),
        score=stretch.nats,
        confidence=stretch.posterior,
    )
