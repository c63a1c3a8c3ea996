"""The corpus as the folder that viter reads: plain file names, a folder a speaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import Normalised, normalise
from sal_anchors.align.screen import failure, screen
from sal_anchors.align.viter.pronounce import Names, Sound, pronounce
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.timebase import FrameGrid

SAMPLE_RATE = 16_000
MAX_SECONDS = 120.0

_GRID = FrameGrid(sample_rate=SAMPLE_RATE)
_NOISE_RMS = 2.0 / 32_768


@dataclass(frozen=True, slots=True)
class Prepared:
    """An utterance that stands in the folder.

    Attributes:
        utterance: as the corpus gave it.
        path: of its files under the folder, without suffix.
        seconds: length of its audio.
        text: its normalised transcript.
    """

    utterance: Utterance
    path: Path
    seconds: float
    text: Normalised


@dataclass(frozen=True, slots=True)
class ViterCorpus:
    """What was written for viter, and what was not.

    Attributes:
        folder: audio and transcripts.
        dictionary: file of pronunciations, in plain names.
        items: one an utterance, in the given order.
        sounds: how each word is said.
        names: plain names of words and phones.
    """

    folder: Path
    dictionary: Path
    items: tuple[Prepared | Failure, ...]
    sounds: Mapping[str, Sound]
    names: Names

    @property
    def prepared(self) -> tuple[Prepared, ...]:
        """The items that viter is to align."""
        return tuple(item for item in self.items if isinstance(item, Prepared))


def write_corpus(
    utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, language: str
) -> ViterCorpus:
    """Write all utterances that can be aligned under ``workdir``.

    viter panics on empty audio and gives an unknown word no time, so what it should not see is
    a failure here.
    """
    folder = workdir / "corpus"
    items = list(_with_audio(utterances, folder))
    acronyms: dict[str, bool] = {}
    for item in items:
        if isinstance(item, Prepared):
            for word in item.text.words:
                acronyms[word] = acronyms.get(word, False) or word in item.text.acronyms
    sounds = pronounce(acronyms, lexicon, language)
    names = Names.of(sounds)
    dictionary = workdir / "dictionary.txt"
    dictionary.write_text(names.dictionary(sounds), encoding="utf-8")
    finished = tuple(_with_transcript(item, folder, sounds, names) for item in items)
    return ViterCorpus(folder, dictionary, finished, sounds, names)


def _with_audio(utterances: Iterable[Utterance], folder: Path) -> Iterator[Prepared | Failure]:
    speakers: dict[str | None, str] = {}
    for index, utterance in enumerate(utterances):
        speaker = speakers.setdefault(utterance.speaker, f"s{len(speakers)}")
        yield _prepare(utterance, folder, Path(speaker) / f"u{index}")


def _prepare(utterance: Utterance, folder: Path, path: Path) -> Prepared | Failure:
    try:
        recording = read_recording(
            utterance.audio,
            _GRID,
            start=utterance.start,
            duration=utterance.duration,
            channel=utterance.channel,
        )
    except AudioError as error:
        return Failure(utterance, error.reason, str(error))
    text = normalise(utterance.transcript or "", utterance.language)
    samples = recording.samples
    unfit = screen(utterance, text.words, samples, SAMPLE_RATE, max_seconds=MAX_SECONDS)
    if unfit:
        return unfit
    audio = folder / path.with_suffix(".wav")
    audio.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(audio, _over_noise(samples), SAMPLE_RATE, subtype="PCM_16")
    return Prepared(utterance, path, len(samples) / SAMPLE_RATE, text)


def _over_noise(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Faint noise under the samples, since features of digital silence are not defined."""
    noise = np.random.default_rng(0).normal(0.0, _NOISE_RMS, len(samples))
    return np.clip(samples + noise, -1.0, 1.0)


def _with_transcript(
    item: Prepared | Failure, folder: Path, sounds: Mapping[str, Sound], names: Names
) -> Prepared | Failure:
    if isinstance(item, Failure):
        return item
    unknown = sorted({word for word in item.text.words if word not in sounds})
    if unknown:
        (folder / item.path.with_suffix(".wav")).unlink()
        named = ", ".join(map(repr, unknown))
        message = f"no pronunciation for {named}; add it to the file given as --lexicon"
        return failure(item.utterance, Reason.OOV, message)
    transcript = " ".join(names.words[word] for word in item.text.words)
    (folder / item.path.with_suffix(".txt")).write_text(transcript, encoding="utf-8")
    return item
