"""The journal ``edits.jsonl``: decisions are appended to it, nothing is ever taken away.

A line is written whole and brought to the disk before a decision counts. What a killed process left
of a line stays where it is, closed by a line break, and is told; it is no decision. Several
processes may write to one journal: a lock lasts as long as a line takes.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from sal_anchors.errors import ReviewError
from sal_anchors.review.decision import Action, Decision, Mark, Value

_WAIT_SECONDS = 10.0
_TICK = timedelta(microseconds=1)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_DECODER = msgspec.json.Decoder(Decision)


@dataclass(frozen=True, slots=True)
class Damage:
    """A line of a journal that is no decision.

    Attributes:
        line: its number, from 1.
        problem: what is wrong with it.
    """

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a journal holds.

    Attributes:
        decisions: in their order, each once.
        damages: lines that are none.
    """

    decisions: tuple[Decision, ...] = ()
    damages: tuple[Damage, ...] = ()


def lock_of(path: Path) -> FileLock:
    """What whoever writes to a journal holds meanwhile."""
    return FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT_SECONDS)


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def read_journal(path: Path) -> Contents:
    """What a journal holds; nothing if there is none.

    Raises:
        ReviewError: it cannot be read, or two decisions have one id.
    """
    reader = _Reader(path)
    decisions = {d.id: d for d in reader.news(last=True)}
    ordered = tuple(sorted(decisions.values(), key=lambda d: d.order))
    return Contents(ordered, tuple(reader.damages))


class Journal:
    """A journal that is open for more decisions.

    Args:
        path: made with the first decision.
        who: the reviewer.
        clock: gives the present instant.
        name: gives a new unique id.

    Attributes:
        decisions: all so far, by id, in the order they were found.
        damages: lines that are no decisions.

    Raises:
        ReviewError: it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        who: str,
        *,
        clock: Callable[[], datetime] = now,
        name: Callable[[], str] = lambda: uuid.uuid4().hex,
    ):
        self.path = path
        self.who = who
        self._clock = clock
        self._name = name
        self._lock = lock_of(path)
        self._reader = _Reader(path)
        self._last = _EARLIEST
        self._close_torn()
        self.decisions: dict[str, Decision] = {}
        self.damages = self._reader.damages
        self.refresh()

    def refresh(self) -> list[Decision]:
        """Take in what other processes have appended since; returns it."""
        found = [d for d in self._reader.news(last=False) if d.id not in self.decisions]
        for decision in found:
            self.decisions[decision.id] = decision
            self._last = max(self._last, decision.when)
        return found

    def append(
        self,
        utterance: str,
        action: Action,
        *,
        event: Mark | None = None,
        old: Value | None = None,
        new: Value | None = None,
        target: str | None = None,
    ) -> Decision:
        """Write a decision; it is on the disk when this returns.

        Raises:
            ReviewError: it cannot be written; the journal is as it was.
        """
        try:
            with self._lock:
                self.refresh()
                decision = Decision(
                    id=self._name(),
                    who=self.who,
                    when=max(self._clock(), self._last + _TICK),
                    utterance=utterance,
                    action=action,
                    event=event,
                    old=old,
                    new=new,
                    target=target,
                )
                self._write(decision.line())
                self.refresh()
        except Timeout:
            raise ReviewError(
                "another process keeps it locked",
                where=self.path,
                hint="The decision was not kept; end the other process and decide again",
            ) from None
        except OSError as error:
            raise ReviewError(
                f"cannot be written ({error.strerror or error})",
                where=self.path,
                hint="The decision was not kept; make room, or make the folder writable",
            ) from None
        return decision

    def _close_torn(self) -> None:
        """End the line that a killed process left; where that cannot be done it is left to the
        first decision."""
        try:
            if self.path.stat().st_size:
                with self._lock:
                    self._write(b"")
        except (OSError, Timeout):
            return

    def _write(self, line: bytes) -> None:
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            size = os.fstat(file).st_size
            torn = size and os.pread(file, 1, size - 1) != b"\n"
            content = b"\n" + line if torn else line
            if not content:
                return
            try:
                _write_all(file, content)
                os.fsync(file)
                if not size:
                    _sync_name(self.path)
            except OSError:
                os.ftruncate(file, size)
                raise
        finally:
            os.close(file)


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _sync_name(path: Path) -> None:
    """Bring to the disk that there is a file of this name, where folders can be."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(folder)
    finally:
        os.close(folder)


class _Reader:
    """Reads what a journal has grown by; all of it once another file has taken its place, as a
    merge does."""

    def __init__(self, path: Path):
        self._path = path
        self._file: tuple[int, int] | None = None
        self._offset = 0
        self._line = 0
        self._seen: dict[str, Decision] = {}
        self.damages: list[Damage] = []

    def _turn_to(self, found: os.stat_result) -> None:
        """Begin anew if this is another file, or a shorter one, than was read."""
        if self._file != (found.st_dev, found.st_ino) or found.st_size < self._offset:
            self._file = found.st_dev, found.st_ino
            self._offset = self._line = 0
            self.damages.clear()

    def news(self, *, last: bool) -> Iterator[Decision]:
        """Decisions since the last time; with ``last``, a line without a break counts too, and
        is told if it is none."""
        try:
            with self._path.open("rb") as file:
                self._turn_to(os.fstat(file.fileno()))
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n") and not last:
                        return
                    self._offset += len(line)
                    self._line += 1
                    if line.strip():
                        yield from self._parsed(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise ReviewError(
                f"cannot be read ({error.strerror})", where=self._path, hint="Make it readable"
            ) from None

    def _parsed(self, line: bytes) -> Iterator[Decision]:
        try:
            decision = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.damages.append(Damage(self._line, str(error)))
            return
        if self._seen.setdefault(decision.id, decision) != decision:
            raise ReviewError(
                f"line {self._line}: another decision has the id {decision.id!r} already",
                where=self._path,
                hint="Ids must be unique: take one of the two lines out by hand",
            )
        yield decision
