"""JSON lines, plain or packed by gzip, a line at a time."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sal_anchors.convert.format import ConvertError

_LONGEST_LINE = 1 << 29


@contextmanager
def text_sink(path: Path, *, packed: bool) -> Iterator[io.TextIOWrapper]:
    """A file to write UTF-8 text to; packed files hold no name and no clock."""
    with path.open("wb") as raw:
        if not packed:
            with io.TextIOWrapper(raw, "utf-8", newline="\n") as text:
                yield text
            return
        with (
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
            io.TextIOWrapper(zipped, "utf-8", newline="\n") as text,
        ):
            yield text


def write_lines(path: Path, lines: Iterable[str], *, like: Path) -> None:
    """Write lines, each with its end, packed if the name ``like`` ends in ``.gz``."""
    with text_sink(path, packed=like.suffix == ".gz") as file:
        file.writelines(lines)


def json_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """``(FILE, row N)`` and the object of each line that is not empty.

    Raises:
        ConvertError: the file cannot be read, or a line is no JSON object.
    """
    for where, line in text_lines(path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ConvertError(f"not JSON ({error})", where=where, hint=_AGAIN) from None
        if not isinstance(value, dict):
            raise ConvertError("not a JSON object", where=where, hint=_AGAIN)
        yield where, value


def text_lines(path: Path) -> Iterator[tuple[str, str]]:
    """``FILE, row N`` and each line that is not empty, without its end.

    Raises:
        ConvertError: the file cannot be read, or is not UTF-8.
    """
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with (
            opener(path, "rb") as raw,
            io.TextIOWrapper(raw, "utf-8-sig", newline="\n") as file,
        ):
            while line := file.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    problem = f"a line of more than {_LONGEST_LINE} characters"
                    raise ConvertError(problem, where=f"{path}, row {number}")
                if stripped := line.rstrip("\r\n"):
                    yield f"{path}, row {number}", stripped
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        problem = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise ConvertError(problem, where=f"{path}, row {number + 1}", hint=_AGAIN) from None


_AGAIN = "Give UTF-8 JSON lines, or write the file again from its source"
