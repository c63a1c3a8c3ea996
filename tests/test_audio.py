"""Reading recordings of every common sort, and refusing broken ones with their reason."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Reason
from sal_anchors.audio import AudioError, content_hash, probe_recording, read_recording
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


FORMATS = [
    ("a.wav", "WAV", "PCM_U8", 0.01),
    ("a.wav", "WAV", "ALAW", 0.03),
    ("a.wav", "WAV", "ULAW", 0.03),
    ("a.wav", "WAV", "MS_ADPCM", 0.05),
    ("a.sph", "NIST", "PCM_16", 1e-4),
    ("a.sph", "NIST", "ULAW", 0.03),
    ("a.ogg", "OGG", "VORBIS", 0.1),
    ("a.opus", "OGG", "OPUS", 0.1),
    ("a.mp3", "MP3", "MPEG_LAYER_III", 0.1),
    ("a.aiff", "AIFF", "PCM_16", 1e-4),
    ("a.raw", "WAV", "PCM_16", 1e-4),
]


def _melody(seconds: float = 4.0, rate: int = 16_000) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return 0.4 * np.sin(2 * np.pi * (200 * time + 40 * time**2))


@pytest.mark.parametrize(("name", "container", "subtype", "tolerance"), FORMATS)
def test_every_format_is_read_at_its_length_and_in_its_place(
    tmp_path: Path, name: str, container: str, subtype: str, tolerance: float
) -> None:
    written = _melody()
    soundfile.write(tmp_path / name, written, 16_000, subtype=subtype, format=container)
    samples = read_recording(tmp_path / name, GRID).samples
    assert 0 <= len(samples) - len(written) < 1_024
    inner = slice(1_600, -1_600)
    error = samples[: len(written)][inner] - written[inner]
    assert np.abs(error).max() < tolerance


@pytest.mark.parametrize(("name", "container", "subtype", "tolerance"), FORMATS)
def test_a_stretch_is_the_slice_of_the_whole_in_every_format(
    tmp_path: Path, name: str, container: str, subtype: str, tolerance: float
) -> None:
    soundfile.write(tmp_path / name, _melody(), 16_000, subtype=subtype, format=container)
    whole = read_recording(tmp_path / name, GRID).samples
    noise = 0.01 if subtype == "OPUS" else 1e-6
    for start in (0.0, 0.5, 1.7315, 3.25):
        part = read_recording(tmp_path / name, GRID, start=start, duration=0.5).samples
        first = round(start * 16_000)
        np.testing.assert_allclose(part, whole[first : first + 8_000], atol=noise)


@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
@pytest.mark.parametrize("level", [0.2, 0.9])
def test_a_stretch_of_an_mp3_is_the_slice_of_the_whole_at_any_rate_of_bits(
    tmp_path: Path, mode: str, level: float
) -> None:
    path = tmp_path / "a.mp3"
    options = {"bitrate_mode": mode, "compression_level": level}
    soundfile.write(path, _melody(20.0) + _noise(320_000) / 10, 16_000, format="MP3", **options)
    whole, _ = soundfile.read(path, dtype="float32")
    for start in np.random.default_rng(0).uniform(0, 19, 12):
        part = read_recording(path, GRID, start=start, duration=0.5).samples
        first = round(start * 16_000)
        np.testing.assert_allclose(part, whole[first : first + 8_000], atol=1e-6)


def test_a_recording_of_several_blocks_has_no_seams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sal_anchors import audio

    for name, rate in (("a.mp3", 16_000), ("a.flac", 44_100), ("a.ogg", 16_000)):
        path = tmp_path / name
        soundfile.write(path, _melody(6.0, rate), rate)
        whole = read_recording(path, GRID).samples
        with monkeypatch.context() as patch:
            patch.setattr(audio, "_BLOCK", 10_007)
            np.testing.assert_allclose(read_recording(path, GRID).samples, whole, atol=1e-6)


def test_a_stretch_at_another_rate_is_close_to_the_slice_of_the_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _melody(rate=44_100), 44_100)
    whole = read_recording(tmp_path / "a.wav", GRID).samples
    part = read_recording(tmp_path / "a.wav", GRID, start=1.0, duration=1.0).samples
    np.testing.assert_allclose(part[200:-200], whole[16_200:31_800], atol=1e-3)


def test_one_channel_can_be_taken(tmp_path: Path) -> None:
    left, right = _noise(1_000), np.linspace(-0.2, 0.2, 1_000)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 16_000, subtype="FLOAT")
    for channel, written in enumerate((left, right)):
        samples = read_recording(tmp_path / "a.wav", GRID, channel=channel).samples
        np.testing.assert_allclose(samples, written, atol=1e-7)


@pytest.mark.parametrize("channel", [2, 17, -1])
def test_a_channel_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, channel: int
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((100, 2)), 16_000)
    with pytest.raises(AudioError, match="2 channels") as caught:
        read_recording(tmp_path / "a.wav", GRID, channel=channel)
    assert caught.value.reason is Reason.NO_SUCH_CHANNEL


@pytest.mark.parametrize(
    ("start", "duration"),
    [(0.5, 0.6), (1.0, 0.1), (9.0, 1.0), (-0.1, 0.5), (float("nan"), 0.5), (0.0, float("inf"))],
)
def test_a_stretch_outside_the_file_is_told_with_the_file_s_length(
    tmp_path: Path, start: float, duration: float
) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(16_000), 16_000)
    with pytest.raises(AudioError, match="not inside its 1 s") as caught:
        read_recording(tmp_path / "a.wav", GRID, start=start, duration=duration)
    assert caught.value.reason is Reason.SEGMENT_OUTSIDE


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.floats(0, 1), duration=st.floats(0, 1.2))
def test_any_stretch_is_read_at_its_length_or_refused(
    tmp_path: Path, start: float, duration: float
) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(8_000), 8_000)
    try:
        recording = read_recording(tmp_path / "a.wav", GRID, start=start, duration=duration)
    except AudioError as error:
        assert error.reason in (Reason.SEGMENT_OUTSIDE, Reason.EMPTY_AUDIO)
        assert error.reason is Reason.SEGMENT_OUTSIDE or not round(duration * 8_000)
        return
    wanted = round(duration * 8_000)
    assert recording.source_samples == min(wanted, 8_000 - round(start * 8_000))
    assert wanted - recording.source_samples <= 400
    assert len(recording.samples) == GRID.resampled(recording.source_samples, 8_000)


def test_times_rounded_a_little_too_far_end_with_the_file(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(15_700), 16_000)
    recording = read_recording(tmp_path / "a.wav", GRID, start=0.0, duration=1.0)
    assert recording.source_samples == 15_700


def test_many_stretches_of_a_file_hash_it_once_and_a_changed_file_anew(tmp_path: Path) -> None:
    from sal_anchors import audio

    path = tmp_path / "a.wav"
    soundfile.write(path, _noise(16_000), 16_000)
    before = audio._sha256.cache_info().misses
    hashes = {
        read_recording(path, GRID, start=n / 100, duration=0.1).content_hash for n in range(50)
    }
    assert hashes == {hashlib.sha256(path.read_bytes()).hexdigest()}
    assert audio._sha256.cache_info().misses == before + 1
    soundfile.write(path, _noise(16_000) / 2, 16_000)
    os.utime(path, ns=(1, 1))
    assert content_hash(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_header_tells_rate_length_and_channels(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros((8_000, 2)), 8_000)
    info = probe_recording(tmp_path / "a.flac")
    assert (info.sample_rate, info.num_samples, info.channels, info.seconds) == (8_000, 8_000, 2, 1)


@pytest.mark.parametrize(
    ("name", "container", "subtype"),
    [("a.sph", "NIST", "PCM_16"), ("a.sph", "NIST", "ULAW"), ("a.ogg", "OGG", "VORBIS")],
)
@pytest.mark.parametrize("bytes_lost", [10, 5_000])
def test_sphere_and_ogg_cut_short_are_corrupt_audio(
    tmp_path: Path, name: str, container: str, subtype: str, bytes_lost: int
) -> None:
    path = tmp_path / name
    soundfile.write(path, _noise(64_000), 16_000, subtype=subtype, format=container)
    assert len(read_recording(path, GRID).samples) == 64_000
    path.write_bytes(path.read_bytes()[:-bytes_lost])
    assert _refused(path).reason is Reason.CORRUPT_AUDIO


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_missing_audio_and_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    assert _refused(tmp_path / "folder.wav").reason is Reason.MISSING_AUDIO
    assert _refused(tmp_path / "pipe.wav").reason is Reason.MISSING_AUDIO
    assert _refused(tmp_path / ("x" * 5_000)).reason is Reason.MISSING_AUDIO
    assert _refused(tmp_path / "a\0b").reason is Reason.MISSING_AUDIO


@pytest.mark.parametrize("name", ["-", "-i.wav", "a:b.wav", "file:a.wav", "%d.wav"])
def test_a_name_means_no_more_than_a_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "x.wav", _noise(100), 16_000)
    (tmp_path / "x.wav").rename(name)
    assert len(read_recording(Path(name), GRID).samples) == 100


def test_reading_leaves_no_file_open(tmp_path: Path, prompts: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    damaged = tmp_path / "damaged.flac"
    damaged.write_bytes((prompts / "sorry.flac").read_bytes()[:60])
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        _refused(damaged)
        read_recording(prompts / "sorry.flac", GRID, start=0.1, duration=0.1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
