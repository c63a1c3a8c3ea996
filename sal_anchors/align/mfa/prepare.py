"""The corpus that MFA reads: folders a speaker of wav and lab files under names of our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.alignment import Change
from sal_anchors.align.normalise import normalise
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.timebase import FrameGrid

SAMPLE_RATE = 16_000
GRID = FrameGrid(sample_rate=SAMPLE_RATE)
MIN_SECONDS = 0.1

_SILENCE_DBFS = -75.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """An utterance as MFA gets it.

    Attributes:
        utterance: as the corpus gave it.
        name: ``SPEAKER/FILE`` in the corpus written, without suffix.
        seconds: length of its audio.
        words: what it is aligned as.
        changes: where ``words`` differ from the transcript.
        acronyms: those of ``words`` that the transcript has in capitals.
    """

    utterance: Utterance
    name: str
    seconds: float
    words: tuple[str, ...]
    changes: tuple[Change, ...]
    acronyms: frozenset[str]

    @property
    def stem(self) -> str:
        """The file's name, unique in the corpus."""
        return self.name.rpartition("/")[2]


def write_corpus(utterances: Iterable[Utterance], folder: Path) -> list[Prepared | Failure]:
    """Write what can be aligned as 16 kHz 16-bit wav with a lab file beside it.

    File names are numbers and never come from the corpus. MFA adapts to each speaker, and takes a
    folder for one: where an utterance names none, the folder of its id stands for it, as in MFA.

    Returns:
        One a given utterance, in order; a Failure for what MFA would leave out without a word.
    """
    speakers: dict[str, str] = {}
    results: list[Prepared | Failure] = []
    for number, utterance in enumerate(utterances):
        folder_of_id = utterance.id.rpartition("/")[0]
        key = f"s:{utterance.speaker}" if utterance.speaker else f"f:{folder_of_id}"
        speaker = speakers.setdefault(key, f"s{len(speakers):06d}")
        results.append(_write(utterance, folder, f"{speaker}/u{number:08d}"))
    return results


def _write(utterance: Utterance, folder: Path, name: str) -> Prepared | Failure:
    if utterance.transcript is None:
        message = "no transcript beside it; write what is said to a .txt file of the same name"
        return failure(utterance, Reason.MISSING_TRANSCRIPT, message)
    text = normalise(utterance.transcript, utterance.language)
    if not text.words:
        message = f"its transcript {utterance.transcript!r} has no words"
        return failure(utterance, Reason.EMPTY_TRANSCRIPT, message)
    try:
        samples = read_recording(
            utterance.audio,
            GRID,
            start=utterance.start,
            duration=utterance.duration,
            channel=utterance.channel,
        ).samples
    except AudioError as error:
        return Failure(utterance, error.reason, str(error))
    if unfit := _unfit(utterance, samples):
        return unfit
    audio = folder / f"{name}.wav"
    audio.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(audio, np.clip(samples, -1.0, 1.0), SAMPLE_RATE, subtype="PCM_16")
    audio.with_suffix(".lab").write_text(" ".join(text.words) + "\n", encoding="utf-8")
    seconds = len(samples) / SAMPLE_RATE
    return Prepared(utterance, name, seconds, text.words, text.changes, text.acronyms)


def remove(prepared: Prepared, folder: Path) -> None:
    """Take an utterance out of a corpus written by :func:`write_corpus`."""
    for suffix in (".wav", ".lab"):
        (folder / f"{prepared.name}{suffix}").unlink(missing_ok=True)


def failure(utterance: Utterance, reason: Reason, message: str) -> Failure:
    """A Failure whose message begins with the audio file."""
    return Failure(utterance, reason, f"{utterance.audio}: {message}")


def _unfit(utterance: Utterance, samples: NDArray[np.float32]) -> Failure | None:
    seconds = len(samples) / SAMPLE_RATE
    if seconds < MIN_SECONDS:
        message = f"{seconds:.3f} s of audio, at least {MIN_SECONDS} s are needed"
        return failure(utterance, Reason.TOO_SHORT, message)
    frames = samples[: len(samples) // GRID.hop * GRID.hop].reshape(-1, GRID.hop)
    power = np.square(frames, dtype=np.float64).mean(axis=1).max()
    loudest = 10 * np.log10(power + 1e-20)
    if loudest < _SILENCE_DBFS:
        message = f"silent: its loudest 10 ms are at {loudest:.0f} dBFS; record it again"
        return failure(utterance, Reason.SILENT, message)
    return None
