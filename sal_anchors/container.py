"""Which sort of recording a file is, by its first bytes, and whether it is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

HEAD_BYTES = 1024
TAIL_BYTES = 65_536
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_SPHERE_FIELD = re.compile(
    rb"^(sample_count|channel_count|sample_n_bytes) -i (\d{1,15})\s*$", re.MULTILINE
)
_SPHERE_LAW = re.compile(rb"^sample_coding -s\d+ [^\n]*law", re.MULTILINE)


class Decoder(Enum):
    """Who decodes a container."""

    SOUNDFILE = "soundfile"
    FFMPEG = "ffmpeg"


@dataclass(frozen=True, slots=True)
class Container:
    """A sort of recording.

    Attributes:
        name: for people.
        decoder: who decodes it first.
        demuxer: ffmpeg's name of it; None where ffmpeg is not asked.
        certain: whether its first bytes can hardly stand in another file.
    """

    name: str
    decoder: Decoder
    demuxer: str | None
    certain: bool = True


WAV = Container("wav", Decoder.SOUNDFILE, "wav")
FLAC = Container("flac", Decoder.SOUNDFILE, None)
OGG = Container("ogg", Decoder.SOUNDFILE, None)
SPEEX = Container("ogg with speex", Decoder.FFMPEG, "ogg")
SPHERE = Container("NIST sphere", Decoder.SOUNDFILE, "nistsphere")
SHORTENED = Container("NIST sphere packed with shorten", Decoder.FFMPEG, "nistsphere")
MP3 = Container("mp3", Decoder.SOUNDFILE, None, certain=False)
OTHER_PCM = Container("aiff, au, caf or w64", Decoder.SOUNDFILE, None)
AAC = Container("aac", Decoder.FFMPEG, "aac", certain=False)
MP4 = Container("m4a or mp4", Decoder.FFMPEG, "mov")
MATROSKA = Container("webm or mkv", Decoder.FFMPEG, "matroska")
WMA = Container("wma", Decoder.FFMPEG, "asf")
AMR = Container("amr", Decoder.FFMPEG, "amr")
G722 = Container("g722", Decoder.FFMPEG, "g722", certain=False)


def container_of(head: bytes, suffix: str) -> Container | None:
    """The container of a file that begins with ``head`` (1,024 bytes, or all it has); None for
    what is no recording. The suffix decides for g722 alone, which has no marks of its own."""
    match head[:4]:
        case b"RIFF" | b"RIFX" | b"RF64":
            return WAV if head[8:12] in (b"WAVE", b"") else None
        case b"fLaC":
            return FLAC
        case b"OggS":
            return SPEEX if head[28:36] == b"Speex   " else OGG
        case b"NIST":
            return SHORTENED if b"embedded-" in head else SPHERE
        case b"FORM" | b".snd" | b"caff" | b"riff":
            return OTHER_PCM
        case b"\x1aE\xdf\xa3":
            return MATROSKA
        case b"#!AM":
            return AMR
    if head[4:8] == b"ftyp":
        return MP4
    if head[:16] == _ASF:
        return WMA
    if head[:3] == b"ID3" or _is_mpeg_frame(head, layers=(1, 2, 3)):
        return MP3
    if _is_mpeg_frame(head, layers=(0,)):
        return AAC
    return G722 if suffix.lower() == ".g722" else None


def _is_mpeg_frame(head: bytes, *, layers: tuple[int, ...]) -> bool:
    """Whether the bytes begin with an MPEG audio frame's 11 set bits and one of these layers."""
    return len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE0 and (head[1] >> 1 & 0b11) in layers


def missing_bytes(head: bytes, tail: bytes, size: int) -> int:
    """How many bytes a file lacks of those it promises; 0 where it is whole or does not tell.

    libsndfile reads what is there of a wav, sphere or ogg file cut short and says nothing.

    Args:
        head: its first ``HEAD_BYTES``.
        tail: its last ``TAIL_BYTES``.
        size: of the file, bytes.
    """
    match head[:4]:
        case b"RIFF" | b"RIFX" | b"RF64":
            promised = _wav_size(head)
            # A wav file of an odd number of bytes may or may not end with a padding byte.
            whole = promised in _UNKNOWN_SIZES or promised + 8 <= size + 1
            return 0 if whole else promised + 8 - size
        case b"NIST":
            return max(0, _sphere_size(head) - size)
        case b"OggS":
            return max(0, _last_page_end(tail) - len(tail))
    return 0


def _wav_size(head: bytes) -> int:
    """Bytes that a wav file's header says follow its first 8."""
    if head[:4] == b"RF64":
        return int.from_bytes(head[20:28], "little") if head[12:16] == b"ds64" else 0
    return int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")


def _sphere_size(head: bytes) -> int:
    """Bytes of a sphere file's header and samples; 0 if it is packed or does not tell."""
    fields = {name: int(value) for name, value in _SPHERE_FIELD.findall(head)}
    header = head[8:16].strip()
    if b"embedded-" in head or not header.isdigit() or b"sample_count" not in fields:
        return 0
    width = 1 if _SPHERE_LAW.search(head) else fields.get(b"sample_n_bytes", 2)
    frame = fields.get(b"channel_count", 1) * width
    return int(header) + fields[b"sample_count"] * frame


def _last_page_end(tail: bytes) -> int:
    """Where the last ogg page of ``tail`` ends by its own header, from the tail's start."""
    page = tail.rfind(b"OggS")
    if page < 0 or page + 27 > len(tail):
        return 0
    segments = tail[page + 27 : page + 27 + tail[page + 26]]
    return page + 27 + tail[page + 26] + sum(segments)
