"""What is odd about an alignment: words and speech against what speech is like, and against the
audio's energy. No engine scores are needed; limits and false alarms are in ``docs/quality.md``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sal_anchors.align.alignment import Interval
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.align.quality.evidence import phones_of
from sal_anchors.align.quality.loudness import Loudness
from sal_anchors.lazy_audio import Samples
from sal_anchors.timebase import FrameGrid

FASTEST, SLOWEST = 18.0, 3.5
"""Phones a second inside words, over a whole utterance."""

SHORTEST, LONGEST = -3.4, 3.4
"""Pace of a word, in standard deviations."""

_MIN_PHONES = 5
_WORD_LOUD, _WORD_SHARE = 0.3, 0.3
_GAP_LOUD, _GAP_MARGIN, _GAP_SECONDS = 0.7, 0.05, 0.2


def find_oddities(
    words: Sequence[Interval],
    phones: Sequence[Interval],
    samples: Samples,
    grid: FrameGrid,
) -> tuple[Finding, ...]:
    """Findings of timing and energy, in time order.

    Args:
        words: with refined edges, in time order.
        phones: of the same; where there are none, a letter counts for a phone.
        samples: float32 (N,), the utterance at the grid's rate.
        grid: gives the sample rate.
    """
    counts = [
        len(mine) or len(word.label)
        for word, mine in zip(words, phones_of(words, phones), strict=True)
    ]
    found = [*_of_rate(words, counts), *_of_lengths(words, counts)]
    loudness = Loudness.of(samples, grid.sample_rate, words)
    if loudness:
        found += [*_over_silence(words, loudness), *_uncovered(loudness)]
    return in_order(found)


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by time, then code."""
    return tuple(sorted(findings, key=lambda one: (one.start, one.end, one.code)))


def pace_deviation(seconds: float, phones: int) -> float:
    """How unusual a word's length is for its phones, in standard deviations of log length.

    ``(log(seconds / n) - log(0.075 + 0.12 / n)) / (0.2 + 0.45 n^-0.7)`` for ``n`` phones: the
    fewer, the longer each, and the more they differ. Chosen by hand to follow the alignments of
    three corpora.
    """
    expected = 0.075 + 0.12 / phones
    spread: float = 0.2 + 0.45 * phones**-0.7
    return math.log(max(seconds, 1e-3) / phones / expected) / spread


def _of_rate(words: Sequence[Interval], counts: Sequence[int]) -> Iterator[Finding]:
    spoken = sum(word.end - word.start for word in words)
    if sum(counts) < _MIN_PHONES or spoken <= 0:
        return
    rate = sum(counts) / spoken
    code = FindingCode.FAST_SPEECH if rate > FASTEST else FindingCode.SLOW_SPEECH
    if not SLOWEST <= rate <= FASTEST:
        yield Finding(code, "", words[0].start, words[-1].end, rate)


def _of_lengths(words: Sequence[Interval], counts: Sequence[int]) -> Iterator[Finding]:
    for word, phones in zip(words, counts, strict=True):
        seconds = word.end - word.start
        deviation = pace_deviation(seconds, phones)
        code = FindingCode.SHORT_WORD if deviation < 0 else FindingCode.LONG_WORD
        if not SHORTEST <= deviation <= LONGEST:
            yield Finding(code, word.label, word.start, word.end, seconds / phones)


def _over_silence(words: Sequence[Interval], loudness: Loudness) -> Iterator[Finding]:
    for word in words:
        share = loudness.loud_share(word, _WORD_LOUD)
        if share < _WORD_SHARE:
            yield Finding(FindingCode.WORD_OVER_SILENCE, word.label, word.start, word.end, share)


def _uncovered(loudness: Loudness) -> Iterator[Finding]:
    for start, end, loud in loudness.uncovered(_GAP_LOUD, _GAP_MARGIN):
        if loud >= _GAP_SECONDS - 1e-9:
            yield Finding(FindingCode.UNCOVERED_SPEECH, "", start, end, loud)
