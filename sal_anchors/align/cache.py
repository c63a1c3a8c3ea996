"""Results kept on disk between runs, so that a killed run goes on where it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Alignment
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import ManifestError

SCHEMA_VERSION = 1
"""Of the store and of what is written into it; a store of another version is begun anew."""

_FILE = "results.sqlite"
_AUDIO = "\0"
"""Stands for the audio's path in a kept message: content found again may have another name."""


class ResultStore:
    """Alignments and failures by key, in one SQLite file; a context manager.

    Each result is in the file as soon as :meth:`put` returns: a process killed at any moment
    loses none, and a torn write is rolled back when the file is next opened. A file that is no
    store, or one of another version, is replaced by an empty one: its content can be computed
    again. A store that is empty when it is left takes its folder with it. Memory does not grow
    with the number of results. Not for two processes at once.

    Args:
        folder: made if absent.

    Raises:
        ManifestError: the file cannot be read or written (disk full, damaged, no permission).
    """

    def __init__(self, folder: Path):
        self._path = folder / _FILE

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._told():
            try:
                self._connection = _connect(self._path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _remove(self._path)
                self._connection = _connect(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        with self._told():
            empty = not len(self)
            self._connection.close()
        if empty:
            _remove(self._path)
            with suppress(OSError):
                self._path.parent.rmdir()

    def get(self, key: bytes, utterance: Utterance) -> Alignment | Failure | None:
        """The result kept under ``key``, as that of ``utterance``; None if there is none."""
        with self._told():
            found = self._connection.execute("SELECT value FROM results WHERE key = ?", (key,))
            value = found.fetchone()
            if value is None:
                return None
            self._mark_used(key)
        return decode(value[0], utterance)

    def put(self, key: bytes, result: Alignment | Failure) -> None:
        """Keep a result, in place of the one that may be there."""
        with self._told():
            self._connection.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?)", (key, encode(result))
            )
            self._mark_used(key)

    def drop_unused(self) -> None:
        """Drop what was neither read nor written since the store was opened."""
        with self._told():
            self._connection.execute(
                "DELETE FROM results WHERE key NOT IN (SELECT key FROM temp.used)"
            )

    def __len__(self) -> int:
        with self._told():
            count: int = self._connection.execute("SELECT count(*) FROM results").fetchone()[0]
        return count

    def _mark_used(self, key: bytes) -> None:
        self._connection.execute("INSERT OR IGNORE INTO temp.used VALUES (?)", (key,))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ManifestError(
                f"the results kept for resuming cannot be used ({error})",
                where=self._path,
                hint="Remove that file and run again, or run with --no-resume",
            ) from None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, SCHEMA_VERSION):
            raise sqlite3.DatabaseError("of another version")
        for statement in (
            "PRAGMA trusted_schema = OFF",
            "PRAGMA auto_vacuum = FULL",
            "PRAGMA locking_mode = EXCLUSIVE",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value TEXT NOT NULL)",
            "CREATE TEMP TABLE used (key BLOB PRIMARY KEY)",
            f"PRAGMA user_version = {SCHEMA_VERSION}",
        ):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@cache
def _alignments() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Alignment)


def encode(result: Alignment | Failure) -> str:
    """A result as JSON text, without its utterance."""
    if isinstance(result, Failure):
        message = result.message.replace(str(result.utterance.audio), _AUDIO)
        return json.dumps({"reason": result.reason.value, "message": message})
    text: bytes = _alignments().dump_json(result, exclude={"utterance"})
    return text.decode()


def decode(text: str, utterance: Utterance) -> Alignment | Failure | None:
    """The inverse of :func:`encode`, for an utterance of the same content; None if it is not
    such a text."""
    try:
        values = json.loads(text)
        if "reason" in values:
            message = values["message"].replace(_AUDIO, str(utterance.audio))
            return Failure(utterance, Reason(values["reason"]), message)
        alignment: Alignment = _alignments().validate_python({**values, "utterance": utterance})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return alignment
