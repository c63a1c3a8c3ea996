"""Grids of feature extractors, by the parameters that the extractors themselves take."""

from __future__ import annotations

import struct
from fractions import Fraction

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase.convention import Convention, name_of
from sal_anchors.timebase.grid import FrameGrid

_COMMON_RATES = (8_000, 16_000, 22_050, 44_100, 48_000)


def grid_in_ms(
    sample_rate: int, *, hop_ms: float, window_ms: float, convention: Convention = "causal"
) -> FrameGrid:
    """A grid with its sizes in milliseconds.

    Raises:
        GridMismatchError: a size that is not a whole number of samples; the error names the
            nearest that are.
    """
    hop = _whole_samples("hop", hop_ms, sample_rate)
    window = _whole_samples("window", window_ms, sample_rate)
    return FrameGrid(sample_rate, hop, window, convention)


def kaldi_grid(
    sample_rate: int = 16_000,
    *,
    frame_shift_ms: float = 10.0,
    frame_length_ms: float = 25.0,
    snip_edges: bool = True,
) -> FrameGrid:
    """The grid of Kaldi's features, kaldi-native-fbank, kaldifeat and ``torchaudio.compliance``.

    Sizes are cut off to whole samples as Kaldi does: ``floor(sample_rate * 0.001 * ms)``.

    Args:
        sample_rate: Hz.
        frame_shift_ms: between frames.
        frame_length_ms: of the window.
        snip_edges: only whole windows if True, one frame a hop if False.
    """
    hop, window = (
        int(sample_rate * 0.001 * _float32(ms)) for ms in (frame_shift_ms, frame_length_ms)
    )
    return FrameGrid(sample_rate, hop, window, "snip_edges" if snip_edges else "no_snip_edges")


def stft_grid(
    sample_rate: int,
    *,
    n_fft: int,
    hop_length: int,
    win_length: int | None = None,
    center: bool = True,
    drop_last: bool = False,
) -> FrameGrid:
    """The grid of ``torch.stft``, ``librosa.stft`` and what is built on them.

    A window shorter than ``n_fft`` stands in its middle, ``(n_fft - win_length) // 2`` from its
    start: the grid's window is what the extractor really sees.

    Args:
        sample_rate: Hz.
        n_fft: samples of a transform.
        hop_length: samples.
        win_length: samples; ``n_fft`` if None.
        center: whether ``n_fft // 2`` samples of padding stand before and behind the recording.
        drop_last: whether the last frame is left out, as Whisper and newer NeMo do.

    Raises:
        GridMismatchError: ``win_length`` above ``n_fft``, or sizes that are none.
    """
    window = n_fft if win_length is None else win_length
    if window > n_fft:
        raise GridMismatchError(
            f"win_length {window} is above n_fft {n_fft}", hint="Give an n_fft of at least it"
        )
    whole = FrameGrid(sample_rate, hop_length, n_fft, "centred" if center else "snip_edges")
    left = (n_fft - window) // 2
    origin = whole.origin + left
    after = whole.after - (n_fft - window - left) - (hop_length if drop_last else 0)
    name = name_of(hop_length, window, origin, after)
    return FrameGrid(sample_rate, hop_length, window, name, origin=origin, after=after)


def _whole_samples(name: str, milliseconds: float, sample_rate: int) -> int:
    try:
        exact = Fraction(str(milliseconds)) * sample_rate / 1000
    except ValueError:
        raise GridMismatchError(
            f"{name} must be a number of milliseconds, got {milliseconds!r}"
        ) from None
    if exact.denominator == 1:
        return int(exact)
    nearest = [n for n in (int(exact), int(exact) + 1) if n > 0]
    listed = " or ".join(f"{n} samples ({n * 1000 / sample_rate:.6g} ms)" for n in nearest)
    whole = [rate for rate in _COMMON_RATES if (exact * rate / sample_rate).denominator == 1]
    other = f", or resample to {' or '.join(map(str, whole))} Hz" if whole else ""
    raise GridMismatchError(
        f"a {name} of {milliseconds:g} ms at {sample_rate} Hz is {float(exact):.6g} samples, "
        "not a whole number",
        hint=f"The nearest are {listed}: give {name} in samples{other}",
    )


def _float32(value: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single
