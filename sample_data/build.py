"""Rebuild the sample recordings from Debian packages.

`prompts/` is real speech decoded from the Asterisk prompt packages; `exact/` is speech
synthesised by flite, whose word and phone times are known. Run it as `python build.py`.
"""

from __future__ import annotations

import argparse
import csv
import functools
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

HERE = Path(__file__).resolve().parent
PACKAGES = ("asterisk-core-sounds-en-g722", "asterisk-core-sounds-en")
SOUNDS = Path("usr/share/asterisk/sounds/en_US_f_Allison")
SAMPLE_RATE = 16_000

VOICES = ("kal16", "awb", "rms", "slt")
SENTENCES = (
    "Please wait here until the light is green.",
    "Could you please open the second window.",
    "Send me the final report, please.",
    "Hey computer, please play the next song.",
    "The police were pleased with the new place.",
    "Hey computer, what time is it now.",
    "Press the button twice, please, and step back.",
    "A gentle breeze moved the tall trees by the lake.",
    "Take your time, the train will not leave before seven.",
)
NOISE_DBFS = -70.0
PAUSE = "pau"
VOWELS = frozenset(
    ["aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"]
)


@dataclass(frozen=True)
class Segment:
    """A labelled stretch of audio, in seconds."""

    start: float
    end: float
    label: str

    def shifted(self, offset: float) -> Segment:
        """Return the same segment `offset` seconds later."""
        return Segment(self.start + offset, self.end + offset, self.label)

    def as_row(self) -> list[float | str]:
        """Return `[start, end, label]`, rounded to a tenth of a millisecond."""
        return [round(self.start, 4), round(self.end, 4), self.label]


def require(*tools: str) -> None:
    """Stop with a clear message if any of the command-line tools is missing."""
    if missing := [tool for tool in tools if shutil.which(tool) is None]:
        sys.exit(f"build.py: not found on this machine: {', '.join(missing)}")


def run(*command: str | Path, cwd: Path | None = None) -> bytes:
    """Run a command, raise if it fails, and return what it printed."""
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE).stdout


def write_clip(folder: Path, name: str, pcm: np.ndarray, text: str) -> None:
    """Write one FLAC file and its transcript."""
    sf.write(folder / f"{name}.flac", pcm, SAMPLE_RATE, subtype="PCM_16", compression_level=1.0)
    (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8")


def fresh_folder(path: Path) -> Path:
    """Return an empty folder at `path`."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def unpack_sounds(scratch: Path) -> Path:
    """Download and unpack the prompt packages; return the folder of the sounds."""
    run("apt-get", "download", *PACKAGES, cwd=scratch)
    for package in sorted(scratch.glob("*.deb")):
        run("dpkg-deb", "-x", package, scratch / "root")
    return scratch / "root" / SOUNDS


def decode(path: Path) -> np.ndarray:
    """Decode a G.722 file to 16 kHz mono 16-bit samples."""
    output = ("-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-")
    return np.frombuffer(run("ffmpeg", "-v", "error", "-i", path, *output), dtype="<i2")


def build_prompts(out: Path) -> int:
    """Rebuild the real speech listed in `prompts.tsv`; return the number of clips."""
    require("apt-get", "dpkg-deb", "ffmpeg")
    with (HERE / "prompts.tsv").open(encoding="utf-8", newline="") as listing:
        prompts = list(csv.DictReader(listing, delimiter="\t"))
    folder = fresh_folder(out / "prompts")
    with tempfile.TemporaryDirectory() as scratch:
        sounds = unpack_sounds(Path(scratch))
        for prompt in prompts:
            name = prompt["prompt"].replace("/", "-")
            write_clip(folder, name, decode(sounds / f"{prompt['prompt']}.g722"), prompt["text"])
    return len(prompts)


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a sentence without punctuation."""
    return [word.strip(".,").lower() for word in text.split()]


@functools.cache
def phones_of(word: str, voice: str) -> tuple[str, ...]:
    """Return the phones flite gives a word said alone."""
    printed = run("flite", "-voice", voice, "-ps", "-t", word, "-o", "none").decode()
    return tuple(phone for phone in printed.split() if phone != PAUSE)


def synthesise(text: str, voice: str) -> tuple[np.ndarray, list[Segment]]:
    """Say a sentence; return its samples and its phones, pauses among them."""
    with tempfile.TemporaryDirectory() as scratch:
        wav = Path(scratch) / "speech.wav"
        printed = run("flite", "-voice", voice, "-psdur", "-t", text, "-o", wav).decode()
        pcm, rate = sf.read(wav, dtype="int16")
    if rate != SAMPLE_RATE:
        raise ValueError(f"{voice}: sample rate {rate}")
    phones, start = [], 0.0
    for item in printed.split():
        label, end = item.split(":")
        phones.append(Segment(start, float(end), label))
        start = float(end)
    return pcm, fit_to_audio(phones, len(pcm) / SAMPLE_RATE)


def fit_to_audio(phones: list[Segment], duration: float) -> list[Segment]:
    """Let the final pause end where the audio ends.

    The statistical voices work in frames of 5 ms, and the diphone voice stops writing halfway
    through the final pause: neither moves the phones before it.
    """
    last = phones[-1]
    if last.label != PAUSE or not last.start < duration < last.end + 0.006:
        raise ValueError(f"the audio ends at {duration:.3f} s, outside the final pause {last}")
    return [*phones[:-1], Segment(last.start, duration, PAUSE)]


def same_phone(spoken: str, expected: str) -> bool:
    """Tell whether two phones agree, letting a vowel change with its context."""
    return spoken == expected or {spoken, expected} <= VOWELS


def group_words(text: str, voice: str, phones: list[Segment]) -> Iterator[Segment]:
    """Yield the words of a sentence with their times, checking every phone on the way."""
    spoken = [phone for phone in phones if phone.label != PAUSE]
    for word in words_of(text):
        expected = phones_of(word, voice)
        own, spoken = spoken[: len(expected)], spoken[len(expected) :]
        agree = all(same_phone(a.label, b) for a, b in zip(own, expected, strict=True))
        if not agree or any(a.end != b.start for a, b in itertools.pairwise(own)):
            raise ValueError(f"{voice}: {word!r} is {expected}, not {own}")
        yield Segment(own[0].start, own[-1].end, word)
    if spoken:
        raise ValueError(f"{voice}: phones left over after {text!r}: {spoken}")


def near_silence(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return very quiet gaussian noise."""
    noise = rng.standard_normal(samples) * 32768 * 10 ** (NOISE_DBFS / 20)
    return np.rint(noise).astype(np.int16)


def build_clip(folder: Path, number: int, voice: str, text: str) -> dict[str, object]:
    """Write one synthesised clip; return its row of the truth file."""
    name = f"{voice}-{number % len(SENTENCES) + 1:02d}"
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    lead = SAMPLE_RATE * (100 + 35 * (number % 13)) // 1000
    trail = SAMPLE_RATE * (150 + 45 * (number % 11)) // 1000
    speech, phones = synthesise(text, voice)
    words = [word.shifted(lead / SAMPLE_RATE) for word in group_words(text, voice, phones)]
    phones = [phone.shifted(lead / SAMPLE_RATE) for phone in phones]
    pcm = np.concatenate([near_silence(lead, rng), speech, near_silence(trail, rng)])
    first, last = phones[0], phones[-1]
    phones[0] = Segment(0.0, first.end, first.label)
    phones[-1] = Segment(last.start, len(pcm) / SAMPLE_RATE, last.label)
    write_clip(folder, name, pcm, text)
    return {
        "id": name,
        "audio": f"{name}.flac",
        "voice": voice,
        "sample_rate": SAMPLE_RATE,
        "num_samples": len(pcm),
        "lead_samples": lead,
        "trail_samples": trail,
        "text": text,
        "words": [word.as_row() for word in words],
        "phones": [phone.as_row() for phone in phones],
    }


def build_exact(out: Path) -> int:
    """Rebuild the synthesised speech and its truth file; return the number of clips."""
    require("flite")
    folder = fresh_folder(out / "exact")
    clips = [(voice, text) for voice in VOICES for text in SENTENCES]
    rows = [build_clip(folder, number, *clip) for number, clip in enumerate(clips)]
    lines = (json.dumps(row) + "\n" for row in rows)
    (folder / "truth.jsonl").write_text("".join(lines), encoding="utf-8")
    return len(rows)


def main() -> None:
    """Rebuild one part or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--part", choices=("prompts", "exact", "both"), default="both")
    args = parser.parse_args()
    if args.part != "exact":
        print(f"prompts: {build_prompts(args.out)} clips")
    if args.part != "prompts":
        print(f"exact: {build_exact(args.out)} clips")


if __name__ == "__main__":
    main()
