"""What a layout says of one utterance, before its paths and its id are checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sal_anchors.accounting import Reason
from sal_anchors.corpus.stream import StreamRef

_LONGEST_PART = 240
_LONGEST_ID = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An utterance as its layout tells it.

    Attributes:
        id: as in the corpus, or made from the audio's path.
        audio: the file; for an entry without one, the file that lists it.
        where: the file, and the row in it, that tells of the utterance.
        absolute: whether the corpus names the file by an absolute path.
        start: seconds from the file's start.
        duration: seconds, or None for all that follows.
        channel: index from 0, or None for the mean of all.
        transcript: None if there is none.
        speaker: None if the layout does not tell.
        split: as written; None if the layout does not tell.
        language: BCP 47 tag; None if the layout does not tell.
        streams: beside the audio; their paths are full ones.
        problem: why it cannot be used; None if nothing is known against it.
    """

    id: str
    audio: Path
    where: str
    absolute: bool = False
    start: float = 0.0
    duration: float | None = None
    channel: int | None = None
    transcript: str | None = None
    speaker: str | None = None
    split: str | None = None
    language: str | None = None
    streams: tuple[StreamRef, ...] = ()
    problem: tuple[Reason, str] | None = None


def bad_entry(reason: Reason, message: str, *, file: Path, where: str, id_: str = "") -> Entry:
    """An entry that cannot be used and whose audio is unknown; ``where`` stands for its id."""
    return Entry(
        id=id_ or where,
        audio=file,
        where=where,
        problem=(reason, f"{file.parent / where}: {message}"),
    )


def id_fault(id_: str) -> str | None:
    """Why an id cannot name files below a folder; None if it can."""
    parts = id_.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return f"the id {id_[:80]!r} is not a relative path without '..'"
    if "\\" in id_ or any(ord(character) < 32 or ord(character) == 127 for character in id_):
        return f"the id {id_[:80]!r} has a backslash or a control character"
    if len(id_) > _LONGEST_ID or any(len(part.encode()) > _LONGEST_PART for part in parts):
        return f"the id {id_[:80]!r}... is longer than {_LONGEST_PART} bytes a part"
    return None
