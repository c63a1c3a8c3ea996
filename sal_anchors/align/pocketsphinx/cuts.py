"""Where long audio can be cut: in pauses that are known to stand between two certain words.

A window of audio is aligned with as many of the next words as fit. Its last seconds are not
trusted, since the window may end inside a word. A pause is trusted if the words before it and
after it score as right words do; the window's words up to it, and its audio, become a piece, and
the next window begins there. Without such a pause the window grows; if the largest has none,
the transcript does not follow the audio any more.
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

_WINDOWS = ((40.0, -3.4), (80.0, -3.5), (120.0, -3.5))
"""Seconds, and the score a frame that the words beside a pause need, in nats of the scout. Of 31
windows in the speech of learners and children the best pause had at least -3.2, of 31 with
another transcript at most -3.7."""

_AGREED_SCORE = -6.0
_AGREED_SECONDS = 20.0
_TOLERANCE = 0.1
_UNSURE_SECONDS = 300.0
"""The hardest voices score -4 and less throughout. There a pause counts too that two windows find
after the same word, within 0.1 s, in their first 20 s: near its start a window is seldom astray.
After 5 minutes of such pauses alone the transcript is held to be lost."""

_WORDS_A_SECOND = 5.0
_UNTRUSTED_SECONDS = 4.0
_MIN_PAUSE = 0.2
_MAX_ROOM = 0.5
_LATE_SECONDS = 8.0
_LEAD = 1.0
_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of long audio with its words.

    Attributes:
        start: seconds of the utterance.
        stop: likewise.
        first: index of its first word.
        last: index after its last word.
        sure: whether its end was trusted for its scores.
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
    """Seconds of the window, the number of words before it, and the lower of the mean scores of
    the words on its two sides."""

    start: float
    end: float
    words: int
    score: float

    @property
    def cut(self) -> float:
        return round(self.start + min((self.end - self.start) / 2, _MAX_ROOM), 2)


def cut_at_pauses(scout: Any, names: Sequence[str], stretch: Stretch) -> Iterator[Cut | Lost]:
    """Pieces of an utterance in order, which together hold all of its words; ends after a Lost.

    Args:
        scout: a decoder with the settings ``SCOUT``.
        names: the engine's names of the words.
        stretch: the utterance.
    """
    time, word = 0.0, 0
    sure = Lost(time, word)
    while word < len(names):
        found = _next_cut(scout, names, stretch, time, word)
        if found is None or (not found.sure and found.stop - sure.time > _UNSURE_SECONDS):
            yield sure
            return
        if found.last > found.first:
            yield found
        time, word = found.stop, found.last
        if found.sure:
            sure = Lost(time, word)


def _next_cut(
    scout: Any, names: Sequence[str], stretch: Stretch, time: float, word: int
) -> Cut | None:
    """The piece that begins at a word and a time, without words if nothing is said for long; None
    if no pause can be trusted."""
    if stretch.seconds - time <= ONE_PIECE_SECONDS:
        return Cut(time, stretch.seconds, word, len(names))
    smaller: Sequence[_Pause] = ()
    for seconds, enough in _WINDOWS:
        if time + seconds >= stretch.seconds:
            return Cut(time, stretch.seconds, word, len(names))
        pcm = padded_pcm(stretch.read(time, time + seconds))
        ahead = names[word : word + math.ceil(seconds * _WORDS_A_SECOND)]
        spoken = [s for s in find_prefix(scout, ahead, pcm) or () if not s.filler]
        if not spoken:
            return Cut(time, round(time + seconds - _UNTRUSTED_SECONDS, 2), word, word)
        pauses = _pauses(spoken, seconds, all_said=word + len(spoken) == len(names))
        sure = [pause for pause in pauses if pause.score >= enough]
        if pause := _best_late(_agreed(smaller, pauses)) or _best_late(sure):
            start = round(time + max(0.0, _start(spoken[0]) - _LEAD), 2)
            stop = round(time + pause.cut, 2)
            return Cut(start, stop, word, word + pause.words, sure=pause in sure)
        smaller = pauses
    return None


def _best_late(pauses: Sequence[_Pause]) -> _Pause | None:
    """The one with the best score among the last ones; None if there are none."""
    late = [pause for pause in pauses if pause.start >= pauses[-1].start - _LATE_SECONDS]
    return max(late, key=lambda pause: pause.score, default=None)


def _agreed(one: Sequence[_Pause], other: Sequence[_Pause]) -> list[_Pause]:
    """Early pauses of two windows that begin at the same time."""
    starts = {pause.words: pause.start for pause in one if pause.score >= _AGREED_SCORE}
    return [
        pause
        for pause in other
        if pause.score >= _AGREED_SCORE
        and pause.start <= _AGREED_SECONDS
        and abs(starts.get(pause.words, math.inf) - pause.start) <= _TOLERANCE
    ]


def _pauses(spoken: Sequence[Segment], seconds: float, *, all_said: bool) -> list[_Pause]:
    """Pauses before the window's untrusted part; where all words are said, the one after them."""
    trusted = [word for word in spoken if _end(word) <= seconds - _UNTRUSTED_SECONDS]
    pauses = [
        _Pause(_end(before), _start(after), number, _score(trusted, number))
        for number, (before, after) in enumerate(pairwise(trusted), start=1)
        if _start(after) - _end(before) >= _MIN_PAUSE
    ]
    if all_said and len(trusted) == len(spoken):
        pauses.append(_Pause(_end(spoken[-1]), seconds, len(spoken), _score(spoken, len(spoken))))
    return pauses


def _score(words: Sequence[Segment], number: int) -> float:
    before, after = words[max(0, number - _NEIGHBOURS) : number], words[number:][:_NEIGHBOURS]
    sides = [side for side in (before, after) if side]
    return min(sum(w.nats for w in side) / sum(w.frames for w in side) for side in sides)


def _start(segment: Segment) -> float:
    return segment.first * FRAME_STEP - PAD_SECONDS


def _end(segment: Segment) -> float:
    return (segment.first + segment.frames) * FRAME_STEP - PAD_SECONDS
