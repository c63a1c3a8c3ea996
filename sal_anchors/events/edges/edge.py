"""Word edges as the network takes them: where they may lie, and what is on either side."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.alignment import Interval

_PHONES: dict[str, str] = {
    "affricate": "CH JH",
    "unvoiced fricative": "F TH S SH",
    "voiced fricative": "V DH Z ZH",
    "glide": "W Y",
    "h": "HH",
    "liquid": "L R",
    "nasal": "M N NG",
    "silence": "",
    "unvoiced stop": "P T K",
    "voiced stop": "B D G",
    "vowel": "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW",
}
SORTS = tuple(_PHONES)
"""Of phones, in the order of the context."""

_SILENCE = SORTS.index("silence")
_CLASS_OF = {
    phone: index for index, phones in enumerate(_PHONES.values()) for phone in phones.split()
}
CONTEXT_WIDTH = 2 * len(SORTS) + 4

_ADJOINING = 0.02
_PAUSE = 0.05
_LONGEST = 0.3
_PER_SECOND = 5.0
_MIN_LENGTH = 0.01
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A word's start or end.

    Attributes:
        time: where the engine puts it, seconds.
        low: seconds; it is not before this.
        high: seconds; it is not after this.
        context: float32 (``CONTEXT_WIDTH``,): the sort of phone on its left and on its right,
            one of eleven each (none where the engine gives no phones), whether it is an end, the
            gap to the neighbouring word, the length of the phone, and whether there is a pause.
    """

    time: float
    low: float
    high: float
    context: NDArray[np.float32]

    @property
    def at_pause(self) -> bool:
        """Whether the engine has a pause beside it."""
        return bool(self.context[-1])


def edges_of(
    words: Sequence[Interval], phones: Sequence[Interval], seconds: float
) -> list[tuple[Edge, Edge]]:
    """Start and end of each word.

    Args:
        words: in time order, as the engine gave them.
        phones: likewise; ARPABET with or without stress, other sets count as unknown.
        seconds: length of the audio.
    """
    around = _Around(words, phones, seconds)
    return [(around.start_of(index), around.end_of(index)) for index in range(len(words))]


class _Around:
    def __init__(self, words: Sequence[Interval], phones: Sequence[Interval], seconds: float):
        self._words = words
        self._phones = phones
        self._starts = [phone.start for phone in phones]
        self._seconds = seconds

    def start_of(self, index: int) -> Edge:
        word = self._words[index]
        before = self._words[index - 1] if index else None
        gap = word.start - (before.end if before else 0.0)
        at = self._phone_at(word.start)
        first, last = self._phone(at), self._phone(at - 1)
        quiet = before is None or gap > _ADJOINING
        return Edge(
            time=word.start,
            low=before.start + _MIN_LENGTH if before else 0.0,
            high=word.end - _MIN_LENGTH,
            context=_context(
                left=_SILENCE if quiet else _class(last),
                right=_class(first),
                end=False,
                gap=gap,
                length=first.end - first.start if first else word.end - word.start,
            ),
        )

    def end_of(self, index: int) -> Edge:
        word = self._words[index]
        after = self._words[index + 1] if index + 1 < len(self._words) else None
        gap = (after.start if after else self._seconds) - word.end
        at = self._phone_at(word.end)
        last, first = self._phone(at - 1), self._phone(at)
        quiet = after is None or gap > _ADJOINING
        return Edge(
            time=word.end,
            low=word.start + _MIN_LENGTH,
            high=after.end - _MIN_LENGTH if after else self._seconds,
            context=_context(
                left=_class(last),
                right=_SILENCE if quiet else _class(first),
                end=True,
                gap=gap,
                length=last.end - last.start if last else word.end - word.start,
            ),
        )

    def _phone_at(self, time: float) -> int:
        """Index of the first phone that starts at or after a time."""
        return bisect_left(self._starts, time - _TOLERANCE)

    def _phone(self, index: int) -> Interval | None:
        return self._phones[index] if 0 <= index < len(self._phones) else None


def _class(phone: Interval | None) -> int | None:
    return _CLASS_OF.get(phone.label.rstrip("012")) if phone else None


def _context(
    *, left: int | None, right: int | None, end: bool, gap: float, length: float
) -> NDArray[np.float32]:
    values = np.zeros(CONTEXT_WIDTH, dtype=np.float32)
    if left is not None:
        values[left] = 1
    if right is not None:
        values[len(SORTS) + right] = 1
    values[-4:] = (
        end,
        min(gap, _LONGEST) * _PER_SECOND,
        min(length, _LONGEST) * _PER_SECOND,
        gap > _PAUSE,
    )
    return values
