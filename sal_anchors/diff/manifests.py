"""The whole comparison of two manifests."""

from __future__ import annotations

from collections.abc import Callable

from sal_anchors.diff.events import match_events
from sal_anchors.diff.header import grid_differences, header_differences
from sal_anchors.diff.pairs import pairs
from sal_anchors.diff.report import DiffReport, EventName, Moved
from sal_anchors.diff.targets import TargetComparer
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row

LIMIT = 0.5
"""Seconds: events further apart than this are not the same event."""

ANY_LABEL = "*"
"""Stands for all words, or syllables, in the boundaries of words and syllables."""

_MANY_LABELS = frozenset(
    (
        EventKind.WORD_START,
        EventKind.WORD_END,
        EventKind.SYLLABLE_START,
        EventKind.SYLLABLE_END,
    )
)
_COLUMNS = ("content_hash", "num_samples", "transcript", "split", "speaker")


def diff_manifests(
    before: Manifest,
    after: Manifest,
    *,
    limit: float = LIMIT,
    keep: int = 5,
    most: int = 10,
    on_row: Callable[[Row], None] = lambda row: None,
) -> DiffReport:
    """What differs from ``before`` to ``after``; shifts are after minus before.

    Rows belong together by their id, events of a row by kind, label and time. Boundaries of words
    and syllables are counted under the label ``*``, however many words there are. Labels are
    compared by the names of their classes, and only where the grids are the same.

    Args:
        before: opened.
        after: opened.
        limit: seconds, >= 0, that an event may move and still be the same.
        keep: how many examples of each sort the report holds.
        most: how many of the most moved events it holds.
        on_row: called for each id, for progress.

    Raises:
        ManifestError: a part, or a row, that is damaged.
    """
    report = DiffReport(
        keep,
        most,
        grid=grid_differences(before.grid, after.grid),
        header=header_differences(before.header, after.header),
    )
    comparer = None if report.grid else TargetComparer(before.classes, after.classes)
    for one, other in pairs(before, after):
        if one is not None and other is not None:
            _compare(report, one, other, limit)
            if comparer and one.usable and other.usable:
                comparer.add(one, other)
            on_row(other)
        elif one is not None:
            report.only_before.add(one.id)
            on_row(one)
        elif other is not None:
            report.only_after.add(other.id)
            on_row(other)
    report.targets = comparer.found if comparer else None
    return report


def _compare(report: DiffReport, before: Row, after: Row, limit: float) -> None:
    report.rows += 1
    if _status(before) != _status(after):
        report.statuses[_status(before), _status(after)].add(before.id)
    for name in _COLUMNS:
        if getattr(before, name) != getattr(after, name):
            report.columns[name].add(before.id)
    matching = match_events(before.events, after.events, limit=limit)
    for one, other in matching.pairs:
        distance = abs(other.time - one.time)
        moved = Moved(distance, before.id, one.kind.value, one.label, one.time, other.time)
        report.move(_name(one), moved)
    report.vanished.update(map(_name, matching.vanished))
    report.appeared.update(map(_name, matching.appeared))


def _status(row: Row) -> str:
    return row.status.value if row.reason is None else f"{row.status}: {row.reason}"


def _name(event: Event) -> EventName:
    return event.kind.value, ANY_LABEL if event.kind in _MANY_LABELS else event.label
