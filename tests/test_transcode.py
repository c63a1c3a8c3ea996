"""What libsndfile does not know is decoded by ffmpeg, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Reason
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.timebase import FrameGrid
from sal_anchors.transcode import transcoded

GRID = FrameGrid()

with_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on PATH")


def _melody() -> np.ndarray:
    time = np.arange(3 * 16_000) / 16_000
    return 0.4 * np.sin(2 * np.pi * (200 * time + 40 * time**2))


def _encoded(folder: Path, name: str, *options: str) -> Path:
    soundfile.write(folder / "source.wav", _melody(), 16_000)
    command = ["ffmpeg", "-v", "error", "-i", str(folder / "source.wav"), *options]
    made = subprocess.run([*command, f"file:{folder / name}"], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this ffmpeg cannot write {name}: {made.stderr.decode()[-200:]}")
    return folder / name


@with_ffmpeg
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.m4a", ()),
        ("-i.m4a", ()),
        ("a.webm", ()),
        ("a.wma", ()),
        ("a.g722", ()),
        ("a.ogg", ("-c:a", "libspeex")),
        ("a.wav", ("-c:a", "adpcm_g726", "-ar", "8000")),
    ],
)
def test_formats_of_ffmpeg_are_read_and_their_stretches_are_slices(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    path = _encoded(tmp_path, name, *options)
    whole = read_recording(path, GRID)
    part = read_recording(path, GRID, start=1.0, duration=0.5)
    assert abs(len(whole.samples) - 48_000) < 1_024
    assert len(part.samples) == 8_000
    if whole.source_rate == 16_000:
        np.testing.assert_array_equal(part.samples, whole.samples[16_000:24_000])
    spectrum = np.abs(np.fft.rfft(part.samples))
    heard = np.argmax(spectrum) * 16_000 / len(part.samples)
    assert 280 <= heard <= 320


@with_ffmpeg
def test_a_streamed_flac_whose_header_tells_no_length_is_read(tmp_path: Path) -> None:
    path = _encoded(tmp_path, "source.flac")
    piped = subprocess.run(
        [shutil.which("ffmpeg"), "-v", "error", "-i", str(path), "-f", "flac", "pipe:1"],
        capture_output=True,
        check=True,
    )
    (tmp_path / "streamed.flac").write_bytes(piped.stdout)
    samples = read_recording(tmp_path / "streamed.flac", GRID, start=1.0).samples
    np.testing.assert_allclose(samples, _melody()[16_000:], atol=1e-4)


@with_ffmpeg
def test_a_recording_is_decoded_once_however_many_stretches_are_read(tmp_path: Path) -> None:
    from sal_anchors import transcode

    path = _encoded(tmp_path, "a.m4a")
    before = transcode._copy.cache_info().misses
    for number in range(10):
        read_recording(path, GRID, start=number / 10, duration=0.1)
    assert transcode._copy.cache_info().misses == before + 1


@with_ffmpeg
def test_a_file_that_ffmpeg_refuses_is_corrupt_audio_with_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(_encoded(tmp_path, "whole.m4a").read_bytes()[:2_000])
    with pytest.raises(AudioError, match="ffmpeg") as caught:
        read_recording(path, GRID)
    assert caught.value.reason is Reason.CORRUPT_AUDIO


@with_ffmpeg
@pytest.mark.parametrize("demuxer", ["mov", "matroska", "wav"])
def test_a_play_list_opens_no_other_file(tmp_path: Path, demuxer: str) -> None:
    secret = tmp_path / "secret.wav"
    soundfile.write(secret, _melody(), 16_000)
    play_list = tmp_path / "a.m4a"
    play_list.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    with pytest.raises(AudioError) as caught:
        read_recording(play_list, GRID)
    assert caught.value.reason is Reason.NOT_AUDIO
    with pytest.raises(Exception, match="ffmpeg"):
        transcoded(play_list, demuxer)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A "),
        ("a.webm", b"\x1aE\xdf\xa3"),
        ("a.sph", b"NIST_1A\n   1024\nsample_coding -s26 pcm,embedded-shorten-v2.00\n"),
    ],
)
def test_without_ffmpeg_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, head: bytes
) -> None:
    (tmp_path / name).write_bytes(head + bytes(2_000))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match="ffmpeg, which is not on PATH") as caught:
        read_recording(tmp_path / name, GRID)
    assert caught.value.reason is Reason.UNSUPPORTED_AUDIO
    assert ("sph2pipe" if name == "a.sph" else "Install ffmpeg") in str(caught.value)


@with_ffmpeg
def test_a_packed_sphere_file_is_told_how_to_be_unpacked(tmp_path: Path) -> None:
    head = b"NIST_1A\n   1024\nsample_coding -s26 pcm,embedded-shorten-v2.00\nend_head\n"
    (tmp_path / "a.sph").write_bytes(head.ljust(1_024) + bytes(2_000))
    with pytest.raises(AudioError, match="sph2pipe") as caught:
        read_recording(tmp_path / "a.sph", GRID)
    assert caught.value.reason is Reason.UNSUPPORTED_AUDIO
