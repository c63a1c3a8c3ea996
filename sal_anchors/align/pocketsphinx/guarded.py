"""A decoder that nothing a corpus holds can break."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Alignment
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import Normalised, normalise
from sal_anchors.align.pocketsphinx.cuts import Scouts
from sal_anchors.align.pocketsphinx.decoder import new_decoder
from sal_anchors.align.pocketsphinx.long import align_long
from sal_anchors.align.pocketsphinx.piece import Misfit, Piece, align_piece
from sal_anchors.align.pocketsphinx.pronounce import engine_names, pronunciations_of
from sal_anchors.align.pocketsphinx.settings import (
    DECODER,
    EXACT_SCOUT,
    GRID,
    LONG,
    MAX_SECONDS,
    MIN_SECONDS,
    ONE_PIECE_SECONDS,
    SCOUT,
)
from sal_anchors.align.pocketsphinx.stretch import Stretch
from sal_anchors.align.screen import failure, screen
from sal_anchors.audio import AudioError, probe_recording
from sal_anchors.corpus.utterance import Utterance

_SETTINGS = {"utterance": DECODER, "piece": LONG, "scout": SCOUT, "exact scout": EXACT_SCOUT}


def seconds_of(utterance: Utterance) -> float:
    """Its length; AudioError if its file has none."""
    if utterance.duration is not None:
        return utterance.duration
    return probe_recording(utterance.audio).seconds - utterance.start


class GuardedDecoder:
    """Decoders that are rebuilt after any exception, since one breaks all later calls.

    Args:
        lexicon: pronunciations that stand before the engine's own.
        phones: whether alignments have phones.
    """

    def __init__(self, lexicon: Lexicon, *, phones: bool = True):
        self._lexicon = lexicon
        self._phones = phones
        self._decoders: dict[str, Any] = {}

    def align(self, utterance: Utterance) -> Alignment | Failure:
        """The alignment of an utterance, which depends on that utterance alone."""
        try:
            return self._align(utterance)
        except AudioError as error:
            return Failure(utterance, error.reason, str(error))
        except Exception as error:
            self._decoders.clear()
            return failure(utterance, Reason.ENGINE_ERROR, f"pocketsphinx stopped with {error!r}")

    def _align(self, utterance: Utterance) -> Alignment | Failure:
        said = normalise(utterance.transcript or "", utterance.language)
        stretch = Stretch(utterance, seconds_of(utterance))
        beginning = stretch.read(0.0, ONE_PIECE_SECONDS)
        unfit = _unfit(stretch, said, beginning)
        if unfit:
            return unfit
        one_piece = stretch.seconds <= ONE_PIECE_SECONDS
        decoder = self._decoder("utterance" if one_piece else "piece")
        names = engine_names(decoder, self._lexicon, said)
        known = [name for name in names if name is not None]
        if len(known) < len(names):
            return _unknown(utterance, said, names)
        piece = self._piece(decoder, said, known, stretch, beginning)
        if isinstance(piece, Misfit):
            return failure(utterance, piece.reason, piece.message)
        return Alignment(
            utterance,
            piece.words,
            piece.phones,
            piece.nats / piece.frames,
            changes=said.changes,
            pronunciations=pronunciations_of(decoder, said.words, piece.names),
        )

    def _piece(
        self,
        decoder: Any,
        said: Normalised,
        names: list[str],
        stretch: Stretch,
        beginning: NDArray[np.float32],
    ) -> Piece | Misfit:
        if stretch.seconds <= ONE_PIECE_SECONDS:
            return align_piece(decoder, said.words, names, beginning, phones=self._phones)
        scouts = Scouts(self._decoder("scout"), self._decoder("exact scout"))
        for scout in (scouts.fast, scouts.exact):
            engine_names(scout, self._lexicon, said)
        return align_long(decoder, scouts, said.words, names, stretch, phones=self._phones)

    def _decoder(self, role: str) -> Any:
        if role not in self._decoders:
            self._decoders[role] = new_decoder(_SETTINGS[role])
        return self._decoders[role]


def _unfit(stretch: Stretch, said: Normalised, beginning: NDArray[np.float32]) -> Failure | None:
    """The failure of an utterance that the decoder should not see, or None."""
    utterance = stretch.utterance
    if stretch.seconds > MAX_SECONDS:
        message = f"{stretch.seconds / 3600:.1f} h of audio, at most {MAX_SECONDS / 3600:.0f} h"
        return failure(utterance, Reason.TOO_LONG, f"{message} can be aligned at once; cut it")
    found: Failure | None = None
    for block in chain([beginning], stretch.blocks(ONE_PIECE_SECONDS, ONE_PIECE_SECONDS)):
        found = screen(
            utterance,
            said.words,
            block,
            GRID.sample_rate,
            min_seconds=MIN_SECONDS,
            max_seconds=MAX_SECONDS,
        )
        if found is None or found.reason is not Reason.SILENT:
            return found
    return found


def _unknown(utterance: Utterance, said: Normalised, names: list[str | None]) -> Failure:
    unknown = sorted({w for w, name in zip(said.words, names, strict=True) if name is None})
    return failure(
        utterance,
        Reason.OOV,
        f"no pronunciation for {', '.join(map(repr, unknown))}; "
        "add it to a file of 'word PHONE PHONE ...' lines and give it as --lexicon",
    )
