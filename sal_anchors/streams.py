"""Readings of sensors that were recorded beside the audio."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Reason
from sal_anchors.audio import content_hash
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.errors import SalAnchorsError

Readings = NDArray[np.float32]


class StreamError(SalAnchorsError):
    """Readings that cannot be used, with their reason from the closed list."""

    def __init__(self, reason: Reason, problem: str, *, where: Path, hint: str):
        super().__init__(problem, where=where, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Readings on the time line of a stretch of audio.

    Reading ``k`` is taken at ``start + k / rate`` seconds from the first sample, exactly; before
    the first and from ``start + n / rate`` on, the stream is absent.

    Attributes:
        name: of the stream.
        rate: readings a second, > 0.
        readings: float32 (n, channels), finite.
        start: seconds from the first sample to the first reading.
    """

    name: str
    rate: Fraction
    readings: Readings
    start: Fraction = Fraction(0)

    def moved(self, seconds: Fraction) -> Stream:
        """The readings later by so many seconds."""
        return dataclasses.replace(self, start=self.start + seconds)

    def stretched(self, factor: Fraction) -> Stream:
        """All times times ``factor``, > 0."""
        return dataclasses.replace(self, start=self.start * factor, rate=self.rate / factor)

    def within(self, seconds: Fraction) -> Stream:
        """The readings taken in [0, ``seconds``)."""
        first, end = (math.ceil((at - self.start) * self.rate) for at in (Fraction(0), seconds))
        first = max(0, first)
        kept = self.readings[first : max(first, end)]
        return dataclasses.replace(self, readings=kept, start=self.start + first / self.rate)


def exact_rate(rate: float) -> Fraction:
    """A rate as it is written: 99.9 is 999/10."""
    return Fraction(str(rate))


def read_stream(path: Path, ref: StreamRef) -> Stream:
    """The readings of a file, on the time line of its audio file; they stay on the disk until
    they are used.

    Args:
        path: an uncompressed ``.npy`` file of finite numbers, (n, ``ref.channels``).
        ref: what is said of it.

    Raises:
        StreamError: reason ``missing_stream``: no such file. Reason ``bad_stream``: it is no
            such array, has another number of channels, or values that are not finite.
    """
    readings = _mapped(path, ref)
    if readings.ndim != 2 or readings.shape[1] != ref.channels or readings.dtype.kind not in "fiu":
        raise _bad(
            path,
            f"stream {ref.name!r} is {readings.dtype} of shape {readings.shape}, numbers of shape "
            f"(n, {ref.channels}) are expected",
        )
    values = np.asarray(readings, dtype=np.float32)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise _bad(path, f"stream {ref.name!r}: reading {row} is {values[row].tolist()}")
    return Stream(ref.name, exact_rate(ref.rate), values)


def hashed_stream(path: Path, ref: StreamRef) -> StreamRef:
    """The reference with the hash of its file, once that is known to be usable.

    Raises:
        StreamError: as :func:`read_stream`.
    """
    read_stream(path, ref)
    return dataclasses.replace(ref, content_hash=content_hash(path))


def _mapped(path: Path, ref: StreamRef) -> NDArray[np.generic]:
    if not path.is_file():
        raise StreamError(
            Reason.MISSING_STREAM,
            f"no such file, stream {ref.name!r} is expected there",
            where=path,
            hint="Put it back, or take the stream out of the table",
        )
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise _bad(path, f"stream {ref.name!r}: not a .npy file ({error})") from None


def _bad(path: Path, problem: str) -> StreamError:
    hint = "Write it with numpy.save: float32, a row a reading, a column a channel, no NaN"
    return StreamError(Reason.BAD_STREAM, problem, where=path, hint=hint)
