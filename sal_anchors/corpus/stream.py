"""Where the readings of a sensor beside the audio are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamRef:
    """A file of readings that goes with an audio file, ``.npy``, (n, channels).

    Reading ``k`` is taken at ``k / rate`` seconds from the start of the audio file.

    Attributes:
        name: of the stream, the same in all recordings of a corpus, such as ``wrist``.
        path: under the audio root, forward slashes.
        rate: readings a second, > 0.
        channels: values a reading, >= 1.
        content_hash: SHA-256 of the file, hex; empty until it has been read.
    """

    name: str
    path: str
    rate: float
    channels: int
    content_hash: str = ""
