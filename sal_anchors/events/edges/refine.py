"""Edge refinement: coarse word edges moved to where audio and phones say they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from sal_anchors.align.alignment import Interval
from sal_anchors.events.edges.edge import Edge, edges_of
from sal_anchors.events.edges.evidence import STEP, evidence
from sal_anchors.events.edges.network import EdgeNetwork, shipped
from sal_anchors.lazy_audio import Samples
from sal_anchors.timebase import FrameGrid

_BLOCK = 20.0
MARGIN = 0.6
"""Seconds of audio beside the outermost edges of a block."""


@dataclass(frozen=True, slots=True)
class _Refined:
    time: float
    uncertainty: float


def refine_words(
    words: Sequence[Interval],
    phones: Sequence[Interval],
    samples: Samples,
    grid: FrameGrid,
    *,
    known: bool,
    network: EdgeNetwork | None = None,
) -> tuple[Interval, ...]:
    """The words with their edges refined, and how far each may be from the truth.

    An edge becomes the median of the network's posterior within 160 ms of the coarse one; its
    uncertainty is the half-width that holds 90 %, calibrated on speakers that the network had not
    seen. Words that adjoin share their boundary. Order is kept: no word becomes shorter than
    2.5 ms, none overlaps its neighbour. Long audio is read block by block.

    Args:
        words: in time order.
        phones: in time order; empty if the engine gives none.
        samples: float32 (N,), the utterance at the grid's rate.
        grid: gives the sample rate; times are snapped to its samples.
        known: whether the engine is the one whose errors the network knows.
        network: the shipped one if None.
    """
    seconds = len(samples) / grid.sample_rate
    pairs = edges_of(words, phones, seconds)
    refined: list[tuple[_Refined, _Refined]] = []
    with _threads().limit(limits=1, user_api="blas"):
        for block in _blocks(words):
            refined += _refine(pairs[block], samples, grid, known, network or shipped())
    times = _in_order(_shared(words, refined), seconds)
    return tuple(
        replace(
            word,
            start=grid.snap(first),
            end=grid.snap(last),
            start_uncertainty=start.uncertainty,
            end_uncertainty=end.uncertainty,
        )
        for word, (first, last), (start, end) in zip(words, times, refined, strict=True)
    )


@cache
def _threads() -> ThreadpoolController:
    """To keep to one thread: on matrices this small, waiting for others costs more than they
    bring."""
    return ThreadpoolController()


def _blocks(words: Sequence[Interval]) -> Iterator[slice]:
    """Runs of words of at most ``_BLOCK`` seconds, or of one word."""
    first = 0
    for index in range(1, len(words) + 1):
        if index == len(words) or words[index].end - words[first].start > _BLOCK:
            yield slice(first, index)
            first = index


def _refine(
    pairs: Sequence[tuple[Edge, Edge]],
    samples: Samples,
    grid: FrameGrid,
    known: bool,
    network: EdgeNetwork,
) -> list[tuple[_Refined, _Refined]]:
    edges = [edge for pair in pairs for edge in pair]
    rate = grid.sample_rate
    first = max(0, grid.sample_of(edges[0].time - MARGIN))
    last = min(len(samples), grid.sample_of(edges[-1].time + MARGIN))
    around = evidence(np.asarray(samples[first:last], dtype=np.float32), rate)
    posterior = network.posterior(around, edges, begin=first / rate, known=known)
    middle = posterior.median()
    factor, least = network.spread[[int(edge.at_pause) for edge in edges]].T
    width = factor * posterior.half_width(middle) + least
    found = [_Refined(float(t), float(u)) for t, u in zip(middle, width, strict=True)]
    return list(zip(found[::2], found[1::2], strict=True))


def _shared(
    words: Sequence[Interval], refined: Sequence[tuple[_Refined, _Refined]]
) -> list[tuple[float, float]]:
    """Times of the edges; where words adjoin, both edges are at the mean of the two."""
    times = [[start.time, end.time] for start, end in refined]
    for index in range(1, len(words)):
        if words[index].start - words[index - 1].end < STEP:
            middle = (times[index - 1][1] + times[index][0]) / 2
            times[index - 1][1] = times[index][0] = middle
    return [(start, end) for start, end in times]


def _in_order(edges: list[tuple[float, float]], seconds: float) -> list[tuple[float, float]]:
    """Clip edges into the audio and against their neighbours, each word at least a step long."""
    ordered: list[tuple[float, float]] = []
    before = 0.0
    for index, (start, end) in enumerate(edges):
        room = seconds - STEP * (len(edges) - index)
        start = max(before, min(start, room))
        following = edges[index + 1][0] if index + 1 < len(edges) else seconds
        end = max(start + STEP, min(end, following, room + STEP))
        ordered.append((start, end))
        before = end
    return ordered
