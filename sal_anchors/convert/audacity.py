"""Audacity labels: text files ``START<tab>END<tab>LABEL``, three a row.

``ID.events.txt`` with labels ``KIND: LABEL``, ``ID.words.txt`` and ``ID.phones.txt``. A file
``ID.txt``, as Audacity exports it, is read as events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
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
from sal_anchors.convert.lines import text_lines
from sal_anchors.convert.marks import WITHOUT_LABEL, tagged, untagged
from sal_anchors.convert.names import file_below
from sal_anchors.events.event import EventKind
from sal_anchors.manifest.row import Row
from sal_anchors.textgrid import Mark

_PARTS = ("events", "words", "phones")


def _write(rows: Iterable[Row], folder: Path, context: Context, account: Account) -> None:
    for row in rows:
        if not row.usable:
            account.leave_out(f"{row.status}, so without marks")
            continue
        marks = {
            "events": [tagged(event) for event in row.events],
            "words": [Mark(i.label, i.start, i.end) for i in row.words],
            "phones": [Mark(i.label, i.start, i.end) for i in row.phones],
        }
        try:
            paths = {part: file_below(folder, row.id, f".{part}.txt") for part in _PARTS}
        except ConvertError as error:
            account.leave_out(error.problem)
            continue
        for part, path in paths.items():
            if marks[part] or part == "events":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("".join(map(_line, marks[part])), encoding="utf-8")


def _line(mark: Mark) -> str:
    return f"{mark.start:.7f}\t{mark.end:.7f}\t{' '.join(mark.label.split())}\n"


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    files: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for name, file in files_in(path, ".txt").items():
        id_, dot, part = name.rpartition(".")
        if dot and part in _PARTS:
            files[id_][part] = file
        else:
            files[name]["events"] = file
    annotations: Annotations = {
        id_: partial(_annotated, parts, options.kind) for id_, parts in files.items()
    }
    return annotated_rows(annotations, path, options, account)


def _annotated(files: dict[str, Path], kind: EventKind | None) -> Annotated:
    where = str(next(iter(files.values())))
    try:
        events = tuple(_events(files["events"], kind)) if "events" in files else None
        words, phones = (
            tuple(Interval(m.label, m.start, m.end) for _, m in _marks(files[part]))
            if part in files
            else ()
            for part in ("words", "phones")
        )
    except ConvertError as error:
        return Annotated(where, fault=str(error))
    return Annotated(where, events, words, phones)


def _events(path: Path, kind: EventKind | None) -> Iterator[EventMark]:
    for where, mark in _marks(path):
        event = untagged(mark, kind)
        if event is None:
            raise ConvertError(
                f"the label {mark.label!r} does not tell its kind",
                where=where,
                hint="Name the kind of all labels with --kind, or write 'KIND: LABEL'",
            )
        if not event.label and event.kind not in WITHOUT_LABEL:
            raise ConvertError("an empty label", where=where, hint="Write the keyword into it")
        yield event


def _marks(path: Path) -> Iterator[tuple[str, Mark]]:
    """Labels with the file and row of each; the lines of their frequency ranges are left out."""
    for where, line in text_lines(path):
        if line.startswith("\\"):
            continue
        start, end, label = (*line.split("\t", 2), "", "")[:3]
        try:
            mark = Mark(label.strip(), float(start), float(end))
        except ValueError:
            raise ConvertError(
                f"not START, END and LABEL with tabs between: {line[:80]!r}",
                where=where,
                hint="Export labels from Audacity with a point as decimal sign",
            ) from None
        yield where, mark


FORMAT = Format(
    name="audacity",
    about="label tracks, three files an utterance: events, words, phones",
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
