"""Reading recordings of every common sort, and refusing broken ones with their reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Reason
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
RATES = (8_000, 22_050, 44_100, 48_000)


def _noise(num_samples: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, num_samples)


def _refused(path: Path) -> AudioError:
    with pytest.raises(AudioError) as caught:
        read_recording(path, GRID)
    assert path.name in str(caught.value)
    return caught.value


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("num_samples", [1, 7, 12_345])
def test_the_length_is_the_grid_s_at_every_rate(
    tmp_path: Path, rate: int, num_samples: int
) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(num_samples), rate)
    recording = read_recording(tmp_path / "a.wav", GRID)
    assert len(recording.samples) == GRID.resampled(num_samples, rate)
    assert (recording.source_rate, recording.source_samples) == (rate, num_samples)
    assert recording.samples.dtype == np.float32


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=st.sampled_from(RATES), num_samples=st.integers(1, 5_000))
def test_the_length_is_the_grid_s_for_any_number_of_samples(
    tmp_path: Path, rate: int, num_samples: int
) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(num_samples), rate)
    recording = read_recording(tmp_path / "a.wav", GRID)
    assert len(recording.samples) == GRID.resampled(num_samples, rate)


@pytest.mark.parametrize("rate", RATES)
def test_a_click_stays_at_its_time_after_resampling(tmp_path: Path, rate: int) -> None:
    samples = np.zeros(rate)
    samples[round(0.637 * rate)] = 0.9
    soundfile.write(tmp_path / "click.wav", samples, rate)
    recording = read_recording(tmp_path / "click.wav", GRID)
    found = int(np.abs(recording.samples).argmax()) / GRID.sample_rate
    assert found == pytest.approx(round(0.637 * rate) / rate, abs=1 / GRID.sample_rate)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_level_and_its_phase_after_resampling(tmp_path: Path, rate: int) -> None:
    soundfile.write(
        tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate), rate
    )
    samples = read_recording(tmp_path / "tone.wav", GRID).samples
    expected = 0.5 * np.sin(2 * np.pi * 500 * np.arange(16_000) / 16_000)
    inner = slice(800, -800)
    np.testing.assert_allclose(samples[inner], expected[inner], atol=2e-3)


@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        ("a.wav", "PCM_16", 2**-15),
        ("a.wav", "PCM_24", 2**-23),
        ("a.wav", "FLOAT", 1e-7),
        ("a.wav", "DOUBLE", 1e-7),
        ("a.flac", "PCM_16", 2**-15),
        ("a.flac", "PCM_24", 2**-23),
    ],
)
def test_samples_come_back_as_they_were_written(
    tmp_path: Path, name: str, subtype: str, tolerance: float
) -> None:
    written = _noise(2_000)
    soundfile.write(tmp_path / name, written, 16_000, subtype=subtype)
    recording = read_recording(tmp_path / name, GRID)
    np.testing.assert_allclose(recording.samples, written, atol=tolerance + 1e-7)
    expected_hash = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert recording.content_hash == expected_hash


def test_channels_are_averaged(tmp_path: Path) -> None:
    left, right = _noise(1_000), np.linspace(-0.2, 0.2, 1_000)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], 1), 16_000, subtype="FLOAT")
    samples = read_recording(tmp_path / "a.wav", GRID).samples
    np.testing.assert_allclose(samples, (left + right) / 2, atol=1e-7)


def test_a_stretch_of_a_file_is_the_slice_of_the_whole(tmp_path: Path) -> None:
    written = _noise(8_000)
    soundfile.write(tmp_path / "a.wav", written, 8_000, subtype="FLOAT")
    grid = FrameGrid(8_000, 80, 200)
    middle = read_recording(tmp_path / "a.wav", grid, start=0.25, duration=0.5)
    np.testing.assert_allclose(middle.samples, written[2_000:6_000], atol=1e-7)
    assert middle.source_samples == 4_000
    rest = read_recording(tmp_path / "a.wav", grid, start=0.9)
    np.testing.assert_allclose(rest.samples, written[7_200:], atol=1e-7)


def test_a_stretch_behind_the_end_is_empty_audio(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(100), 16_000)
    with pytest.raises(AudioError) as caught:
        read_recording(tmp_path / "a.wav", GRID, start=5.0)
    assert caught.value.reason is Reason.EMPTY_AUDIO


def test_a_file_that_is_not_there_is_missing_audio(tmp_path: Path) -> None:
    assert _refused(tmp_path / "gone.wav").reason is Reason.MISSING_AUDIO


def test_a_file_of_no_bytes_is_empty_audio(tmp_path: Path) -> None:
    (tmp_path / "nothing.wav").touch()
    assert _refused(tmp_path / "nothing.wav").reason is Reason.EMPTY_AUDIO


def test_a_file_of_no_samples_is_empty_audio(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 16_000)
    assert _refused(tmp_path / "none.wav").reason is Reason.EMPTY_AUDIO


@pytest.mark.parametrize("content", [b"please try again\n", b"RI", b"ID3\x04" + bytes(500)])
def test_a_file_that_is_no_audio_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.wav").write_bytes(content)
    assert _refused(tmp_path / "text.wav").reason is Reason.NOT_AUDIO


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _zeros_in_the_middle(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes(300) + content[half + 300 :]


def _flipped_byte(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes([content[half] ^ 0x55]) + content[half + 1 :]


def _header_only(content: bytes) -> bytes:
    return content[:60]


@pytest.mark.parametrize("damage", [_cut, _zeros_in_the_middle, _flipped_byte, _header_only])
def test_a_damaged_flac_is_corrupt_audio(
    tmp_path: Path, prompts: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "damaged.flac"
    path.write_bytes(damage((prompts / "please-try-again.flac").read_bytes()))
    assert _refused(path).reason is Reason.CORRUPT_AUDIO


@pytest.mark.parametrize(
    ("container", "endian"),
    [("WAV", "FILE"), ("WAVEX", "FILE"), ("RF64", "FILE"), ("WAV", "BIG")],
)
@pytest.mark.parametrize("bytes_lost", [2, 100, 10_000])
def test_a_wav_cut_short_is_corrupt_audio(
    tmp_path: Path, container: str, endian: str, bytes_lost: int
) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, _noise(16_000), 16_000, "PCM_16", endian, container)
    assert len(read_recording(path, GRID).samples) == 16_000
    path.write_bytes(path.read_bytes()[:-bytes_lost])
    assert _refused(path).reason is Reason.CORRUPT_AUDIO


def test_a_wav_that_was_streamed_without_a_known_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "streamed.wav"
    soundfile.write(path, _noise(1_000), 16_000)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert len(read_recording(path, GRID).samples) == 1_000


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_corrupt_audio(tmp_path: Path, value: float) -> None:
    samples = _noise(1_000)
    samples[500] = value
    soundfile.write(tmp_path / "nan.wav", samples, 16_000, subtype="FLOAT")
    assert _refused(tmp_path / "nan.wav").reason is Reason.CORRUPT_AUDIO
