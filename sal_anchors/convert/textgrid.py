"""Praat TextGrids: a file a row, ``ID.TextGrid``.

Interval tiers ``words`` and ``phones``; for each kind of event a point tier of its name, and an
interval tier ``KIND span``. Where marks would meet, a second tier ``KIND (2)`` takes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from sal_anchors.align.alignment import Interval
from sal_anchors.convert.annotated import Annotated, Annotations, EventMark
from sal_anchors.convert.files import files_in
from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
)
from sal_anchors.convert.imported import annotated_rows
from sal_anchors.convert.marks import kind_named, points_of, spans_of, untagged, with_span
from sal_anchors.convert.names import file_below
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest.row import Row
from sal_anchors.textgrid import Mark, TextGridError, Tier, read_textgrid, write_tiers
from sal_anchors.textgrid.write import layered

SILENCES = frozenset({"", "sil", "sp", "<eps>", "<sil>", "[sil]"})
_NUMBERED = re.compile(r" \(\d+\)$")
_SPAN = " span"
_SUFFIX = ".TextGrid"


def _write(rows: Iterable[Row], folder: Path, context: Context, account: Account) -> None:
    for row in rows:
        if not row.usable:
            account.leave_out(f"{row.status}, so without marks")
            continue
        try:
            path = file_below(folder, row.id, _SUFFIX)
        except ConvertError as error:
            account.leave_out(error.problem)
            continue
        write_tiers(path, tiers_of(row), row.duration)


def tiers_of(row: Row) -> list[Tier]:
    """The tiers of a row; those of words and of phones are always there."""
    by_kind: defaultdict[EventKind, list[Event]] = defaultdict(list)
    for event in row.events:
        by_kind[event.kind].append(event)
    tiers = [_intervals("words", row.words), _intervals("phones", row.phones)]
    for kind in EventKind:
        tiers += layered(kind.value, points_of(by_kind[kind]), points=True)
        tiers += layered(f"{kind.value}{_SPAN}", spans_of(by_kind[kind]), points=False)
    return tiers


def _intervals(name: str, intervals: Sequence[Interval]) -> Tier:
    marks = tuple(Mark(i.label, i.start, i.end) for i in intervals if i.end > i.start)
    return Tier(name, False, 0.0, 0.0, marks)


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    annotations: Annotations = {
        id_: partial(read_annotated, file, options, account)
        for id_, file in files_in(path, _SUFFIX).items()
    }
    return annotated_rows(annotations, path, options, account)


def read_annotated(path: Path, options: ConvertOptions, account: Account) -> Annotated:
    """What a TextGrid says; a fault in it is told by the annotation, never raised."""
    try:
        grid = read_textgrid(path)
    except TextGridError as error:
        return Annotated(str(path), fault=str(error))
    named = [(tier, _NUMBERED.sub("", tier.name.strip())) for tier in grid.tiers]
    words = _words("words", named)
    phones = _words("phones", named)
    kinds = [(tier, _kind(tier, name, options)) for tier, name in named]
    events = _events(kinds, named)
    if events is None and not words:
        names = ", ".join(repr(name) for _, name in named) or "none"
        fault = (
            f"{path}: none of its tiers ({names}) is called words or after a kind of event; "
            "name the kind of one with --tier NAME=KIND, or of all with --kind KIND"
        )
        return Annotated(str(path), fault=fault)
    for (tier, kind), (_, name) in zip(kinds, named, strict=True):
        if kind is None and not _is_known(name):
            account.note(
                f"Tiers {tier.name!r} are not read: that is no kind of event; "
                f"to read them: --tier '{tier.name}=KIND'"
            )
    return Annotated(str(path), events, words, phones)


def _is_known(name: str) -> bool:
    return name.lower() in ("words", "phones", "anchors") or name.lower().endswith(_SPAN)


def _kind(tier: Tier, name: str, options: ConvertOptions) -> EventKind | None:
    for given, kind in options.tiers.items():
        if given.lower() in (name.lower(), tier.name.strip().lower()):
            return kind
    if _is_known(name):
        return None
    return kind_named(name) or options.kind


def _words(name: str, named: Sequence[tuple[Tier, str]]) -> tuple[Interval, ...]:
    for tier, called in named:
        if called.lower() == name and not tier.points:
            return tuple(
                Interval(m.label, m.start, m.end) for m in tier.marks if m.label not in SILENCES
            )
    return ()


def _events(
    kinds: Sequence[tuple[Tier, EventKind | None]], named: Sequence[tuple[Tier, str]]
) -> tuple[EventMark, ...] | None:
    """Events of the tiers of a kind; else those of a tier ``anchors``, whose marks tell theirs."""
    events: list[EventMark] = []
    for tier, kind in kinds:
        if kind is None:
            continue
        if tier.points:
            spans = _spans(kind, named)
            events += (with_span(kind, mark, spans) for mark in tier.labelled)
        else:
            events += (EventMark(kind, m.label, m.start, m.end) for m in tier.labelled)
    if any(kind for _, kind in kinds):
        return tuple(events)
    anchors = [tier for tier, name in named if name.lower() == "anchors"]
    if not anchors:
        return None
    single = (
        Mark(label, mark.start, mark.end)
        for tier in anchors
        for mark in tier.labelled
        for label in mark.label.split("; ")
    )
    told = (untagged(mark, None) for mark in single)
    return tuple(mark for mark in told if mark is not None)


def _spans(kind: EventKind, named: Sequence[tuple[Tier, str]]) -> list[Mark]:
    wanted = f"{kind.value}{_SPAN}"
    return [m for tier, name in named if name.lower() == wanted for m in tier.labelled]


FORMAT = Format(
    name="textgrid",
    about="Praat, a file an utterance: words, phones, and a point tier a kind of event",
    folder=True,
    holds={
        "id": "",
        "words": "scores, confidences, uncertainties",
        "phones": "scores, confidences, uncertainties",
        "events": "confidences, uncertainties, sources; spans that the time is no edge of",
    },
    write=_write,
    read=_read,
)
