"""Reading recordings: any rate, any channel count, in; mono float32 at one rate, out."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Reason
from sal_anchors.container import (
    HEAD_BYTES,
    SHORTENED,
    SPHERE,
    TAIL_BYTES,
    Container,
    Decoder,
    container_of,
    missing_bytes,
)
from sal_anchors.errors import SalAnchorsError
from sal_anchors.timebase import FrameGrid
from sal_anchors.transcode import TranscodeError, transcoded

if TYPE_CHECKING:
    import soundfile

SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".sph", ".wv1", ".wv2", ".aif", ".aiff"}
    | {".au", ".caf", ".w64", ".m4a", ".mp4", ".aac", ".webm", ".mka", ".wma", ".amr", ".g722"}
)
_END_TOLERANCE = 0.05
_BLOCK = 1 << 20
_UNKNOWN_LENGTH = 1 << 62
_STATEFUL = ("OPUS", "MPEG")
_COPY_AGAIN = "Copy it again from its source"


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


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a recording's header tells.

    Attributes:
        sample_rate: Hz.
        num_samples: a channel.
        channels: >= 1.
    """

    sample_rate: int
    num_samples: int
    channels: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.num_samples / self.sample_rate


def read_recording(
    path: Path,
    grid: FrameGrid,
    *,
    start: float = 0.0,
    duration: float | None = None,
    channel: int | None = None,
) -> Recording:
    """Decode a file, or a stretch of it, to mono at the grid's sample rate.

    Only the stretch is decoded, and memory is that of the result and a few blocks. With
    ``first = round(start * source_rate)`` the result covers the source's samples ``[first,
    first + round(duration * source_rate))`` and has exactly ``grid.resampled(source_samples,
    source_rate)`` samples; resampling is by soxr at its high quality. A stretch may end up to
    50 ms behind the file's end, since tables round their times; it then ends with the file.

    Args:
        path: wav, flac, ogg, mp3, NIST sphere and what else libsndfile decodes; with ffmpeg on
            PATH also m4a, webm, wma, amr, speex and g722.
        grid: gives the sample rate.
        start: seconds from the file's start.
        duration: seconds, or None for all that follows.
        channel: index from 0 of the channel to take, or None for the mean of all.

    Raises:
        AudioError: with reason missing_audio, empty_audio, not_audio, unsupported_audio,
            corrupt_audio, no_such_channel or segment_outside.
    """
    with _opened(path) as (file, info):
        _check_channel(path, info, channel)
        first, count = _stretch(path, info, start, duration)
        blocks = _mono_blocks(path, file, first, count, channel)
        samples = _at_grid_rate(blocks, count, info.sample_rate, grid)
    return Recording(samples, info.sample_rate, count, content_hash(path))


def probe_recording(path: Path) -> AudioInfo:
    """Rate, length and channels of a recording, without decoding it where its header tells.

    Raises:
        AudioError: as :func:`read_recording`.
    """
    with _opened(path) as (_, info):
        return info


def content_hash(path: Path) -> str:
    """SHA-256 of a file, hex; computed once a process while its size and time stay."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4096)
def _sha256(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[soundfile.SoundFile, AudioInfo]]:
    """The file at its start, and its length; what is wrong, now or while it is read, is told."""
    import soundfile

    head = _check_whole(path)
    container = container_of(head, path.suffix)
    if container is None:
        raise _not_audio(path, head, "not a recording in a known format")
    try:
        with _decoder(path, container) as file:
            yield file, _info(path, container, file)
    except soundfile.LibsndfileError as error:
        fault = f"cannot be decoded ({error.error_string.strip(' .')})"
        if not container.certain:
            raise _not_audio(path, head, fault) from None
        raise _corrupt(path, fault) from None
    except TranscodeError as error:
        raise _untranscodable(path, container, error) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _check_whole(path: Path) -> bytes:
    """The first bytes of a regular file that is not empty and not cut short."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(None, "it is not a file")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            missing = missing_bytes(head, file.read(), size)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not size:
        raise AudioError(
            Reason.EMPTY_AUDIO,
            "the file is empty (0 bytes)",
            where=path,
            hint=f"{_COPY_AGAIN}, or remove it",
        )
    if missing:
        raise _corrupt(path, f"cut short: it promises {size + missing} bytes, it has {size}")
    return head


def _decoder(path: Path, container: Container) -> soundfile.SoundFile:
    import soundfile

    if container.decoder is Decoder.FFMPEG:
        return soundfile.SoundFile(transcoded(path, container.demuxer or ""))
    # A descriptor, since names such as `-` and endings such as `.raw` mean more to libsndfile.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        file = soundfile.SoundFile(descriptor, closefd=True)
    except soundfile.LibsndfileError:
        if container.demuxer is None:
            raise
        return soundfile.SoundFile(transcoded(path, container.demuxer))
    if file.frames <= _UNKNOWN_LENGTH:
        return file
    # libsndfile cannot read a flac stream to its end where its header does not tell the length.
    file.close()
    return soundfile.SoundFile(transcoded(path, "flac"))


def _info(path: Path, container: Container, file: soundfile.SoundFile) -> AudioInfo:
    frames = file.frames
    if file.format != "MP3" and file.subtype.startswith("MPEG"):
        frames = _counted(path, container)
    return AudioInfo(file.samplerate, frames, file.channels)


def _counted(path: Path, container: Container) -> int:
    """Samples a channel, by decoding all: of mp3 in a wav file, whose header says too much."""
    with _decoder(path, container) as file:
        count = 0
        while decoded := len(file.read(_BLOCK, dtype="float32")):
            count += decoded
        return count


def _check_channel(path: Path, info: AudioInfo, channel: int | None) -> None:
    if channel is not None and not 0 <= channel < info.channels:
        held = "1 channel" if info.channels == 1 else f"{info.channels} channels"
        raise AudioError(
            Reason.NO_SUCH_CHANNEL,
            f"it has no channel {channel} (counted from 0): it has {held}",
            where=path,
            hint="Name another channel, or none for the mean of all",
        )


def _stretch(path: Path, info: AudioInfo, start: float, duration: float | None) -> tuple[int, int]:
    """First sample and number of samples, at the file's rate."""
    if not (math.isfinite(start) and start >= 0 and (duration is None or math.isfinite(duration))):
        raise _outside(path, info, start, duration)
    first = round(start * info.sample_rate)
    left = info.num_samples - first
    count = left if duration is None else round(duration * info.sample_rate)
    if duration is not None and (
        left <= 0 < count or count > left + round(_END_TOLERANCE * info.sample_rate)
    ):
        raise _outside(path, info, start, duration)
    count = min(count, left)
    if count <= 0:
        raise AudioError(
            Reason.EMPTY_AUDIO,
            "the recording has no samples" + (f" after {start:g} s" if start else ""),
            where=path,
            hint="Record it again or remove it",
        )
    return first, count


def _mono_blocks(
    path: Path, file: soundfile.SoundFile, first: int, count: int, channel: int | None
) -> Iterator[NDArray[np.float32]]:
    left = count
    while left:
        decoded = _decoded(file, first + count - left, min(left, _BLOCK))
        if not len(decoded):
            raise _corrupt(path, f"cannot be decoded (the last {left} samples are missing)")
        if channel is None and decoded.shape[1] > 1:
            mono = decoded.mean(axis=1, dtype=np.float32)
        else:
            mono = decoded[:, channel or 0]
        if not np.isfinite(mono).all():
            raise AudioError(
                Reason.CORRUPT_AUDIO,
                "samples that are not finite numbers",
                where=path,
                hint="Write the file again from its source",
            )
        left -= len(mono)
        yield mono


def _decoded(file: soundfile.SoundFile, first: int, count: int) -> NDArray[np.float32]:
    """Samples ``[first, first + count)``, fewer where the file ends before; (N, channels).

    After a seek the decoders of mp3 and opus take a while to settle, and soundfile seeks at the
    end of each read: so they begin a second earlier, within the same read. Opus then differs from
    a decoding of the whole by its coding noise alone.
    """
    lead = min(first, file.samplerate) if file.subtype.startswith(_STATEFUL) else 0
    file.seek(first - lead)
    decoded: NDArray[np.float32] = file.read(lead + count, dtype="float32", always_2d=True)
    return decoded[lead:]


def _at_grid_rate(
    blocks: Iterator[NDArray[np.float32]], count: int, rate: int, grid: FrameGrid
) -> NDArray[np.float32]:
    samples = np.zeros(grid.resampled(count, rate), dtype=np.float32)
    stream = None
    if rate != grid.sample_rate:
        import soxr

        stream = soxr.ResampleStream(rate, grid.sample_rate, 1, dtype="float32", quality="HQ")
    read = written = 0
    for block in blocks:
        read += len(block)
        if stream is not None:
            block = stream.resample_chunk(np.ascontiguousarray(block), last=read == count)
        piece = block[: len(samples) - written]
        samples[written : written + len(piece)] = piece
        written += len(piece)
    return samples


def _unreadable(path: Path, error: OSError | ValueError) -> AudioError:
    return AudioError(
        Reason.MISSING_AUDIO,
        f"cannot be read ({getattr(error, 'strerror', None) or error})",
        where=path,
        hint="Put the file back, or name the audio's folder with --audio-root",
    )


def _not_audio(path: Path, head: bytes, problem: str) -> AudioError:
    return AudioError(
        Reason.NOT_AUDIO,
        f"{problem}; it begins with {head[:8]!r}",
        where=path,
        hint="Convert it to wav or flac, or remove it from the corpus",
    )


def _corrupt(path: Path, problem: str) -> AudioError:
    return AudioError(Reason.CORRUPT_AUDIO, problem, where=path, hint=_COPY_AGAIN)


def _untranscodable(path: Path, container: Container, error: TranscodeError) -> AudioError:
    if error.refused and container is not SHORTENED:
        return _corrupt(path, f"cannot be decoded as {container.name} ({error})")
    hint = "Install ffmpeg, or convert the file to wav or flac"
    if container in (SPHERE, SHORTENED):
        hint = "Convert it with sph2pipe, such as: sph2pipe -f wav IN.sph OUT.wav"
    return AudioError(Reason.UNSUPPORTED_AUDIO, f"{container.name}: {error}", where=path, hint=hint)


def _outside(path: Path, info: AudioInfo, start: float, duration: float | None) -> AudioError:
    end = "its end" if duration is None else f"{start + duration:g} s"
    return AudioError(
        Reason.SEGMENT_OUTSIDE,
        f"the stretch from {start:g} s to {end} is not inside its {info.seconds:g} s",
        where=path,
        hint="Correct the start and the duration in the corpus",
    )
