"""Reading recordings: any rate, any channel count, in; mono float32 at one rate, out."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from sal_anchors.accounting import Reason
from sal_anchors.errors import SalAnchorsError
from sal_anchors.timebase import FrameGrid

SUFFIXES = frozenset({".wav", ".flac"})
_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"fLaC")
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)


class AudioError(SalAnchorsError):
    """A recording that cannot be used, with its reason from the closed list."""

    def __init__(self, reason: Reason, problem: str, *, where: Path, hint: str):
        super().__init__(problem, where=where, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A decoded stretch of audio.

    Attributes:
        samples: float32 (N,), mono, full scale at +-1, at the grid's rate.
        source_rate: the file's own sample rate, Hz.
        source_samples: the stretch's length at the file's own rate.
        content_hash: SHA-256 of the file, hex.
    """

    samples: NDArray[np.float32]
    source_rate: int
    source_samples: int
    content_hash: str


def read_recording(
    path: Path, grid: FrameGrid, *, start: float = 0.0, duration: float | None = None
) -> Recording:
    """Decode a file, or a stretch of it, to mono at the grid's sample rate.

    Channels are averaged; resampling is by soxr at its high quality, and the result has exactly
    ``grid.resampled(source_samples, source_rate)`` samples.

    Args:
        path: a wav or flac file.
        grid: gives the sample rate.
        start: seconds from the file's start.
        duration: seconds, or None for all that follows.

    Raises:
        AudioError: with reason missing_audio, empty_audio, not_audio or corrupt_audio.
    """
    content = _read_bytes(path)
    _check_container(content, path)
    decoded, rate = _decode(content, path)
    first = round(start * rate)
    stop = len(decoded) if duration is None else first + round(duration * rate)
    mono = decoded[first:stop].mean(axis=1, dtype=np.float32)
    if not len(mono):
        raise AudioError(
            Reason.EMPTY_AUDIO,
            "the recording has no samples",
            where=path,
            hint="Record it again or remove it",
        )
    if not np.isfinite(mono).all():
        raise AudioError(
            Reason.CORRUPT_AUDIO,
            "samples that are not finite numbers",
            where=path,
            hint="Write the file again from its source",
        )
    samples = _resample(mono, rate, grid)
    return Recording(samples, rate, len(mono), hashlib.sha256(content).hexdigest())


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AudioError(
            Reason.MISSING_AUDIO,
            f"cannot be read ({error.strerror})",
            where=path,
            hint="Put the file back, or name the audio's folder with --audio-root",
        ) from None
    if not content:
        raise AudioError(
            Reason.EMPTY_AUDIO,
            "the file is empty (0 bytes)",
            where=path,
            hint="Copy it again from its source, or remove it",
        )
    return content


def _check_container(content: bytes, path: Path) -> None:
    """Tell files that are no audio at all, and wav files cut short, which libsndfile accepts."""
    if content[:4] not in _MAGIC:
        raise AudioError(
            Reason.NOT_AUDIO,
            f"not a wav or flac file (it begins with {content[:8]!r})",
            where=path,
            hint="Convert it to wav or flac, or remove it from the corpus",
        )
    promised = _promised_size(content)
    if promised not in _UNKNOWN_SIZES and promised + 8 > len(content) + 1:
        raise AudioError(
            Reason.CORRUPT_AUDIO,
            f"cut short: its header promises {promised + 8} bytes, it has {len(content)}",
            where=path,
            hint="Copy it again from its source",
        )


def _promised_size(content: bytes) -> int:
    """Bytes that a wav file's header says follow its first 8; 0 for flac."""
    match content[:4]:
        case b"RIFF":
            return int.from_bytes(content[4:8], "little")
        case b"RIFX":
            return int.from_bytes(content[4:8], "big")
        case b"RF64" if content[12:16] == b"ds64":
            return int.from_bytes(content[20:28], "little")
    return 0


def _decode(content: bytes, path: Path) -> tuple[NDArray[np.float32], int]:
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            decoded = file.read(dtype="float32", always_2d=True)
            fault = (
                "" if len(decoded) == file.frames else f"{len(decoded)} of {file.frames} samples"
            )
            rate = file.samplerate
    except soundfile.LibsndfileError as error:
        fault = error.error_string.strip(" .")
    if fault:
        raise AudioError(
            Reason.CORRUPT_AUDIO,
            f"cannot be decoded ({fault})",
            where=path,
            hint="Copy it again from its source",
        )
    return decoded, rate


def _resample(mono: NDArray[np.float32], rate: int, grid: FrameGrid) -> NDArray[np.float32]:
    length = grid.resampled(len(mono), rate)
    if rate == grid.sample_rate:
        return mono
    resampled = soxr.resample(mono, rate, grid.sample_rate)[:length]
    return np.pad(resampled, (0, length - len(resampled)))
