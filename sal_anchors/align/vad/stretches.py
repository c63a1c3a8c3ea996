"""From posteriors to coarse stretches of speech: the rule of silero's get_speech_timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log

ON, OFF = 0.5, 0.35
"""Speech begins with a posterior of at least ``ON`` and lasts until one below ``OFF``."""

GROUP_CHUNKS = 3
"""A dip of at most so many chunks (96 ms) leaves the speech around it one group."""

MIN_SPEECH_CHUNKS = 8
"""Groups of fewer chunks (256 ms) are no speech. The posterior stays high after speech has ended,
so the shortest words are longer than that."""

_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of chunks that are speech.

    Attributes:
        first: index of its first chunk.
        stop: index behind its last.
        posterior: mean posterior of its chunks, in [0, 1].
        nats: mean natural logarithm of the same.
    """

    first: int
    stop: int
    posterior: float
    nats: float


def speech_stretches(posteriors: Iterable[float]) -> Iterator[Stretch]:
    """The stretches of the groups that are long enough, in time order.

    A stretch ends with any dip: a pause that the posterior only half shows is kept, and what a
    pause is, the recipe decides once edges are exact. Memory does not grow with the recording.

    Args:
        posteriors: in [0, 1], one a chunk.
    """
    group: list[Stretch] = []
    for stretch in _runs(posteriors):
        if group and stretch.first - group[-1].stop > GROUP_CHUNKS:
            yield from _if_long(group)
            group = []
        group.append(stretch)
    yield from _if_long(group)


def _if_long(group: list[Stretch]) -> list[Stretch]:
    return group if group and group[-1].stop - group[0].first >= MIN_SPEECH_CHUNKS else []


def _runs(posteriors: Iterable[float]) -> Iterator[Stretch]:
    """Hysteresis: from a posterior of at least ``ON`` to the first below ``OFF``."""
    count, total, nats = 0, 0.0, 0.0
    index = -1
    for index, posterior in enumerate(posteriors):
        if posterior >= (OFF if count else ON):
            count += 1
            total += posterior
            nats += log(max(posterior, _LEAST))
        elif count:
            yield Stretch(index - count, index, total / count, nats / count)
            count, total, nats = 0, 0.0, 0.0
    if count:
        yield Stretch(index + 1 - count, index + 1, total / count, nats / count)
