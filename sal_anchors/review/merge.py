"""Journals of several reviewers made one: the union of their decisions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from sal_anchors.atomic import replacing
from sal_anchors.errors import ReviewError
from sal_anchors.review.decision import JOURNAL_NAME, Decision
from sal_anchors.review.journal import Contents, Damage, lock_of, read_journal


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge made of the journals.

    Attributes:
        decisions: each once, in their order.
        given: decisions of each journal.
        damages: by journal, lines that are no decisions, and hence are left out.
    """

    decisions: tuple[Decision, ...]
    given: tuple[int, ...]
    damages: tuple[tuple[Path, Damage], ...]


def journal_path(path: Path) -> Path:
    """The journal at ``path``, or in the manifest folder ``path``."""
    return path / JOURNAL_NAME if path.is_dir() else path


def merge_decisions(journals: Sequence[Sequence[Decision]]) -> tuple[Decision, ...]:
    """Each decision once, in their order, whichever journals it is in, and in whichever order
    they are given.

    Raises:
        ReviewError: two different decisions have one id.
    """
    known: dict[str, Decision] = {}
    for decision in (d for journal in journals for d in journal):
        if known.setdefault(decision.id, decision) != decision:
            raise ReviewError(
                f"two different decisions have the id {decision.id!r}, of {decision.who} and "
                f"{known[decision.id].who} about {decision.utterance!r}",
                hint="Ids must be unique: one of the journals was changed by hand",
            )
    return tuple(sorted(known.values(), key=lambda d: d.order))


def merge_journals(journals: Sequence[Path], out: Path) -> Merged:
    """Write the union of journals to ``out``, whole or not at all.

    Args:
        journals: files, or manifest folders that hold one.
        out: a file, or a manifest folder; may be one of the journals.

    Raises:
        ReviewError: a journal is missing or cannot be read, ids are not unique, ``out`` cannot be
            written, or holds decisions that are in none of the journals.
    """
    paths = [journal_path(path) for path in journals]
    target = journal_path(out)
    with _kept_still(target):
        contents = [_read(path) for path in paths]
        decisions = merge_decisions([found.decisions for found in contents])
        _require_contained(target, decisions)
        write_journal(target, decisions)
    damages = [
        (path, damage)
        for path, found in zip(paths, contents, strict=True)
        for damage in found.damages
    ]
    return Merged(decisions, tuple(len(found.decisions) for found in contents), tuple(damages))


def add_to_journal(path: Path, decisions: Sequence[Decision]) -> None:
    """Write decisions to a journal beside those that it holds, whole or not at all.

    Raises:
        ReviewError: it cannot be read or written, or ids are not unique; what was there stays.
    """
    with _kept_still(path):
        write_journal(path, merge_decisions([read_journal(path).decisions, decisions]))


def write_journal(path: Path, decisions: Sequence[Decision]) -> None:
    """Write a journal anew, whole or not at all.

    Raises:
        ReviewError: it cannot be written; what was there stays.
    """
    try:
        with replacing(path) as partial, partial.open("wb") as file:
            file.writelines(decision.line() for decision in decisions)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ReviewError(
            f"cannot be written ({error.strerror})", where=path, hint="Name another place"
        ) from None


def _read(path: Path) -> Contents:
    if not path.is_file():
        raise ReviewError(
            "no journal here", where=path, hint="Decide something with: sal-anchors inspect"
        )
    return read_journal(path)


@contextmanager
def _kept_still(target: Path) -> Iterator[None]:
    """Keep those who review a manifest from writing to its journal meanwhile."""
    if target.name != JOURNAL_NAME:
        yield
        return
    try:
        with lock_of(target):
            yield
    except Timeout:
        raise ReviewError(
            "another process keeps it locked", where=target, hint="End that process, and try again"
        ) from None
    except OSError as error:
        raise ReviewError(f"cannot be written ({error.strerror})", where=target) from None


def _require_contained(target: Path, decisions: Sequence[Decision]) -> None:
    """Refuse to replace a journal by one that lacks some of it."""
    ids = {decision.id for decision in decisions}
    there = read_journal(target).decisions if target.is_file() else ()
    if lost := [d for d in there if d.id not in ids]:
        raise ReviewError(
            f"holds {len(lost)} decisions that are in none of the journals to be merged",
            where=target,
            hint="Name it among them too, or give another place with -o",
        )
