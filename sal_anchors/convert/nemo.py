"""NeMo manifests: JSON lines of audio_filepath, offset, duration and text.

All else of a row is under ``sal_anchors``, a key that NeMo does not look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

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
from sal_anchors.convert.values import frames_as_lists, from_values, json_line, to_values
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA

KEY = "sal_anchors"


def _write(rows: Iterable[Row], path: Path, context: Context, account: Account) -> None:
    write_lines(path, _lines(rows, context, account), like=account.out)


def _lines(rows: Iterable[Row], context: Context, account: Account) -> Iterator[str]:
    root = os.path.relpath(context.audio_root.resolve(), account.out.parent.resolve())
    for row, values in to_values(rows):
        if not row.duration:
            account.leave_out(f"{row.status}, its audio could not be read")
            continue
        line: dict[str, Any] = {
            "audio_filepath": Path(root, row.audio).as_posix(),
            "offset": row.start,
            "duration": row.duration,
            "text": row.transcript or "",
        }
        if row.speaker is not None:
            line["speaker"] = row.speaker
        yield json_line({**line, KEY: values | frames_as_lists(row)})


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    return stored_rows(_rows(path), path, options)


def _rows(path: Path) -> Iterator[Row]:
    for where, values in json_objects(path):
        stored = values.get(KEY)
        if not isinstance(stored, dict):
            raise ConvertError(
                f"no {KEY!r} in it: a NeMo manifest of another tool holds no times of words",
                where=where,
                hint="Align it: sal-anchors align MANIFEST --layout nemo",
            )
        yield from_values(stored, where=where)


FORMAT = Format(
    name="nemo",
    about="NeMo manifest, all else of a row under one key of its own",
    holds=dict.fromkeys(SCHEMA.names, ""),
    write=_write,
    read=_read,
)
