"""Words against speech that was found without a transcript: where one contradicts the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.align.finding import Finding, FindingCode

MIN_PAUSE = 0.2
"""Seconds between words that separate two runs of them; edges inside a run are not looked at."""

MAX_DISTANCE = 0.15
"""Seconds that a run's edge may lie outside speech."""

MIN_SPEECH = 0.3
"""Seconds of speech outside words that are told of."""

MARGIN = 0.1
"""Seconds beside a word that are not counted as being outside it."""


def contradictions(words: Sequence[Interval], speech: Sequence[Interval]) -> list[Finding]:
    """What speaks against the words: edges in silence, and speech without words; in time order.

    A run of words that begins or ends more than ``MAX_DISTANCE`` from the nearest speech gets a
    finding ``edge_in_silence`` with the label of its first or last word; where there is no speech
    at all, one without label is about all words, and its value is their length. Speech of at
    least ``MIN_SPEECH`` seconds that no word covers gets ``speech_without_word``.

    Args:
        words: in time order.
        speech: stretches in time order, not overlapping.
    """
    found = [*_edges_in_silence(words, speech), *_without_words(words, speech)]
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def _edges_in_silence(words: Sequence[Interval], speech: Sequence[Interval]) -> Iterator[Finding]:
    if words and not speech:
        start, end = words[0].start, words[-1].end
        yield Finding(FindingCode.EDGE_IN_SILENCE, "", start, end, end - start)
        return
    for index, word in enumerate(words):
        begins = index == 0 or word.start - words[index - 1].end >= MIN_PAUSE
        ends = index + 1 == len(words) or words[index + 1].start - word.end >= MIN_PAUSE
        edges = ((begins, word.start), (ends, word.end))
        away = max((_distance(time, speech) for is_edge, time in edges if is_edge), default=0.0)
        if away > MAX_DISTANCE:
            code = FindingCode.EDGE_IN_SILENCE
            yield Finding(code, word.label, word.start, word.end, away)


def _distance(time: float, speech: Sequence[Interval]) -> float:
    """Seconds from an instant to the nearest stretch; 0 inside one."""
    index = bisect_right(speech, time, key=lambda stretch: stretch.start)
    near = speech[max(0, index - 1) : index + 1]
    return min(max(s.start - time, time - s.end, 0.0) for s in near)


def _without_words(words: Sequence[Interval], speech: Sequence[Interval]) -> Iterator[Finding]:
    gaps = _gaps(words)
    gap = next(gaps, None)
    for stretch in speech:
        while gap is not None and gap[0] < stretch.end:
            start, end = max(gap[0], stretch.start), min(gap[1], stretch.end)
            if end - start >= MIN_SPEECH:
                yield Finding(FindingCode.SPEECH_WITHOUT_WORD, "", start, end, end - start)
            if gap[1] > stretch.end:
                break
            gap = next(gaps, None)


def _gaps(words: Sequence[Interval]) -> Iterator[tuple[float, float]]:
    """The stretches outside words and their margins, the last one without end."""
    before = 0.0
    for word in words:
        if word.start - MARGIN > before:
            yield before, word.start - MARGIN
        before = word.end + MARGIN
    yield before, float("inf")
