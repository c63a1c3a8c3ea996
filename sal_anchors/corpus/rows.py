"""Rows of text files, one at a time, each with its number and what is wrong with it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sal_anchors.errors import CorpusError

_LONGEST_LINE = 1 << 24
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of a file.

    Attributes:
        where: ``FILE, row N``, with N the line's number from 1.
        values: by column; empty if the row cannot be read.
        problem: why it cannot be read; empty if it can.
    """

    where: str
    values: dict[str, Any]
    problem: str = ""


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not empty, with their numbers from 1, without the line's end.

    Bytes that are not UTF-8 come as lone surrogates; :func:`text_fault` tells them. A file whose
    name ends in ``.gz`` is unpacked.

    Raises:
        CorpusError: the file cannot be read, or a line is longer than 16 million characters.
    """
    with _open(path) as file:
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if len(line) > _LONGEST_LINE:
                raise CorpusError(
                    f"row {number} is longer than {_LONGEST_LINE} characters",
                    where=path,
                    hint="Write one utterance a line",
                )
            if stripped := line.rstrip("\r\n"):
                yield number, stripped


@contextmanager
def _open(path: Path) -> Iterator[io.TextIOBase]:
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with (
            opener(path, "rb") as raw,
            io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="\n") as file,
        ):
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(
            f"cannot be read ({getattr(error, 'strerror', None) or error})",
            where=path,
            hint="Copy it again from its source",
        ) from None


def text_fault(text: str) -> str:
    """Why a text cannot be used; empty if it can."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "it is not UTF-8 text; save the file as UTF-8"
    return "it has a NUL character" if "\0" in text else ""


def json_rows(path: Path) -> Iterator[SourceRow]:
    """The objects of a JSON lines file.

    Raises:
        CorpusError: as :func:`numbered_lines`.
    """
    for number, line in numbered_lines(path):
        where = f"{path.name}, row {number}"
        problem = text_fault(line)
        try:
            value = {} if problem else json.loads(line)
        except (ValueError, RecursionError) as error:
            problem = f"not JSON ({error}): {line[:_SHOWN]}"
        if not problem and not isinstance(value, dict):
            problem = f"not a JSON object: {line[:_SHOWN]}"
        problem = problem or _object_fault(value)
        yield SourceRow(where, {} if problem else value, problem)


def _object_fault(value: dict[str, Any]) -> str:
    """Why a text or a key of an object cannot be used: JSON can spell lone surrogates."""
    texts = (text for pair in value.items() for text in pair if isinstance(text, str))
    return next((fault for fault in map(text_fault, texts) if fault), "")


def table_header(path: Path, *, delimiter: str) -> list[str]:
    """The names in a table's first row; empty if it has none."""
    first = next((line for _, line in numbered_lines(path)), "")
    try:
        return next(_reader([first], delimiter, quoted=delimiter != "\t"), [])
    except csv.Error:
        return []


def table_rows(path: Path, *, delimiter: str, quoted: bool) -> Iterator[SourceRow]:
    """The rows of a table below its header.

    Args:
        path: the file.
        delimiter: between columns.
        quoted: whether quotation marks enclose fields, as in CSV; else they are text.

    Raises:
        CorpusError: as :func:`numbered_lines`, or the file is empty.
    """
    last = 0

    def lines() -> Iterator[str]:
        nonlocal last
        for number, line in numbered_lines(path):
            last = number
            yield line + "\n"

    reader = _reader(lines(), delimiter, quoted)
    header: list[str] | None = None
    while True:
        before = last
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield SourceRow(f"{path.name}, row {before + 1}", {}, f"not a row of CSV ({error})")
            continue
        if header is None:
            header = [name.strip() for name in fields]
            continue
        yield _table_row(f"{path.name}, row {last}", header, fields)


def _reader(lines: Iterable[str], delimiter: str, quoted: bool) -> Iterator[list[str]]:
    if quoted:
        return csv.reader(lines, delimiter=delimiter, strict=True)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _table_row(where: str, header: list[str], fields: list[str]) -> SourceRow:
    problem = next((fault for fault in map(text_fault, fields) if fault), "")
    if len(fields) != len(header):
        problem = f"{len(fields)} columns, its header has {len(header)}"
    if problem:
        return SourceRow(where, {}, problem)
    return SourceRow(where, dict(zip(header, fields, strict=True)))
