"""What files are by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.container import Decoder, container_of, missing_bytes


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"RIFF....WAVEfmt ", "wav"),
        (b"RIFF....AVI LIST", None),
        (b"RIFF....WEBPVP8 ", None),
        (b"fLaC\x00\x00\x00\x22", "flac"),
        (b"OggS" + bytes(24) + b"OpusHead", "ogg"),
        (b"OggS" + bytes(24) + b"Speex   ", "ogg with speex"),
        (b"NIST_1A\n   1024\nsample_coding -s3 pcm\n", "NIST sphere"),
        (
            b"NIST_1A\n   1024\nsample_coding -s26 pcm,embedded-shorten-v2.00\n",
            "NIST sphere packed with shorten",
        ),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"\x00\x00\x00\x20ftypM4A ", "m4a or mp4"),
        (b"\x1aE\xdf\xa3", "webm or mkv"),
        (b"#!AMR\n", "amr"),
        (b"#EXTM3U\n", None),
        (b"ffconcat version 1.0", None),
        (b"\x89PNG", None),
        (b"please try again", None),
        (b"", None),
    ],
)
def test_a_container_is_known_by_its_first_bytes(head: bytes, name: str | None) -> None:
    container = container_of(head, ".wav")
    assert (container.name if container else None) == name


def test_g722_is_known_by_its_suffix_alone() -> None:
    container = container_of(b"\xfa\x9b", ".G722")
    assert container is not None
    assert (container.name, container.decoder) == ("g722", Decoder.FFMPEG)


@given(head=st.binary(max_size=200), tail=st.binary(max_size=200), suffix=st.text(max_size=5))
def test_any_bytes_have_an_answer(head: bytes, tail: bytes, suffix: str) -> None:
    container_of(head, suffix)
    for magic in (b"", b"RIFF", b"RF64", b"NIST_1A\n", b"OggS"):
        assert missing_bytes(magic + head, magic + tail, len(magic + tail)) >= 0
