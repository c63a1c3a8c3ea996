"""The audio of a row and the streams beside it: whether they are there, and still the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sal_anchors.audio import AudioError, content_hash, probe_recording
from sal_anchors.check.code import Code
from sal_anchors.check.problem import Problem
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row
from sal_anchors.streams import StreamError, hashed_stream


def check_audio(manifest: Manifest, row: Row) -> list[Problem]:
    """What is wrong with the audio and the streams of a row; no audio is decoded where its header
    tells its length.

    Rows whose audio could not be read when they were aligned say so themselves.
    """
    if not row.num_samples or not row.sample_rate:
        return []
    return [*_problems(manifest, row), *_of_streams(manifest, row)]


def _problems(manifest: Manifest, row: Row) -> Iterator[Problem]:
    try:
        path = manifest.audio_path(row)
    except ManifestError as error:
        fix = error.hint if error.hint and "Align" not in error.hint else None
        yield Problem(Code.AUDIO_OUTSIDE, error.problem, id=row.id, file=row.audio, other_fix=fix)
        return
    try:
        hashed = content_hash(path) if path.is_file() else ""
        info = probe_recording(path)
    except (AudioError, OSError) as error:
        yield Problem.of(row, Code.AUDIO_MISSING, _why(error, path))
        return
    if row.content_hash and hashed != row.content_hash:
        yield Problem.of(
            row,
            Code.AUDIO_CHANGED,
            f"its SHA-256 is {hashed[:12]}..., {row.content_hash[:12]}... is expected",
        )
    end = round(row.start * row.sample_rate) + row.num_samples
    if info.sample_rate != row.sample_rate:
        message = f"the file is at {info.sample_rate} Hz, the row says {row.sample_rate} Hz"
        yield Problem.of(row, Code.DURATION_DIFFERS, message)
    elif end > info.num_samples:
        yield Problem.of(
            row,
            Code.DURATION_DIFFERS,
            f"the file has {info.num_samples} samples ({info.seconds:.3f} s), the row ends at "
            f"sample {end} ({end / row.sample_rate:.3f} s)",
        )


def _of_streams(manifest: Manifest, row: Row) -> Iterator[Problem]:
    """What is wrong with the streams of a usable row; of another nothing is used."""
    for stream in row.streams if row.usable else ():
        try:
            hashed = hashed_stream(manifest.stream_path(row, stream), stream).content_hash
        except (StreamError, ManifestError, OSError) as error:
            yield Problem.of(row, Code.STREAM_MISSING, str(error))
            continue
        if stream.content_hash and hashed != stream.content_hash:
            told = f"the SHA-256 of {stream.path} is {hashed[:12]}..., "
            expected = f"{stream.content_hash[:12]}... is expected"
            yield Problem.of(row, Code.STREAM_CHANGED, told + expected)


def _why(error: AudioError | OSError, path: Path) -> str:
    if isinstance(error, AudioError):
        return f"{path}: {error.problem}"
    return f"{path}: cannot be read ({error.strerror or error})"
