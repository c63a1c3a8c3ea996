"""Recordings that libsndfile does not know, decoded once by ffmpeg where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import IO

_TIMEOUT_SECONDS = 600
_COPIES_KEPT = 4


class TranscodeError(Exception):
    """ffmpeg is absent, failed, or took too long; the message says which.

    Attributes:
        refused: ffmpeg ran and could not decode the file.
    """

    def __init__(self, problem: str, *, refused: bool = False):
        super().__init__(problem)
        self.refused = refused


def transcoded(path: Path, demuxer: str) -> IO[bytes]:
    """The first audio stream of a file as an AU file of 32-bit floats, open at its start.

    The copy has no name on disk and ends with the process; the last few are kept, so that many
    stretches of one recording are decoded once.

    Args:
        path: the recording.
        demuxer: ffmpeg's name of the container. It is never guessed, so that no play list
            inside a recording makes ffmpeg open other files.

    Raises:
        TranscodeError: there is no copy to be had.
    """
    state = path.stat()
    copy = _copy(str(path.absolute()), demuxer, state.st_size, state.st_mtime_ns)
    copy.seek(0)
    return copy


@lru_cache(maxsize=_COPIES_KEPT)
def _copy(path: str, demuxer: str, size: int, modified: int) -> IO[bytes]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise TranscodeError("needs ffmpeg, which is not on PATH")
    source = ("-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:{path}")
    target = ("-map", "0:a:0", "-map_metadata", "-1", "-c:a", "pcm_f32be", "-f", "au", "pipe:1")
    quiet = ("-nostdin", "-hide_banner", "-loglevel", "error", "-xerror")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 -- it is closed when the cache lets go of it
    try:
        subprocess.run(  # noqa: S603
            [program, *quiet, *source, *target],
            stdin=subprocess.DEVNULL,
            stdout=copy,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        copy.close()
        raise TranscodeError(f"ffmpeg was not done after {_TIMEOUT_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        copy.close()
        raise TranscodeError(f"ffmpeg: {_last_line(error.stderr)}", refused=True) from None
    except OSError as error:
        copy.close()
        raise TranscodeError(f"ffmpeg does not start ({error.strerror})") from None
    return copy


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "failed without a message"
