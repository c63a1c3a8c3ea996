"""A row by itself: whether it holds together, and what its alignment was found to be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sal_anchors.accounting import Status
from sal_anchors.align.alignment import Interval
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.check.code import Code
from sal_anchors.check.problem import Problem
from sal_anchors.check.targets import check_targets
from sal_anchors.corpus.split import SPLITS
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row

MIN_CONFIDENCE = 0.5
"""Keyword anchors less sure than this are told."""

_KEYWORDS = (EventKind.KEYWORD_START, EventKind.KEYWORD_END)
_OUTSIDE = 0.01
_OVERLAP = 0.001
_CODES = {finding: Code[finding.name] for finding in FindingCode}
_VALUES = {
    FindingCode.LOW_SCORE: "{:.2f} is the probability that it is said there",
    FindingCode.FAST_SPEECH: "{:.1f} phones a second",
    FindingCode.SLOW_SPEECH: "{:.1f} phones a second",
    FindingCode.SHORT_WORD: "{:.3f} s a phone",
    FindingCode.LONG_WORD: "{:.3f} s a phone",
    FindingCode.WORD_OVER_SILENCE: "{:.2f} of it is louder than the pauses",
    FindingCode.UNCOVERED_SPEECH: "{:.2f} s as loud as the words",
    FindingCode.EDGE_IN_SILENCE: "{:.2f} s from speech",
    FindingCode.SPEECH_WITHOUT_WORD: "{:.2f} s of speech",
    FindingCode.ENGINES_DISAGREE: "{:.3f} s between the engines",
}


def check_row(row: Row, recipe: Recipe) -> Iterator[Problem]:
    """What is wrong with a row, or told of it by its alignment; audio is not looked at.

    Args:
        row: any that :func:`sal_anchors.check.whole.is_whole`.
        recipe: that of the manifest.
    """
    broken = list(_impossible(row))
    for message in broken:
        yield Problem.of(row, Code.IMPOSSIBLE_ROW, message)
    if broken:
        return
    if not row.usable:
        yield Problem.of(row, Code.FAILED, f"{row.status}, {row.reason}: {row.message}")
        return
    if row.status is Status.SUSPECT:
        yield Problem.of(row, Code.SUSPECT, f"{row.reason}: {row.message}")
    if not row.content_hash:
        yield Problem.of(row, Code.NO_HASH, "it has no content hash")
    for name in ("words", "engine_words", "phones"):
        yield from _intervals(row, name, getattr(row, name))
    yield from _events(row, recipe)
    yield from check_targets(row, recipe)
    yield from _keywords(row)
    yield from (_stored(row, finding) for finding in row.findings)


def _impossible(row: Row) -> Iterator[str]:
    if not row.id:
        yield "its id is empty"
    if row.split not in SPLITS:
        yield f"its split is {row.split!r}, expected {', '.join(SPLITS)}"
    if (row.status is Status.OK) != (row.reason is None):
        yield f"its status is {row.status} and its reason {row.reason}"
    if row.num_samples < 0 or row.sample_rate < 0 or row.start < 0:
        yield (
            f"start {row.start:g} s, {row.num_samples} samples at {row.sample_rate} Hz: none can "
            "be negative"
        )
    elif row.usable and not (row.sample_rate and row.num_samples):
        yield f"it is {row.status}, but has {row.num_samples} samples at {row.sample_rate} Hz"
    if not row.usable and (row.events or row.anchors or len(row.labels) or len(row.weights)):
        yield f"it is {row.status}, but has events, anchors, labels or weights"


def _intervals(row: Row, name: str, intervals: Sequence[Interval]) -> Iterator[Problem]:
    before = -math.inf
    for index, interval in enumerate(intervals):
        problem = ""
        if interval.start >= interval.end:
            problem = "ends before it begins"
        elif interval.start < -_OUTSIDE or interval.end > row.duration + _OUTSIDE:
            problem = f"is outside the {row.duration:.3f} s of audio"
        elif interval.start < before - _OVERLAP:
            problem = f"begins before the one in front of it ends, at {before:.3f} s"
        if problem:
            told = f"{name}[{index}] {interval.label!r}, {interval.start:.3f}-{interval.end:.3f} s,"
            yield Problem.of(row, Code.INTERVALS_WRONG, f"{told} {problem}", interval.start)
        else:
            before = interval.end


def _events(row: Row, recipe: Recipe) -> Iterator[Problem]:
    slack = 1 / recipe.grid.sample_rate
    before = -math.inf
    for event in row.events:
        if not -slack <= event.time <= row.duration + slack:
            told = f"{_named(event)} is outside the {row.duration:.3f} s of audio"
            yield Problem.of(row, Code.EVENT_OUTSIDE, told, event.time)
        if event.time < before or event.start > event.end:
            problem = "is out of order" if event.time < before else "ends before it begins"
            yield Problem.of(row, Code.INTERVALS_WRONG, f"{_named(event)} {problem}", event.time)
        before = event.time


def _keywords(row: Row) -> Iterator[Problem]:
    for anchor in row.anchors:
        if anchor.kind in _KEYWORDS and anchor.confidence < MIN_CONFIDENCE:
            told = f"{anchor.kind} {anchor.label!r} has a confidence of {anchor.confidence:.2f}"
            yield Problem.of(row, Code.UNSURE_KEYWORD, told, anchor.time)
    for kind in _KEYWORDS:
        yield from _overlaps(row, [event for event in row.events if event.kind is kind])


def _overlaps(row: Row, keywords: Sequence[Event]) -> Iterator[Problem]:
    """Each keyword that begins before one in front of it ends."""
    widest: Event | None = None
    for event in sorted(keywords, key=lambda event: (event.start, event.end, event.label)):
        if widest is not None and event.start < widest.end:
            twice = (event.label, event.start, event.end) == (
                widest.label,
                widest.start,
                widest.end,
            )
            told = "is there twice" if twice else f"overlaps {_named(widest)}"
            yield Problem.of(row, Code.OVERLAPPING_KEYWORDS, f"{_named(event)} {told}", event.time)
        if widest is None or event.end > widest.end:
            widest = event


def _stored(row: Row, finding: Finding) -> Problem:
    label = f"{finding.label!r}, " if finding.label else ""
    told = _VALUES[finding.code].format(finding.value)
    message = f"{label}{finding.start:.3f}-{finding.end:.3f} s: {told}"
    return Problem.of(row, _CODES[finding.code], message, finding.start)


def _named(event: Event) -> str:
    return f"{event.kind} {event.label!r} at {event.time:.3f} s"
