"""The decoder's two passes: words by Viterbi search, then the phones inside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from sal_anchors.align.pocketsphinx.settings import (
    DECODER,
    GRID,
    NOISE_RMS,
    PAD_SECONDS,
)

_SCORE_TO_NATS = 1024 * math.log(1.0001)
_PROBABILITY_TO_NATS = 1024
_USUAL_LENGTH = 20 * GRID.sample_rate
_SILENCE = "<sil>"
_SEARCH = "prefix"
_WORD_PENALTY_NATS = 20.0
"""Taken off for each word of a prefix, else words are squeezed in: more of them fit anything
better. It costs a word of 0.3 s as much as if it scored 0.7 nats a frame worse."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A word, phone or pause that a pass found.

    Attributes:
        name: the engine's; a pronunciation other than a word's first adds ``(2)`` and so on.
        first: frame of 10 ms, the room before the audio included.
        frames: length.
        nats: log-likelihood ratio to the best state of each frame, summed.
        phones: of a word, after the phone pass.
    """

    name: str
    first: int
    frames: int
    nats: float
    phones: tuple[Segment, ...] = ()

    @property
    def filler(self) -> bool:
        """Whether it is a pause or a noise."""
        return self.name.startswith(("<", "[", "+"))


def new_decoder(settings: dict[str, Any] | None = None) -> Any:
    """A pocketsphinx decoder without a language model, with this engine's settings or others."""
    return pocketsphinx.Decoder(lm=None, loglevel="FATAL", **(settings or DECODER))


def padded_pcm(samples: NDArray[np.float32]) -> bytes:
    """16-bit samples with faint noise under them and ``PAD_SECONDS`` of it at both ends.

    The engine aligns short clips badly without room around them, and digital silence not at all.
    """
    pad = round(PAD_SECONDS * GRID.sample_rate)
    scaled = np.pad(samples.astype(np.float64) * 32768, pad)
    noisy = scaled + _noise(len(scaled))
    return np.clip(np.rint(noisy), -32768, 32767).astype("<i2").tobytes()


def _noise(length: int) -> NDArray[np.float64]:
    """The first samples of one and the same noise."""
    return _usual_noise()[:length] if length <= _USUAL_LENGTH else _new_noise(length)


@lru_cache(maxsize=1)
def _usual_noise() -> NDArray[np.float64]:
    return _new_noise(_USUAL_LENGTH)


def _new_noise(length: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0.0, NOISE_RMS, length)


def find_words(decoder: Any, names: Sequence[str], pcm: bytes) -> list[Segment] | None:
    """The words, all of them, and the pauses between them; None if no way through the audio
    fits."""
    decoder.set_align_text(" ".join(names))
    return _search(decoder, pcm)


def find_prefix(decoder: Any, names: Sequence[str], pcm: bytes) -> list[Segment] | None:
    """As many of the first words as fit best, and the pauses between them."""
    end = len(names) + 1
    penalty = decoder.logmath.ln_to_log(-_WORD_PENALTY_NATS)
    grammar = pocketsphinx.FsgModel(_SEARCH, decoder.logmath, decoder.config["lw"], end + 1)
    for state, name in enumerate(names):
        grammar.trans_add(state, state + 1, penalty, grammar.word_add(name))
    silence = grammar.word_add(_SILENCE)
    for state in range(end):
        grammar.trans_add(state, end, 0, silence)
    grammar.set_start_state(0)
    grammar.set_final_state(end)
    decoder.add_fsg(_SEARCH, grammar)
    decoder.activate_search(_SEARCH)
    return _search(decoder, pcm)


def find_phones(decoder: Any, pcm: bytes) -> list[Segment]:
    """The words that were just found in the same audio, with their phones."""
    decoder.set_alignment()
    _run(decoder, pcm)
    return [
        Segment(word.name, word.start, word.duration, word.score * _SCORE_TO_NATS, _phones(word))
        for word in decoder.get_alignment()
    ]


def _phones(word: Any) -> tuple[Segment, ...]:
    return tuple(
        Segment(phone.name, phone.start, phone.duration, phone.score * _SCORE_TO_NATS)
        for phone in word
    )


def _search(decoder: Any, pcm: bytes) -> list[Segment] | None:
    """The engine carries its cepstral mean from one utterance to the next; starting each anew
    makes a result depend on its own utterance alone."""
    decoder.reinit_feat()
    _run(decoder, pcm)
    if decoder.hyp() is None:
        return None
    return [
        Segment(
            found.word,
            found.start_frame,
            found.end_frame - found.start_frame + 1,
            math.log(found.ascore) * _PROBABILITY_TO_NATS,
        )
        for found in decoder.seg()
    ]


def _run(decoder: Any, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
