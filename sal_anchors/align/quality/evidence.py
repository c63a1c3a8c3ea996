"""What an alignment tells about each of its words: the inputs of a calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sal_anchors.align.alignment import Interval

_PAUSE = 0.05
_USUAL_PHONE = 0.08

_VOWELS = frozenset(
    ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
)
_GLIDES = frozenset(("L", "R", "W", "Y"))
_NASALS = frozenset(("M", "N", "NG"))
_STOPS = frozenset(("B", "D", "G", "K", "P", "T"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a word when it is aligned. Scores are in nats a frame, at most 0.

    Attributes:
        score: of the word.
        lowest: of its worst phone.
        others: mean of the utterance's other words, weighted by their length; the word's own
            score where it stands alone.
        blurred_edges: how many of its edges, 0 to 2, lie between two phones of one sort (vowel
            and vowel, fricative and fricative, ...), where the sound hardly changes.
        fading_end: 1 if it ends in a nasal or a stop before a pause, else 0.
        after_pause: 1 if it begins after a pause, else 0.
        pace: natural logarithm of its seconds a phone over 0.08.
    """

    score: float
    lowest: float
    others: float
    blurred_edges: float
    fading_end: float
    after_pause: float
    pace: float


def gather(
    words: Sequence[Interval],
    phones: Sequence[Interval],
    refined: Sequence[Interval],
    seconds: float,
) -> tuple[Evidence, ...] | None:
    """Evidence of each word; None where the engine gave no scores or no phones.

    A pause is at least 50 ms between refined words, or the utterance's beginning or end.

    Args:
        words: as the engine gave them, in time order.
        phones: of the same, ARPABET without stress.
        refined: the same words with refined edges.
        seconds: length of the utterance.
    """
    if not phones or any(interval.score is None for interval in (*words, *phones)):
        return None
    inside = phones_of(words, phones)
    scores = [word.score or 0.0 for word in words]
    lengths = [max(word.end - word.start, 0.01) for word in words]
    weighted = sum(score * length for score, length in zip(scores, lengths, strict=True))
    starts = [word.start for word in refined[1:]] + [seconds]
    gaps = [0.0] * (len(words) + 1)
    for index, (word, following) in enumerate(zip(refined, starts, strict=True), start=1):
        gaps[index] = following - word.end
    gaps[0], gaps[-1] = math.inf, math.inf
    classes = [[_class_of(phone.label) for phone in mine] or ["?"] for mine in inside]
    blurred = [
        gaps[index] < _PAUSE and _alike(classes[index - 1][-1], classes[index][0])
        for index in range(1, len(words))
    ]
    return tuple(
        Evidence(
            score=min(0.0, score),
            lowest=min([0.0, score, *(phone.score or 0.0 for phone in mine)]),
            others=min(0.0, _others(weighted, sum(lengths), score, length)),
            blurred_edges=float(sum(blurred[max(index - 1, 0) : index + 1])),
            fading_end=float(gaps[index + 1] >= _PAUSE and classes[index][-1] in "NS"),
            after_pause=float(gaps[index] >= _PAUSE),
            pace=math.log(length / max(len(mine), 1) / _USUAL_PHONE),
        )
        for index, (score, length, mine) in enumerate(zip(scores, lengths, inside, strict=True))
    )


def phones_of(
    words: Sequence[Interval], phones: Sequence[Interval]
) -> tuple[tuple[Interval, ...], ...]:
    """The phones of each word: those whose middle is inside it. Both are in time order."""
    found: list[tuple[Interval, ...]] = []
    first = 0
    for word in words:
        while first < len(phones) and _middle(phones[first]) < word.start:
            first += 1
        last = first
        while last < len(phones) and _middle(phones[last]) < word.end:
            last += 1
        found.append(tuple(phones[first:last]))
        first = last
    return tuple(found)


def _middle(interval: Interval) -> float:
    return (interval.start + interval.end) / 2


def _others(weighted: float, total: float, score: float, length: float) -> float:
    left = total - length
    return (weighted - score * length) / left if left >= 0.05 else score


def _class_of(phone: str) -> str:
    for name, members in (("V", _VOWELS), ("G", _GLIDES), ("N", _NASALS), ("S", _STOPS)):
        if phone in members:
            return name
    return "F"


def _alike(left: str, right: str) -> bool:
    return left == right and left in "VGNF"
