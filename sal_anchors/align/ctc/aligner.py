"""Forced alignment over a CTC model: words in any language whose letters the model writes.

CTC models put a word's letters at peaks, not where they begin and end, on frames of 20 ms or more;
the edges say how coarse that is. There are no phones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities, EdgeErrors
from sal_anchors.align.alignment import Alignment, Interval, Provenance
from sal_anchors.align.ctc.check import check_ctc
from sal_anchors.align.ctc.model import CtcModel
from sal_anchors.align.ctc.segment import Span, segment
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import Normalised, normalise
from sal_anchors.align.screen import failure, screen
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError
from sal_anchors.timebase import FrameGrid

MAX_SECONDS = 60.0

_PAD_SECONDS = 0.3
_NOISE_RMS = 2.0 / 32_768
_COARSE_FRAMES = 5
"""Not measured: the uncertainty of an edge, in frames, wide on purpose (100 ms at 20 ms)."""


class CtcAligner:
    """Aligns each utterance over a model's letters; lexicon and dictionary play no part.

    Args:
        model: a folder, or a name on the hub; see :class:`CtcModel`.
        language: BCP 47 tag of what the model understands; it decides how numbers are read.

    Raises:
        EngineError: what the engine needs is not installed, or the model cannot be used.
    """

    def __init__(self, model: str, *, language: str = "en"):
        check = check_ctc()
        if not check.ready:
            raise EngineError(f"engine ctc: {check.advice}")
        self._model = CtcModel(model)
        self._language = language
        self._grid = FrameGrid(
            sample_rate=self._model.sample_rate,
            hop=self._model.stride,
            window=self._model.stride,
        )

    @property
    def capabilities(self) -> Capabilities:
        """Words only, on the model's frames; scores that no limits are known for."""
        step = self._model.frame_step
        coarse = _COARSE_FRAMES * step
        return Capabilities(
            languages=frozenset({self._language.split("-")[0].lower()}),
            sample_rate=self._model.sample_rate,
            frame_step=step,
            phones=False,
            score_limits=None,
            max_seconds=MAX_SECONDS,
            edges=EdgeErrors(bias=0.0, start=coarse, end=coarse),
        )

    @property
    def provenance(self) -> Provenance:
        """The libraries' versions, and the model by name and hash."""
        settings = (("language", self._language), ("transformers", version("transformers")))
        model = f"{self._model.name} {self._model.identity}"
        return Provenance("ctc", version("ctc-segmentation"), model, settings)

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align each utterance with ``jobs`` threads; see :class:`sal_anchors.align.Aligner`."""
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(jobs)
        try:
            for utterance in utterances:
                yield self._guarded(utterance)
        finally:
            torch.set_num_threads(before)

    def _guarded(self, utterance: Utterance) -> Alignment | Failure:
        try:
            return self._align(utterance)
        except AudioError as error:
            return Failure(utterance, error.reason, str(error))
        except Exception as error:
            message = f"the model stopped with {error!r}"
            return failure(utterance, Reason.ENGINE_ERROR, message)

    def _align(self, utterance: Utterance) -> Alignment | Failure:
        recording = read_recording(
            utterance.audio,
            self._grid,
            start=utterance.start,
            duration=utterance.duration,
            channel=utterance.channel,
        )
        text = normalise(utterance.transcript or "", utterance.language)
        rate, samples = self._model.sample_rate, recording.samples
        unfit = screen(utterance, text.words, samples, rate, max_seconds=MAX_SECONDS)
        if unfit:
            return unfit
        vocabulary = self._model.vocabulary
        tokens = {word: vocabulary.tokens(word) for word in text.words}
        if unknown := sorted(word for word, letters in tokens.items() if letters is None):
            named = ", ".join(map(repr, unknown))
            message = f"the model has no letters for {named}; write them as they are said"
            return failure(utterance, Reason.OOV, message)
        found = segment(
            self._model.log_probs(_padded(samples, rate)),
            [tokens[word] or () for word in text.words],
            blank=vocabulary.blank,
            separator=vocabulary.separator,
        )
        if found is None:
            message = "no way through the audio fits the transcript; check that it is what is said"
            return failure(utterance, Reason.NO_PATH, message)
        return self._placed(utterance, text, *found, seconds=len(samples) / rate)

    def _placed(
        self,
        utterance: Utterance,
        text: Normalised,
        spans: tuple[Span, ...],
        score: float,
        *,
        seconds: float,
    ) -> Alignment | Failure:
        """Spans as words in the unpadded audio; a word wholly in the padding is a mismatch."""

        def time(frame: int) -> float:
            inside = frame * self._model.frame_step - _PAD_SECONDS
            return self._grid.snap(min(max(inside, 0.0), seconds))

        words = tuple(
            Interval(word, time(span.first), time(span.stop), span.score)
            for word, span in zip(text.words, spans, strict=True)
        )
        if outside := [word.label for word in words if word.end <= word.start]:
            named = ", ".join(map(repr, outside))
            message = f"{named} of the transcript would lie outside the recording; is it cut off?"
            return failure(utterance, Reason.TRANSCRIPT_MISMATCH, message)
        return Alignment(utterance, words, (), score, changes=text.changes)


def _padded(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """The samples over faint noise, with room around them for the first and last token."""
    padded = np.pad(samples, round(_PAD_SECONDS * sample_rate))
    noise = np.random.default_rng(0).normal(0.0, _NOISE_RMS, len(padded))
    return (padded + noise).astype(np.float32)
