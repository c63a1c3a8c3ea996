"""Log-mel filterbanks on the frame grid, by kaldi-native-fbank; one code for files and streams."""

from __future__ import annotations

from array import array

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase import FrameGrid

_INT16_SCALE = 32_768.0
_BLOCK_SECONDS = 10


class LogMelConfig(BaseModel):
    """Options of the filterbank.

    Attributes:
        num_bins: mel filters, spread from ``low_hz`` to the Nyquist frequency.
        low_hz: lower edge of the lowest filter, Hz.
        floor: values below are raised to it (natural log of energy, samples scaled to int16);
            the default is about the energy of 16-bit rounding noise, so that digital silence
            looks like a quiet room.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    num_bins: int = Field(default=40, ge=4, le=256)
    low_hz: float = Field(default=20.0, ge=0)
    floor: float = Field(default=3.0, ge=-16, le=30)


def log_mel(
    samples: ArrayLike, grid: FrameGrid, config: LogMelConfig | None = None
) -> NDArray[np.float32]:
    """Log-mel energies of a recording.

    Frame ``t`` is ``max(floor, log(M |FFT(window)|^2))`` of the grid's window ``t``, with Kaldi's
    mel filters ``M``, pre-emphasis 0.97, mean removal and Povey window, without dither; silence
    stands before and after the recording as far as the grid's windows reach over it (Kaldi and
    torch mirror the recording there, which changes their first and last frames).

    Args:
        samples: (N,), mono, full scale at +-1, at the grid's rate.
        grid: where the frames lie.
        config: options; the defaults if None.

    Raises:
        GridMismatchError: if the filters do not fit the grid's window.

    Returns:
        float32 (grid.num_frames(N), num_bins).
    """
    online = OnlineLogMel(grid, config)
    frames = np.concatenate([online.accept(samples), online.flush()])
    return frames[: grid.num_frames(np.size(samples))]


class OnlineLogMel:
    """:func:`log_mel` for a stream in pieces of any size; equal to it bit for bit.

    Each frame comes as soon as it is known. On a grid with ``after < 0``, which leaves out the
    last frames of a recording, a stream has brought them before it ends.
    Memory does not grow with the stream.

    Args:
        grid: where the frames lie.
        config: options; the defaults if None.

    Raises:
        GridMismatchError: if the filters do not fit the grid's window.
    """

    def __init__(self, grid: FrameGrid, config: LogMelConfig | None = None):
        self.grid = grid
        self.config = config or LogMelConfig()
        self._options = _fbank_options(grid, self.config)
        self._ended = False
        self._start()

    def accept(self, samples: ArrayLike) -> NDArray[np.float32]:
        """Take samples (n,), full scale at +-1; return the frames completed by them (k, bins).

        Raises:
            ValueError: if ``samples`` has not one dimension.
        """
        if self._ended:
            self._start()
        scaled = np.asarray(samples, dtype=np.float32) * np.float32(_INT16_SCALE)
        if scaled.ndim != 1:
            raise ValueError(f"samples must be (n,), mono, got shape {scaled.shape}")
        before = max(0, self.grid.origin - self._received)
        self._received += len(scaled)
        scaled = scaled[before:]
        block = _BLOCK_SECONDS * self.grid.sample_rate
        frames = [
            self._advance(scaled[first : first + block]) for first in range(0, len(scaled), block)
        ]
        return np.concatenate(frames) if frames else self._no_frames()

    def flush(self) -> NDArray[np.float32]:
        """Fill up the begun frames with silence, return those it completes (k, bins), and start
        anew; ``k`` is 0 or 1 on a causal grid."""
        if self._ended:
            self._start()
        last = self.grid.num_frames(self._received) - 1
        missing = self.grid.frame_end(last) - max(self._received, self.grid.origin)
        frames = self._no_frames()
        if last >= self._taken:
            frames = self._advance(np.zeros(missing, np.float32))
        self._ended = True
        return frames

    def _start(self) -> None:
        try:
            self._fbank = knf.OnlineFbank(self._options)
        except ValueError as error:
            raise GridMismatchError(
                f"{self.config.num_bins} mel filters from {self.config.low_hz:g} Hz do not fit the "
                f"{self.grid} ({error})",
                hint="Take fewer filters or a longer window",
            ) from None
        self._received = 0
        self._taken = 0
        self._ended = False
        self._fbank.accept_waveform(self.grid.sample_rate, [0.0] * max(0, -self.grid.origin))

    def _advance(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        # Of all sequences of floats that the library takes, an array is converted fastest.
        self._fbank.accept_waveform(self.grid.sample_rate, array("f", scaled.tobytes()))
        ready = self._fbank.num_frames_ready
        if ready == self._taken:
            return self._no_frames()
        frames = np.concatenate([self._fbank.get_frame(t) for t in range(self._taken, ready)])
        self._fbank.pop(ready - self._taken)
        self._taken = ready
        np.maximum(frames, np.float32(self.config.floor), out=frames)
        return frames.reshape(-1, self.config.num_bins)

    def _no_frames(self) -> NDArray[np.float32]:
        return np.zeros((0, self.config.num_bins), dtype=np.float32)


def _fbank_options(grid: FrameGrid, config: LogMelConfig) -> knf.FbankOptions:
    """Kaldi's options; sizes go through milliseconds in float32 and are truncated to samples,
    hence the quarter of a sample on top."""
    options = knf.FbankOptions()
    options.frame_opts.samp_freq = grid.sample_rate
    options.frame_opts.frame_shift_ms = (grid.hop + 0.25) * 1000 / grid.sample_rate
    options.frame_opts.frame_length_ms = (grid.window + 0.25) * 1000 / grid.sample_rate
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = config.num_bins
    options.mel_opts.low_freq = config.low_hz
    return options
