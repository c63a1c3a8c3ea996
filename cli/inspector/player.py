"""Playing a stretch of audio, or writing it to a file where there is no device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .draw.picture import Sound

_FADE_SECONDS = 0.003


class NoDeviceError(Exception):
    """Nothing to play on, and why."""


class Player:
    """Plays on the system's default device."""

    def __init__(self) -> None:
        self._device: Any = None

    def play(self, samples: NDArray[np.float32], rate: int) -> None:
        """Play mono samples, full scale at +-1, and return at once.

        Raises:
            NoDeviceError: there is no device, or no library for it.
        """
        try:
            import sounddevice
        except ImportError:
            raise NoDeviceError('install sal-anchors[play] to hear it: no "sounddevice"') from None
        except OSError as error:
            raise NoDeviceError(str(error)) from None
        try:
            sounddevice.stop()
            sounddevice.play(samples, rate)
        except (sounddevice.PortAudioError, ValueError, OSError) as error:
            raise NoDeviceError(str(error)) from None
        self._device = sounddevice

    def stop(self) -> None:
        """Stop what is playing."""
        if self._device is not None:
            self._device.stop()


def snippet(sound: Sound, start: float, end: float) -> NDArray[np.float32]:
    """The samples of ``[start, end)`` seconds, faded over 3 ms at both ends."""
    first, last = (
        min(max(0, round((time - sound.first) * sound.rate)), len(sound.samples))
        for time in (start, end)
    )
    piece = np.array(sound.samples[first:last], dtype=np.float32)
    fade = min(round(_FADE_SECONDS * sound.rate), len(piece) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        piece[:fade] *= ramp
        piece[-fade:] *= ramp[::-1]
    return piece


def write_snippet(samples: NDArray[np.float32], rate: int, folder: Path, name: str) -> Path:
    """Write mono samples as 16-bit WAV into a folder, under a name that is still free.

    Raises:
        OSError: it cannot be written.
    """
    import soundfile

    safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in name)[:80]
    path = folder / f"{safe}.wav"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{safe}-{number}.wav"
    try:
        with path.open("xb") as file:
            soundfile.write(file, samples, rate, format="WAV", subtype="PCM_16")
    except soundfile.LibsndfileError as error:
        raise OSError(str(error)) from None
    return path
