"""JSON lines: a row a line, with all of its columns; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
)
from sal_anchors.convert.lines import json_objects, write_lines
from sal_anchors.convert.rendered import stored_rows
from sal_anchors.convert.values import (
    frames_as_lists,
    from_values,
    json_line,
    to_values,
    unknown_columns,
)
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA


def _write(rows: Iterable[Row], path: Path, context: Context, account: Account) -> None:
    lines = (json_line(values | frames_as_lists(row)) for row, values in to_values(rows))
    write_lines(path, lines, like=account.out)


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    return stored_rows(_rows(path, account), path, options)


def _rows(path: Path, account: Account) -> Iterator[Row]:
    seen: set[str] = set()
    for where, values in json_objects(path):
        if unknown := unknown_columns(values):
            account.note(
                f"{where}: not columns of a manifest, left out: {', '.join(unknown)[:200]}"
            )
        row = from_values(values, where=where)
        if row.id in seen:
            raise ConvertError(
                f"a second row of id {row.id!r}", where=where, hint="Give each row its own id"
            )
        seen.add(row.id)
        yield row


FORMAT = Format(
    name="jsonl",
    about="a row a line, nothing lost",
    holds=dict.fromkeys(SCHEMA.names, ""),
    write=_write,
    read=_read,
)
