"""The grids against the feature extractors themselves: which frames there are, what each sees."""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase import FrameGrid, grid_in_ms, kaldi_grid, stft_grid

RATES = (8_000, 16_000, 22_050, 44_100, 48_000)
HOPS_MS = (10.0, 12.5, 16.0, 20.0, 30.0, 32.0, 80.0)
rates = st.sampled_from(RATES)
lengths = st.just(0) | st.integers(1, 300) | st.integers(0, 20_000)


def _fbank(rate: int, hop_ms: float, window_ms: float, snip_edges: bool) -> knf.OnlineFbank:
    options = knf.FbankOptions()
    frames = options.frame_opts
    frames.samp_freq, frames.frame_shift_ms, frames.frame_length_ms = rate, hop_ms, window_ms
    frames.snip_edges, frames.dither, frames.window_type = snip_edges, 0.0, "rectangular"
    frames.remove_dc_offset, frames.preemph_coeff = False, 0.0
    options.mel_opts.num_bins = 4
    return knf.OnlineFbank(options)


def _kaldi(samples: NDArray[np.float32], *options: float) -> NDArray[np.float32]:
    fbank = _fbank(*options)  # type: ignore[arg-type]
    fbank.accept_waveform(options[0], samples.tolist())
    fbank.input_finished()
    frames = [fbank.get_frame(t) for t in range(fbank.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, 4), np.float32)


def _stft(
    samples: NDArray[np.float32], n_fft: int, hop: int, win_length: int, center: bool
) -> NDArray[np.float32]:
    """Magnitudes (T, bins) with a window of ones; no frames where torch refuses the length."""
    if len(samples) + 2 * (n_fft // 2) * center < n_fft:
        return np.zeros((0, n_fft // 2 + 1), np.float32)
    spectrum = torch.stft(
        torch.from_numpy(samples),
        n_fft,
        hop,
        win_length,
        torch.ones(win_length),
        center=center,
        pad_mode="constant",
        return_complex=True,
    )
    return spectrum.abs().T.numpy()


def _click(length: int, at: int) -> NDArray[np.float32]:
    samples = np.zeros(length, np.float32)
    samples[at] = 1.0
    return samples


def _seeing(grid: FrameGrid, num_samples: int, sample: int) -> list[int]:
    """The slow, obvious way: frames whose window holds a sample."""
    return [
        t
        for t in range(grid.num_frames(num_samples))
        if grid.frame_start(t) <= sample < grid.frame_end(t)
    ]


@settings(max_examples=100)
@given(rates, st.sampled_from(HOPS_MS), st.floats(1, 4), st.booleans(), lengths)
def test_kaldi_gives_as_many_frames_as_its_grid_has(
    rate: int, hop_ms: float, ratio: float, snip_edges: bool, length: int
) -> None:
    window_ms = round(ratio * hop_ms, 2)
    grid = kaldi_grid(rate, frame_shift_ms=hop_ms, frame_length_ms=window_ms, snip_edges=snip_edges)
    found = len(_kaldi(np.ones(length, np.float32), rate, hop_ms, window_ms, snip_edges))
    assert grid.num_frames(length) == found


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hop_ms", HOPS_MS)
@pytest.mark.parametrize("snip_edges", [True, False])
def test_kaldi_gives_as_many_frames_around_every_edge(
    rate: int, hop_ms: float, snip_edges: bool
) -> None:
    grid = kaldi_grid(
        rate, frame_shift_ms=hop_ms, frame_length_ms=2.5 * hop_ms, snip_edges=snip_edges
    )
    edges = (0, 1, grid.hop // 2, grid.hop, grid.window, 5 * grid.hop + grid.hop // 2)
    for length in {max(0, edge + more) for edge in edges for more in (-1, 0, 1)}:
        frames = _kaldi(np.ones(length, np.float32), rate, hop_ms, 2.5 * hop_ms, snip_edges)
        assert len(frames) == grid.num_frames(length)


@settings(max_examples=40)
@given(st.booleans(), st.integers(0, 3_000), st.integers(20, 60))
def test_kaldi_has_a_frame_ready_when_the_grid_knows_it(
    snip_edges: bool, length: int, window_ms: int
) -> None:
    grid = kaldi_grid(frame_length_ms=window_ms, snip_edges=snip_edges)
    fbank = _fbank(16_000, 10.0, window_ms, snip_edges)
    fbank.accept_waveform(16_000, [0.5] * length)
    known = sum(grid.frame_end(t) <= length for t in range(grid.num_frames(length)))
    assert fbank.num_frames_ready == known


@settings(max_examples=40)
@given(st.booleans(), st.integers(1_000, 3_000), st.data())
def test_kaldi_s_frames_see_the_samples_that_the_grid_says(
    snip_edges: bool, length: int, data: st.DataObject
) -> None:
    grid = kaldi_grid(snip_edges=snip_edges)
    at = data.draw(st.integers(400, length - 401))  # away from the mirrored edges
    features = _kaldi(_click(length, at), 16_000, 10.0, 25.0, snip_edges)
    loud = np.flatnonzero(features.max(axis=1) > -10)
    assert loud.tolist() == _seeing(grid, length, at)


@settings(max_examples=150)
@given(
    st.integers(2, 700),
    st.integers(1, 800),
    st.floats(0.02, 1),
    st.booleans(),
    st.integers(0, 4_000),
)
def test_torch_gives_as_many_frames_as_its_grid_has(
    n_fft: int, hop: int, share: float, center: bool, length: int
) -> None:
    win_length = max(1, round(share * n_fft))
    grid = stft_grid(16_000, n_fft=n_fft, hop_length=hop, win_length=win_length, center=center)
    found = len(_stft(np.ones(length, np.float32), n_fft, hop, win_length, center))
    assert grid.num_frames(length) == found
    dropped = stft_grid(
        16_000, n_fft=n_fft, hop_length=hop, win_length=win_length, center=center, drop_last=True
    )
    assert dropped.num_frames(length) == max(0, found - 1)


@settings(max_examples=100)
@given(st.integers(2, 300), st.floats(0.02, 1), st.integers(5, 200), st.booleans(), st.data())
def test_torch_s_frames_see_the_samples_that_the_grid_says(
    n_fft: int, share: float, hop: int, center: bool, data: st.DataObject
) -> None:
    win_length = max(1, round(share * n_fft))
    length = data.draw(st.integers(max(1, n_fft), 1_000))
    at = data.draw(st.integers(0, length - 1))
    grid = stft_grid(16_000, n_fft=n_fft, hop_length=hop, win_length=win_length, center=center)
    loud = _stft(_click(length, at), n_fft, hop, win_length, center).max(axis=1) > 0.5
    assert np.flatnonzero(loud).tolist() == _seeing(grid, length, at)


def test_whole_windows_of_torch_are_kaldi_s_and_the_names_say_what_is_meant() -> None:
    assert stft_grid(16_000, n_fft=400, hop_length=160, center=False) == kaldi_grid()
    centred = stft_grid(16_000, n_fft=512, hop_length=160, win_length=400)
    assert centred == FrameGrid(16_000, 160, 400, "centred")
    assert centred.convention == "centred"
    odd = stft_grid(22_050, n_fft=1_024, hop_length=220, win_length=551)
    assert (odd.convention, odd.origin, odd.after) == ("explicit", -276, 275)


@given(st.integers(0, 576_000_000))
def test_whisper_and_newer_nemo_have_a_frame_for_each_whole_hop(length: int) -> None:
    whisper = stft_grid(16_000, n_fft=400, hop_length=160, drop_last=True)
    nemo = stft_grid(16_000, n_fft=512, hop_length=160, win_length=400, drop_last=True)
    assert whisper == nemo
    assert whisper.num_frames(length) == length // 160


def test_a_window_above_the_transform_is_refused() -> None:
    with pytest.raises(GridMismatchError, match="win_length 600 is above n_fft 512"):
        stft_grid(16_000, n_fft=512, hop_length=160, win_length=600)


@settings(max_examples=100)
@given(
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 2),
    st.integers(0, 40),
)
def test_a_convolution_gives_as_many_frames_as_its_grid_has(
    size: int, stride: int, before: int, after: int, dilation: int, frames: int
) -> None:
    kernel = dilation * (size - 1) + 1
    assume(before + after < kernel)
    grid = FrameGrid().convolved(kernel, stride, before=before, after=after)
    padded = torch.ones(1, 1, frames + before + after)
    layer = torch.nn.Conv1d(1, 1, size, stride, dilation=dilation)
    found = layer(padded).shape[-1] if padded.shape[-1] >= kernel else 0
    assert grid.num_frames(frames * 160) == found


@settings(max_examples=100)
@given(
    st.sampled_from([1, 2, 3, 4]), st.sampled_from([1, 2, 3, 4]), st.integers(0, 9_000), st.data()
)
def test_models_that_stack_or_stride_frames_have_the_grid_derived(
    count: int, stride: int, length: int, data: st.DataObject
) -> None:
    base = data.draw(
        st.sampled_from(
            [
                FrameGrid(),
                kaldi_grid(),
                kaldi_grid(snip_edges=False),
                stft_grid(16_000, n_fft=400, hop_length=160),
                stft_grid(16_000, n_fft=401, hop_length=161, drop_last=True),
            ]
        )
    )
    features = np.arange(base.num_frames(length))
    first = data.draw(st.integers(0, stride - 1))
    kept = features[first::stride]
    strided = base.strided(stride, first=first)
    assert strided.num_frames(length) == len(kept)
    assert [strided.frame_end(j) for j in range(len(kept))] == [base.frame_end(t) for t in kept]
    stacks = features[: len(features) // count * count].reshape(-1, count)
    stacked = base.stacked(count)
    assert stacked.num_frames(length) == len(stacks)
    for j, stack in enumerate(stacks):
        assert stacked.frame_start(j) == base.frame_start(stack[0])
        assert stacked.frame_end(j) == base.frame_end(stack[-1])
    assert base.stacked(count, pad=True).num_frames(length) == -(-len(features) // count)


def test_a_causal_grid_that_fills_up_its_stacks_is_the_causal_grid_of_the_longer_hop() -> None:
    assert FrameGrid().stacked(4, pad=True) == FrameGrid(16_000, 640, 880)
    assert FrameGrid().stacked(4, pad=True).convention == "causal"
    assert FrameGrid().strided(1) == FrameGrid().stacked(1) == FrameGrid()


@settings(max_examples=30)
@given(st.integers(0, 4_000))
def test_the_raw_audio_encoder_of_wav2vec2_is_a_grid_of_20_ms(length: int) -> None:
    grid = FrameGrid(16_000, 1, 1, "snip_edges")
    units = torch.ones(1, 1, length)
    for kernel, stride in ((10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2)):
        grid = grid.convolved(kernel, stride)
        enough = units.shape[-1] >= kernel
        units = (
            torch.nn.functional.max_pool1d(units, kernel, stride) if enough else torch.ones(1, 1, 0)
        )
    assert grid == FrameGrid(16_000, 320, 400, "snip_edges")
    assert grid.num_frames(length) == units.shape[-1]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"kernel": 0, "stride": 1}, "kernel"),
        ({"kernel": 3, "stride": 0}, "stride"),
        ({"kernel": 3, "stride": 2.0}, "2.0"),
        ({"kernel": 3, "stride": 1, "before": -1}, "before"),
        ({"kernel": 3, "stride": 1, "before": 2, "after": 1}, r"2 \+ 1 frames.*kernel of 3"),
    ],
)
def test_a_convolution_that_cannot_be_is_refused(values: dict[str, int], told: str) -> None:
    with pytest.raises(GridMismatchError, match=told):
        FrameGrid().convolved(**values)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hop_ms", [*HOPS_MS, 11.61])
def test_milliseconds_are_whole_samples_or_the_nearest_are_named(rate: int, hop_ms: float) -> None:
    exact = rate * round(hop_ms * 100)
    if exact % 100_000 == 0:
        grid = grid_in_ms(rate, hop_ms=hop_ms, window_ms=2 * hop_ms)
        assert (grid.hop, grid.window) == (exact // 100_000, exact // 50_000)
        return
    with pytest.raises(GridMismatchError, match="not a whole number") as caught:
        grid_in_ms(rate, hop_ms=hop_ms, window_ms=100.0)
    below = exact // 100_000
    assert f"{below} samples" in str(caught.value)
    assert f"{below + 1} samples" in str(caught.value)


def test_the_error_of_a_hop_between_samples_tells_what_to_do() -> None:
    with pytest.raises(GridMismatchError) as caught:
        grid_in_ms(22_050, hop_ms=12.5, window_ms=30)
    assert str(caught.value) == (
        "a hop of 12.5 ms at 22050 Hz is 275.625 samples, not a whole number. The nearest are "
        "275 samples (12.4717 ms) or 276 samples (12.517 ms): give hop in samples, or resample "
        "to 8000 or 16000 or 48000 Hz"
    )
    with pytest.raises(GridMismatchError, match="nan"):
        grid_in_ms(16_000, hop_ms=float("nan"), window_ms=30)
    with pytest.raises(GridMismatchError, match="inf"):
        grid_in_ms(16_000, hop_ms=10, window_ms=float("inf"))
    with pytest.raises(GridMismatchError, match="-160"):
        grid_in_ms(16_000, hop_ms=-10, window_ms=30)
