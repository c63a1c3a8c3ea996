"""Aligning one piece of audio with the words that are said in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Reason
from sal_anchors.align.alignment import Interval
from sal_anchors.align.pocketsphinx.decoder import Segment, find_phones, find_words, padded_pcm
from sal_anchors.align.pocketsphinx.pronounce import base_name
from sal_anchors.align.pocketsphinx.settings import FRAME_STEP, GRID, PAD_SECONDS
from sal_anchors.align.pocketsphinx.silence import audible


@dataclass(frozen=True, slots=True)
class Piece:
    """Words and phones of a stretch of audio.

    Attributes:
        words: in seconds of the utterance.
        phones: likewise; empty without a phone pass.
        names: the engine's of the words, with the numbers of their pronunciations.
        nats: score summed over ``frames``.
        frames: those inside words.
    """

    words: tuple[Interval, ...]
    phones: tuple[Interval, ...]
    names: tuple[str, ...]
    nats: float
    frames: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a piece could not be aligned."""

    reason: Reason
    message: str


def align_piece(
    decoder: Any,
    words: Sequence[str],
    names: Sequence[str],
    samples: NDArray[np.float32],
    *,
    start: float = 0.0,
    phones: bool,
) -> Piece | Misfit:
    """Align audio with all of its words.

    Args:
        decoder: of :func:`new_decoder`.
        words: the labels.
        names: the engine's names of the same.
        samples: float32 (N,) at 16 kHz.
        start: seconds; where the audio begins in the utterance.
        phones: whether to make the phone pass.
    """
    heard = audible(samples)
    pcm = padded_pcm(samples[heard])
    found = find_words(decoder, names, pcm)
    if found is None:
        return Misfit(
            Reason.NO_PATH,
            "no way through the audio fits the transcript; check that it is what is said",
        )
    if phones:
        found = find_phones(decoder, pcm)
    spoken = [segment for segment in found if not segment.filler]
    if [base_name(segment.name) for segment in spoken] != list(names):
        return Misfit(
            Reason.NO_PATH,
            "the engine left words out; check that the transcript is what is said",
        )
    rate = GRID.sample_rate
    clock = _Clock(start + heard.start / rate, (heard.stop - heard.start) / rate)
    timed = [clock.interval(*pair) for pair in zip(words, spoken, strict=True)]
    if outside := list(_outside(timed, spoken)):
        named = ", ".join(map(repr, outside))
        return Misfit(
            Reason.TRANSCRIPT_MISMATCH,
            f"{named} of the transcript would lie outside the recording; is it cut off?",
        )
    scored = [phone for word in spoken for phone in word.phones] or spoken
    timed_phones = (clock.interval(p.name, p) for word in spoken for p in word.phones)
    return Piece(
        words=tuple(timed),
        phones=tuple(phone for phone in timed_phones if phone.end > phone.start),
        names=tuple(segment.name for segment in spoken),
        nats=sum(segment.nats for segment in scored),
        frames=sum(segment.frames for segment in scored),
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """From frames of padded audio to seconds of the utterance, clipped to the audio."""

    start: float
    seconds: float

    def _time(self, frame: int) -> float:
        inside = min(max(frame * FRAME_STEP - PAD_SECONDS, 0.0), self.seconds)
        return GRID.snap(self.start + inside)

    def interval(self, label: str, segment: Segment) -> Interval:
        return Interval(
            label,
            start=self._time(segment.first),
            end=self._time(segment.first + segment.frames),
            score=segment.nats / segment.frames,
        )


def _outside(timed: Iterable[Interval], spoken: Iterable[Segment]) -> Iterable[str]:
    """Words that the engine put into the room around the audio for more than half their length."""
    for word, segment in zip(timed, spoken, strict=True):
        if word.end - word.start < segment.frames * FRAME_STEP / 2:
            yield word.label
