"""The engine: utterances in, alignments and failures out, on one process or several."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities
from sal_anchors.align.alignment import Alignment, Provenance
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.pocketsphinx.guarded import GuardedDecoder, seconds_of
from sal_anchors.align.pocketsphinx.pronounce import check_lexicon
from sal_anchors.align.pocketsphinx.settings import (
    DECODER,
    FRAME_STEP,
    GRID,
    LONG,
    MAX_SECONDS,
    ONE_PIECE_SECONDS,
    PAD_SECONDS,
    PHONE_PASS_LIMITS,
    WORD_PASS_LIMITS,
)
from sal_anchors.align.pool import map_ordered
from sal_anchors.align.screen import failure
from sal_anchors.audio import AudioError
from sal_anchors.corpus.utterance import Utterance

_LIMIT_SECONDS = 60.0
_LIMIT_PER_SECOND = 20.0
"""An utterance may keep a worker for ``_LIMIT_SECONDS`` and this many times its length."""


class PocketsphinxAligner:
    """Forced alignment of English by pocketsphinx 5.

    Args:
        phones: make a second pass that finds the phones inside the words. Without it words have
            the same boundaries, at half the cost; scores are those of the word pass.
    """

    def __init__(self, *, phones: bool = True):
        self._phones = phones

    @property
    def capabilities(self) -> Capabilities:
        """English, 10 ms steps, scores, up to hours an utterance."""
        return Capabilities(
            languages=frozenset({"en"}),
            sample_rate=GRID.sample_rate,
            frame_step=FRAME_STEP,
            phones=self._phones,
            score_limits=PHONE_PASS_LIMITS if self._phones else WORD_PASS_LIMITS,
            max_seconds=MAX_SECONDS,
            known_edges=True,
        )

    @property
    def provenance(self) -> Provenance:
        """The installed version and the settings in force."""
        settings = {
            **DECODER,
            "phones": self._phones,
            "pad_seconds": PAD_SECONDS,
            "one_piece_seconds": ONE_PIECE_SECONDS,
            "piece_beam": LONG["beam"],
            "piece_wbeam": LONG["wbeam"],
        }
        return Provenance(
            "pocketsphinx",
            version("pocketsphinx"),
            "en-us",
            tuple((name, str(value)) for name, value in sorted(settings.items())),
        )

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align each utterance; see :class:`sal_anchors.align.Aligner`.

        Raises:
            LexiconError: a user pronunciation uses a phone that the model does not have.
        """
        check_lexicon(lexicon)
        if jobs == 1:
            decoder = GuardedDecoder(lexicon, phones=self._phones)
            yield from map(decoder.align, utterances)
            return
        yield from map_ordered(
            _align_in_worker,
            utterances,
            jobs=jobs,
            initializer=_start_worker,
            initargs=(lexicon, self._phones),
            on_crash=_crashed,
        )


_worker: GuardedDecoder
_nowhere: Any


def _start_worker(lexicon: Lexicon, phones: bool) -> None:
    global _worker, _nowhere
    _worker = GuardedDecoder(lexicon, phones=phones)
    _nowhere = Path(os.devnull).open("w")  # noqa: SIM115


def _align_in_worker(utterance: Utterance) -> Alignment | Failure:
    """Align, or end this process if it takes far too long: even in the engine's own code."""
    faulthandler.dump_traceback_later(_time_limit(utterance), exit=True, file=_nowhere)
    try:
        return _worker.align(utterance)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _time_limit(utterance: Utterance) -> float:
    try:
        return _LIMIT_SECONDS + _LIMIT_PER_SECOND * seconds_of(utterance)
    except AudioError:
        return _LIMIT_SECONDS


def _crashed(utterance: Utterance) -> Failure:
    return failure(
        utterance,
        Reason.ENGINE_ERROR,
        "pocketsphinx crashed or did not come to an end on this recording; leave it out, "
        "or cut it into shorter ones",
    )
