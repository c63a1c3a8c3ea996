"""CSV and TSV of times made by people: a row an event. Read only.

Columns, in any order and whatever their case: the recording (``id``, ``file``, ``audio`` or
``path``), its time (``time``, or ``start`` and ``end``), ``label``, and where kinds differ
``kind``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from sal_anchors.convert.annotated import Annotated, EventMark
from sal_anchors.convert.format import Account, ConvertError, ConvertOptions, Format, Source
from sal_anchors.convert.imported import annotated_rows, by_id
from sal_anchors.convert.marks import WITHOUT_LABEL, kind_named
from sal_anchors.corpus.fields import FieldError, seconds_in
from sal_anchors.corpus.rows import SourceRow, table_header, table_rows
from sal_anchors.events.event import EventKind

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "file", "audio", "path", "filename", "audio_filepath"),
    "time": ("time",),
    "start": ("start", "begin"),
    "end": ("end", "stop"),
    "label": ("label", "text", "keyword"),
    "kind": ("kind",),
}


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    columns = _columns(table_header(path, delimiter=delimiter), path)
    marks: defaultdict[str, list[EventMark]] = defaultdict(list)
    faults: dict[str, str] = {}
    wheres: dict[str, str] = {}
    for row in table_rows(path, delimiter=delimiter, quoted=delimiter != "\t"):
        where = f"{path.parent / row.where}"
        id_, mark = _mark(row, columns, where, options.kind)
        wheres.setdefault(id_, where)
        if isinstance(mark, str):
            faults.setdefault(id_, mark)
        elif mark is not None:
            marks[id_].append(mark)
    annotated = {
        id_: Annotated(where, tuple(marks[id_]), fault=faults.get(id_, ""))
        for id_, where in wheres.items()
    }
    return annotated_rows(by_id(annotated), path, options, account)


def _columns(header: list[str], path: Path) -> dict[str, str]:
    """The header of each column by its role."""
    named = {name.strip().lower(): name.strip() for name in header}
    columns = {
        role: named[found]
        for role, names in _COLUMNS.items()
        if (found := next((name for name in names if name in named), ""))
    }
    if "id" not in columns or not {"time", "start"} & set(columns):
        raise ConvertError(
            f"its columns are {', '.join(header) or 'none'}; needed are id (or file), and time "
            "(or start and end)",
            where=path,
            hint="Name them in the first row, such as: file,time,label",
        )
    return columns


def _mark(
    row: SourceRow, columns: Mapping[str, str], where: str, kind: EventKind | None
) -> tuple[str, EventMark | str | None]:
    """The recording and its event, or what is wrong; a recording alone has no event there."""
    values = {role: str(row.values.get(name, "")).strip() for role, name in columns.items()}
    id_ = values.get("id", "")
    if row.problem or not id_:
        problem = row.problem or "no recording is named"
        raise ConvertError(problem, where=where, hint="Correct the row")
    if not any(values.get(role) for role in ("time", "start", "end", "label", "kind")):
        return id_, None
    told = values.get("kind", "")
    found = kind_named(told) if told else kind
    if found is None:
        known = ", ".join(EventKind)
        asked = f"the kind {told!r} is none of {known}" if told else "it does not tell its kind"
        return id_, f"{where}: {asked}; correct the column kind, or give --kind"
    if not values.get("label") and found not in WITHOUT_LABEL:
        return id_, f"{where}: a {found} without a label; write the keyword into the column label"
    try:
        start, end = _span(values)
    except FieldError as error:
        return id_, f"{where}: {error}"
    return id_, EventMark(found, values.get("label", ""), start, end)


def _span(values: Mapping[str, str]) -> tuple[float, float]:
    time = seconds_in("time", values.get("time"))
    start = seconds_in("start", values.get("start"))
    end = seconds_in("end", values.get("end"))
    if time is not None and (start is not None or end is not None):
        raise FieldError("both time and start or end are given, one of them is expected")
    if time is not None:
        return time, time
    if start is None:
        raise FieldError("neither time nor start is given, seconds are expected")
    if end is not None and end < start:
        raise FieldError(f"end {end:g} is before start {start:g}")
    return start, start if end is None else end


FORMAT = Format(
    name="table",
    about="CSV or TSV of times made by people: file, time or start and end, label, kind",
    read=_read,
)
