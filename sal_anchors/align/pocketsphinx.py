"""The default engine: pocketsphinx, with the acoustic model and dictionary inside its wheel.

Settings and guards follow measurements on hand-labelled speech (``benchmarks/README.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities, ScoreLimits
from sal_anchors.align.alignment import Alignment, Interval, Provenance
from sal_anchors.align.lexicon import Lexicon, words_of
from sal_anchors.align.pool import map_ordered
from sal_anchors.audio import AudioError, read_recording
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import LexiconError
from sal_anchors.timebase import FrameGrid

SAMPLE_RATE = 16_000
FRAME_STEP = 0.01
MAX_SECONDS = 120.0
SCORE_LIMITS = ScoreLimits(reject_below=-3.5, warn_below=-2.5)

_MIN_SECONDS = 0.1
_PAD_SECONDS = 0.3
_NOISE_RMS = 2.0
_SILENCE_DBFS = -75.0
_NATS = 1024 * np.log(1.0001)
_SETTINGS: dict[str, Any] = {
    "bestpath": False,
    "silprob": 0.5,
    "lw": 1.0,
    "beam": 1e-100,
    "pbeam": 1e-100,
    "wbeam": 1e-80,
    "lpbeam": 1e-80,
    "lponlybeam": 1e-80,
}
_USERS = "@"
"""Ends the engine's name of a word of the user's lexicon: its own dictionary cannot be changed."""

_ADDED_TO_NAME = re.compile(rf"{_USERS}?(\(\d+\))?$")
_GRID = FrameGrid(sample_rate=SAMPLE_RATE)


class PocketsphinxAligner:
    """Forced alignment of English by pocketsphinx 5, two passes: words, then phones."""

    @property
    def capabilities(self) -> Capabilities:
        """English, 10 ms steps, phones and scores, up to two minutes an utterance."""
        return Capabilities(
            languages=frozenset({"en"}),
            sample_rate=SAMPLE_RATE,
            frame_step=FRAME_STEP,
            phones=True,
            score_limits=SCORE_LIMITS,
            max_seconds=MAX_SECONDS,
        )

    @property
    def provenance(self) -> Provenance:
        """The installed version and the settings in force."""
        settings = tuple((name, str(value)) for name, value in sorted(_SETTINGS.items()))
        return Provenance("pocketsphinx", version("pocketsphinx"), "en-us", settings)

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align each utterance; see :class:`sal_anchors.align.Aligner`.

        Raises:
            LexiconError: a user pronunciation uses a phone that the model does not have.
        """
        check_lexicon(lexicon)
        if jobs == 1:
            decoder = _GuardedDecoder(lexicon)
            yield from map(decoder.align, utterances)
            return
        yield from map_ordered(
            _align_in_worker,
            utterances,
            jobs=jobs,
            initializer=_start_worker,
            initargs=(lexicon,),
            on_crash=_crashed,
        )


def check_lexicon(lexicon: Lexicon) -> None:
    """Raise LexiconError if an entry uses a phone outside the model's set."""
    phones = _phone_set()
    for word, pronunciations in lexicon.entries.items():
        for phone in (p for pronunciation in pronunciations for p in pronunciation):
            if phone not in phones:
                raise LexiconError(
                    f"{word!r}: unknown phone {phone!r}",
                    hint=f"The phones of this model are {' '.join(sorted(phones))}",
                )


@lru_cache
def _phone_set() -> frozenset[str]:
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    with dictionary.open(encoding="utf-8") as lines:
        return frozenset(phone for line in lines for phone in line.split()[1:])


def new_decoder() -> Any:
    """A pocketsphinx decoder with this engine's settings and no language model."""
    return pocketsphinx.Decoder(lm=None, loglevel="FATAL", **_SETTINGS)


class _GuardedDecoder:
    """A decoder that is rebuilt after any exception, since one failure breaks all later calls."""

    def __init__(self, lexicon: Lexicon):
        self._lexicon = lexicon
        self._decoder: Any = None

    def align(self, utterance: Utterance) -> Alignment | Failure:
        try:
            return self._align(utterance)
        except AudioError as error:
            return Failure(utterance, error.reason, str(error))
        except Exception as error:
            self._decoder = None
            return _failure(utterance, Reason.ENGINE_ERROR, f"pocketsphinx stopped with {error!r}")

    def _align(self, utterance: Utterance) -> Alignment | Failure:
        recording = read_recording(
            utterance.audio, _GRID, start=utterance.start, duration=utterance.duration
        )
        words = words_of(utterance.transcript or "")
        unfit = _unfit(utterance, words, recording.samples)
        if unfit:
            return unfit
        decoder = self._ready()
        names = [word + _USERS if word in self._lexicon.entries else word for word in words]
        unknown = sorted(
            {word for word, name in zip(words, names, strict=True) if not decoder.lookup_word(name)}
        )
        if unknown:
            return _failure(
                utterance,
                Reason.OOV,
                f"no pronunciation for {', '.join(map(repr, unknown))}; "
                "add it to a file of 'word PHONE PHONE ...' lines and give it as --lexicon",
            )
        return _decode(decoder, utterance, names, recording.samples)

    def _ready(self) -> Any:
        if self._decoder is None:
            self._decoder = new_decoder()
            for word, pronunciations in self._lexicon.entries.items():
                for number, phones in enumerate(pronunciations, start=1):
                    name = word + _USERS if number == 1 else f"{word}{_USERS}({number})"
                    self._decoder.add_word(name, " ".join(phones), True)
        return self._decoder


def _failure(utterance: Utterance, reason: Reason, message: str) -> Failure:
    return Failure(utterance, reason, f"{utterance.audio}: {message}")


def _unfit(
    utterance: Utterance, words: tuple[str, ...], samples: NDArray[np.float32]
) -> Failure | None:
    """The failure of an utterance that the decoder should not see, or None."""
    if utterance.transcript is None:
        message = "no transcript beside it; write what is said to a .txt file of the same name"
        return _failure(utterance, Reason.MISSING_TRANSCRIPT, message)
    if not words:
        message = f"its transcript {utterance.transcript!r} has no words"
        return _failure(utterance, Reason.EMPTY_TRANSCRIPT, message)
    seconds = len(samples) / SAMPLE_RATE
    if seconds < _MIN_SECONDS:
        message = f"{seconds:.3f} s of audio, at least {_MIN_SECONDS} s are needed"
        return _failure(utterance, Reason.TOO_SHORT, message)
    if seconds > MAX_SECONDS:
        message = (
            f"{seconds:.0f} s of audio, at most {MAX_SECONDS:.0f} s can be aligned at once; cut it"
        )
        return _failure(utterance, Reason.TOO_LONG, message)
    loudest = _loudest_frame_dbfs(samples)
    if loudest < _SILENCE_DBFS:
        message = f"silent: its loudest 10 ms are at {loudest:.0f} dBFS; record it again"
        return _failure(utterance, Reason.SILENT, message)
    return None


def _loudest_frame_dbfs(samples: NDArray[np.float32]) -> float:
    frames = samples[: len(samples) // _GRID.hop * _GRID.hop].reshape(-1, _GRID.hop)
    power = np.square(frames, dtype=np.float64).mean(axis=1).max()
    return float(10 * np.log10(power + 1e-20))


def _decode(
    decoder: Any, utterance: Utterance, names: list[str], samples: NDArray[np.float32]
) -> Alignment | Failure:
    """Both passes over words given by the engine's names of them.

    The engine carries its cepstral mean from one utterance to the next; starting each anew makes
    a result depend on its own utterance alone.
    """
    pcm = _padded_pcm(samples)
    decoder.reinit_feat()
    decoder.set_align_text(" ".join(names))
    _run(decoder, pcm)
    if decoder.hyp() is None:
        message = "no way through the audio fits the transcript; check that it is what is said"
        return _failure(utterance, Reason.NO_PATH, message)
    decoder.set_alignment()
    _run(decoder, pcm)
    alignment, outside = _read(decoder, utterance, len(samples) / SAMPLE_RATE)
    if [word.label for word in alignment.words] != [name.removesuffix(_USERS) for name in names]:
        message = "the engine left words out; check that the transcript is what is said"
        return _failure(utterance, Reason.NO_PATH, message)
    if outside:
        named = ", ".join(map(repr, outside))
        message = f"{named} of the transcript would lie outside the recording; is it cut off?"
        return _failure(utterance, Reason.TRANSCRIPT_MISMATCH, message)
    return alignment


def _padded_pcm(samples: NDArray[np.float32]) -> bytes:
    """16-bit samples with faint noise under them and ``_PAD_SECONDS`` of it at both ends.

    The engine aligns short clips badly without room around them, and digital silence not at all.
    """
    pad = round(_PAD_SECONDS * SAMPLE_RATE)
    scaled = np.pad(samples.astype(np.float64) * 32768, pad)
    noise = np.random.default_rng(0).normal(0.0, _NOISE_RMS, len(scaled))
    return np.clip(np.rint(scaled + noise), -32768, 32767).astype("<i2").tobytes()


def _run(decoder: Any, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _read(decoder: Any, utterance: Utterance, seconds: float) -> tuple[Alignment, list[str]]:
    """Words and phones of the second pass, in seconds of the unpadded audio, and the words that
    the engine put into the room around the audio for more than half their length."""
    words: list[Interval] = []
    phones: list[Interval] = []
    outside: list[str] = []
    frames = total = 0
    for entry in decoder.get_alignment():
        if entry.name.startswith(("<", "[", "+")):
            continue
        word = _interval(entry, _ADDED_TO_NAME.sub("", entry.name), seconds)
        words.append(word)
        if word.end - word.start < entry.duration * FRAME_STEP / 2:
            outside.append(word.label)
        for phone in entry:
            interval = _interval(phone, phone.name, seconds)
            if interval.end > interval.start:
                phones.append(interval)
            frames += phone.duration
            total += phone.score
    score = total / frames * _NATS if frames else None
    return Alignment(utterance, tuple(words), tuple(phones), score), outside


def _interval(entry: Any, label: str, seconds: float) -> Interval:
    start = entry.start * FRAME_STEP - _PAD_SECONDS
    end = (entry.start + entry.duration) * FRAME_STEP - _PAD_SECONDS
    return Interval(
        label,
        start=_GRID.snap(min(max(start, 0.0), seconds)),
        end=_GRID.snap(min(max(end, 0.0), seconds)),
        score=float(entry.score / entry.duration * _NATS),
    )


_worker: _GuardedDecoder


def _start_worker(lexicon: Lexicon) -> None:
    global _worker
    _worker = _GuardedDecoder(lexicon)


def _align_in_worker(utterance: Utterance) -> Alignment | Failure:
    return _worker.align(utterance)


def _crashed(utterance: Utterance) -> Failure:
    return _failure(utterance, Reason.ENGINE_ERROR, "pocketsphinx crashed on this recording")
