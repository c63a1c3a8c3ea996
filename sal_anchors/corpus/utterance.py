"""One recording, or a stretch of one, with what was said in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sal_anchors.corpus.stream import StreamRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A stretch of audio with its transcript.

    Attributes:
        id: unique in the corpus; a relative path without suffix, with forward slashes.
        audio: the audio file.
        start: seconds from the file's start.
        duration: seconds, or None for all that follows ``start``.
        channel: index from 0 of the channel to take, or None for the mean of all.
        transcript: what was said; None if no transcript was found.
        speaker: None where the corpus does not tell.
        split: the corpus's own split (``train``, ``dev``, ``test``), or None.
        language: BCP 47 tag.
        streams: readings of sensors beside the audio file.
    """

    id: str
    audio: Path
    start: float = 0.0
    duration: float | None = None
    channel: int | None = None
    transcript: str | None = None
    speaker: str | None = None
    split: str | None = None
    language: str = "en"
    streams: tuple[StreamRef, ...] = ()
