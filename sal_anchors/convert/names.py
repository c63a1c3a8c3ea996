"""Names of files made from ids: safe in any folder and in any archive, and reversible."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from sal_anchors.convert.format import ConvertError
from sal_anchors.corpus.entry import id_fault

_LONGEST_KEY = 200


def key_of(id_: str) -> str:
    """An id as one name of letters, digits, ``_``, ``-`` and ``%``: all else, dots and slashes
    too, is written ``%XX``, byte by byte of UTF-8."""
    return quote(id_, safe="").replace(".", "%2E").replace("~", "%7E")


def id_of(key: str) -> str:
    """The inverse of :func:`key_of`."""
    return unquote(key, errors="strict")


def key_fault(id_: str) -> str | None:
    """Why an id cannot be a key; None if it can."""
    too_long = len(key_of(id_)) > _LONGEST_KEY
    return f"an id of more than {_LONGEST_KEY} bytes as a key" if too_long else None


def file_below(folder: Path, id_: str, suffix: str) -> Path:
    """``folder/ID.suffix``, with folders where the id has slashes.

    Raises:
        ConvertError: the id would leave the folder or cannot name a file.
    """
    if fault := id_fault(id_):
        raise ConvertError(fault, hint="Give the utterance another id")
    return folder / PurePosixPath(f"{id_}{suffix}")
