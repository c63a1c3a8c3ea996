"""Utterances of minutes to hours: cut at pauses, aligned piece by piece, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sal_anchors.accounting import Reason
from sal_anchors.align.pocketsphinx.cuts import Cut, Lost, Scouts, cut_at_pauses
from sal_anchors.align.pocketsphinx.piece import Misfit, Piece, align_piece
from sal_anchors.align.pocketsphinx.stretch import Stretch


def align_long(
    decoder: Any,
    scouts: Scouts,
    words: Sequence[str],
    names: Sequence[str],
    stretch: Stretch,
    *,
    phones: bool,
) -> Piece | Misfit:
    """Align an utterance of any length with all of its words.

    Args:
        decoder: aligns the pieces.
        scouts: find them.
        words: the labels.
        names: the engine's names of the same.
        stretch: the utterance.
        phones: whether to make the phone pass.
    """
    pieces: list[Piece] = []
    sure = Lost(0.0, 0)
    for cut in cut_at_pauses(scouts, names, stretch):
        if isinstance(cut, Lost):
            return _lost(cut, words)
        piece = align_piece(
            decoder,
            words[cut.first : cut.last],
            names[cut.first : cut.last],
            stretch.read(cut.start, cut.stop),
            start=cut.start,
            phones=phones,
        )
        if isinstance(piece, Misfit):
            return _located(piece, cut) if cut.first == sure.word else _lost(sure, words)
        pieces.append(piece)
        if cut.sure:
            sure = Lost(cut.stop, cut.last)
    return _joined(pieces)


def _joined(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        words=tuple(chain.from_iterable(piece.words for piece in pieces)),
        phones=tuple(chain.from_iterable(piece.phones for piece in pieces)),
        names=tuple(chain.from_iterable(piece.names for piece in pieces)),
        nats=sum(piece.nats for piece in pieces),
        frames=sum(piece.frames for piece in pieces),
    )


def _located(misfit: Misfit, cut: Cut) -> Misfit:
    where = f"between {_clock(cut.start)} and {_clock(cut.stop)}"
    return Misfit(misfit.reason, f"{where}: {misfit.message}")


def _lost(lost: Lost, words: Sequence[str]) -> Misfit:
    return Misfit(
        Reason.TRANSCRIPT_MISMATCH,
        f"the transcript follows the recording until {_clock(lost.time)} and not after it; "
        f"{_quoted(words[lost.word : lost.word + 8])} should come there (word {lost.word + 1} of "
        f"{len(words)}); correct the transcript, or cut the recording",
    )


def _quoted(words: Iterable[str]) -> str:
    return repr(" ".join(words))


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{seconds % 60:04.1f}"
