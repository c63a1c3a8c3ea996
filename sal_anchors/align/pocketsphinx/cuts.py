"""Where long audio can be cut: in pauses that are known to stand between two certain words.

A window of audio is aligned with as many of the next words as fit. Its last seconds are not
trusted: words may be squeezed in there, left for later, or cut in two. What stands before them has
speech on both sides to hold it in place. So the window's words up to a long pause between words
that fit well become a piece with its audio, and the next window begins there. Where no pause has
words that fit well, the window is searched again without giving up any path. Beyond that, scores
only tell, in the long run, whether the transcript follows the audio at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sal_anchors.align.pocketsphinx.decoder import Segment, find_prefix, padded_pcm
from sal_anchors.align.pocketsphinx.settings import FRAME_STEP, ONE_PIECE_SECONDS, PAD_SECONDS
from sal_anchors.align.pocketsphinx.stretch import Stretch

_WINDOW, _LARGE_WINDOW = 60.0, 120.0
_UNTRUSTED_SECONDS = 12.0
_EARLY_SECONDS = 10.0
_WORDS_A_SECOND = 5.0
_MIN_PAUSE = 0.2
_MAX_ROOM = 0.5
_LEAD = 1.0
_NEIGHBOURS, _MIN_NEIGHBOURS = 8, 4
_NATS_A_SECOND = 0.5
"""What a second of pause is worth against the score of the words beside it."""

_SURE_SCORE = -3.4
_UNSURE_SECONDS = 900.0
"""Of 31 windows in the speech of learners and children the best pause scored at least -3.2 nats a
frame, of 31 with another transcript at most -3.7; but the hardest voices stay below -4 for minutes.
After this long without a sure pause the transcript is held to be lost."""


@dataclass(frozen=True, slots=True)
class Scouts:
    """Decoders that find words: one with the settings ``SCOUT``, one with ``EXACT_SCOUT``."""

    fast: Any
    exact: Any


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of long audio with its words.

    Attributes:
        start: seconds of the utterance.
        stop: likewise.
        first: index of its first word.
        last: index after its last word.
        sure: whether the words beside its end score as right ones do.
    """

    start: float
    stop: float
    first: int
    last: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Lost:
    """Where the transcript was last sure to follow the audio, before it was lost.

    Attributes:
        time: seconds of the utterance.
        word: index of the word expected next.
    """

    time: float
    word: int


@dataclass(frozen=True, slots=True)
class _Pause:
    """Seconds of the window, the number of words before it, the lower of the mean scores of the
    words on its two sides, and whether they are enough for that to mean something."""

    start: float
    end: float
    words: int
    score: float
    telling: bool

    @property
    def cut(self) -> float:
        return self.start + min((self.end - self.start) / 2, _MAX_ROOM)

    @property
    def sure(self) -> bool:
        return self.telling and self.score >= _SURE_SCORE

    @property
    def merit(self) -> float:
        return self.score + _NATS_A_SECOND * min(self.end - self.start, 1.0)


def cut_at_pauses(scouts: Scouts, names: Sequence[str], stretch: Stretch) -> Iterator[Cut | Lost]:
    """Pieces of an utterance in order, which together hold all of its words; ends after a Lost.

    Args:
        scouts: they know the pronunciations of the words.
        names: the engine's names of the words.
        stretch: the utterance.
    """
    time, word = 0.0, 0
    sure = Lost(time, word)
    while word < len(names):
        found = _next_cut(scouts, names, stretch, time, word)
        if found is None or (not found.sure and found.stop - sure.time > _UNSURE_SECONDS):
            yield sure
            return
        if found.last > found.first:
            yield found
        time, word = found.stop, found.last
        if found.sure:
            sure = Lost(time, word)


def _next_cut(
    scouts: Scouts, names: Sequence[str], stretch: Stretch, time: float, word: int
) -> Cut | None:
    """The piece that begins at a word and a time, without words if nothing is said for long; None
    if there is no pause."""
    for scout, seconds in (
        (scouts.fast, _WINDOW),
        (scouts.exact, _WINDOW),
        (scouts.exact, _LARGE_WINDOW),
    ):
        if stretch.seconds - time <= max(seconds, ONE_PIECE_SECONDS):
            return Cut(time, stretch.seconds, word, len(names))
        spoken = _spoken(scout, names[word:], stretch, time, seconds)
        silent = min((_start(segment) for segment in spoken), default=seconds)
        if silent > seconds - _UNTRUSTED_SECONDS:
            return Cut(time, round(time + seconds - _UNTRUSTED_SECONDS, 2), word, word, sure=False)
        pause = _best(_pauses(spoken, seconds, all_said=word + len(spoken) == len(names)))
        if pause and (pause.sure or scout is scouts.exact):
            start = round(time + max(0.0, silent - _LEAD), 2)
            return Cut(start, round(time + pause.cut, 2), word, word + pause.words, pause.sure)
    return None


def _spoken(
    scout: Any, names: Sequence[str], stretch: Stretch, time: float, seconds: float
) -> list[Segment]:
    """The words of a window."""
    pcm = padded_pcm(stretch.read(time, time + seconds))
    found = find_prefix(scout, names[: math.ceil(seconds * _WORDS_A_SECOND)], pcm)
    return [segment for segment in found or () if not segment.filler]


def _best(pauses: Sequence[_Pause]) -> _Pause | None:
    """Not one of the first, if there are others; None if there are none."""
    later = [pause for pause in pauses if pause.start >= _EARLY_SECONDS]
    return max(later or pauses, key=lambda pause: pause.merit, default=None)


def _pauses(spoken: Sequence[Segment], seconds: float, *, all_said: bool) -> list[_Pause]:
    """Pauses before the window's untrusted part; where all words are said, the one after them."""
    trusted = seconds - _UNTRUSTED_SECONDS
    pauses = [
        _pause(spoken, number, _start(after))
        for number, (before, after) in enumerate(pairwise(spoken), start=1)
        if _end(before) <= trusted and _start(after) - _end(before) >= _MIN_PAUSE
    ]
    if all_said and _end(spoken[-1]) <= trusted:
        pauses.append(_pause(spoken, len(spoken), seconds))
    return pauses


def _pause(words: Sequence[Segment], number: int, end: float) -> _Pause:
    before, after = words[max(0, number - _NEIGHBOURS) : number], words[number:][:_NEIGHBOURS]
    sides = [side for side in (before, after) if side]
    score = min(sum(w.nats for w in side) / sum(w.frames for w in side) for side in sides)
    telling = min(map(len, sides)) >= _MIN_NEIGHBOURS
    return _Pause(_end(words[number - 1]), end, number, score, telling)


def _start(segment: Segment) -> float:
    return segment.first * FRAME_STEP - PAD_SECONDS


def _end(segment: Segment) -> float:
    return (segment.first + segment.frames) * FRAME_STEP - PAD_SECONDS
