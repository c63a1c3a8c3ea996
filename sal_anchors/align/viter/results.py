"""What viter wrote, as alignments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Alignment, Interval
from sal_anchors.align.screen import failure
from sal_anchors.align.viter.corpus import SAMPLE_RATE, Prepared, ViterCorpus
from sal_anchors.textgrid import Mark, TextGridError, read_textgrid
from sal_anchors.timebase import FrameGrid

_GRID = FrameGrid(sample_rate=SAMPLE_RATE)
_SILENCES = frozenset({"sil", "spn"})


def read_result(item: Prepared, corpus: ViterCorpus, out: Path) -> Alignment | Failure:
    """The alignment of an utterance, or why there is none.

    Args:
        item: of ``corpus``.
        corpus: what viter was given.
        out: the folder it wrote to.
    """
    path = out / item.path.with_suffix(".TextGrid")
    if not path.exists():
        message = "no way through the audio fits the transcript; check that it is what is said"
        return failure(item.utterance, Reason.NO_PATH, message)
    try:
        grid = read_textgrid(path, audio_seconds=item.seconds)
        words = grid.tier("words").labelled
        phones = grid.tier("phones").labelled
    except TextGridError as error:
        return failure(item.utterance, Reason.ENGINE_ERROR, f"viter's result is damaged: {error}")
    said = item.text.words
    if [word.label for word in words] != [corpus.names.words[word] for word in said]:
        message = "viter left words out; check that the transcript is what is said"
        return failure(item.utterance, Reason.NO_PATH, message)
    recorded = (corpus.sounds[word].recorded(word) for word in dict.fromkeys(said))
    return Alignment(
        item.utterance,
        tuple(_interval(word, said[i], item.seconds) for i, word in enumerate(words)),
        tuple(_phones(phones, corpus.names.phones, item.seconds)),
        score=None,
        changes=item.text.changes,
        pronunciations=tuple(record for record in recorded if record),
    )


def _phones(marks: tuple[Mark, ...], names: Mapping[str, str], seconds: float) -> list[Interval]:
    labels = {plain: phone for phone, plain in names.items()}
    return [
        _interval(mark, labels[mark.label], seconds)
        for mark in marks
        if mark.label not in _SILENCES
    ]


def _interval(mark: Mark, label: str, seconds: float) -> Interval:
    return Interval(label, _GRID.snap(mark.start), _GRID.snap(min(mark.end, seconds)))
