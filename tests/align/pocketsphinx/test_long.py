"""Long recordings, made of real prompts one after the other: each word where it is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.normalise import normalise
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.pocketsphinx.cuts import Cut, Scouts, cut_at_pauses
from sal_anchors.align.pocketsphinx.decoder import new_decoder
from sal_anchors.align.pocketsphinx.settings import EXACT_SCOUT, ONE_PIECE_SECONDS, SCOUT
from sal_anchors.align.pocketsphinx.stretch import Stretch
from sal_anchors.corpus import Utterance

RATE = 16_000
SECONDS = 70.0


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a prompt, and the seconds of the long recording that it takes."""

    words: tuple[str, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class LongFile:
    audio: Path
    prompts: tuple[Said, ...]

    @property
    def words(self) -> list[str]:
        return [word for prompt in self.prompts for word in prompt.words]

    def utterance(self, words: list[str] | None = None, **fields: float) -> Utterance:
        text = " ".join(self.words if words is None else words)
        return Utterance(id="long", audio=self.audio, transcript=text, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def long_file(prompts: Path, tmp_path_factory: pytest.TempPathFactory) -> LongFile:
    """More than a minute at 22.05 kHz, 25 s of it silent."""
    import soxr

    pieces: list[np.ndarray] = []
    said: list[Said] = []
    length = 0
    for path in sorted(prompts.glob("*.flac")):
        if length > SECONDS * RATE:
            break
        words = normalise(path.with_suffix(".txt").read_text()).words
        speech, _ = soundfile.read(path)
        pause = np.zeros(round((25.0 if len(said) == 12 else 0.4) * RATE))
        said.append(Said(words, length / RATE, (length + len(speech)) / RATE))
        pieces += [speech, pause]
        length += len(speech) + len(pause)
    path = tmp_path_factory.mktemp("long") / "long.flac"
    soundfile.write(path, soxr.resample(np.concatenate(pieces), RATE, 22_050), 22_050)
    return LongFile(path, tuple(said))


def _align(utterance: Utterance, *, phones: bool = False) -> Alignment | Failure:
    engine = PocketsphinxAligner(phones=phones)
    (result,) = engine.align_corpus([utterance], Lexicon(), Path(), 1)
    return result


@pytest.fixture(scope="module")
def aligned(long_file: LongFile) -> Alignment:
    result = _align(long_file.utterance(), phones=True)
    assert isinstance(result, Alignment), result
    return result


def test_each_word_is_inside_the_prompt_that_says_it(
    long_file: LongFile, aligned: Alignment
) -> None:
    assert [word.label for word in aligned.words] == long_file.words
    words = iter(aligned.words)
    for prompt in long_file.prompts:
        for word in (next(words) for _ in prompt.words):
            assert prompt.start - 0.1 < word.start < word.end < prompt.end + 0.1


def test_words_and_phones_are_in_order_with_scores(aligned: Alignment) -> None:
    for intervals in (aligned.words, aligned.phones):
        edges = [edge for one in intervals for edge in (one.start, one.end)]
        assert edges == sorted(edges)
        assert all(one.start < one.end for one in intervals)
        assert all(one.score is not None for one in intervals)
    assert aligned.score is not None
    assert aligned.score > -2.5


def test_boundaries_are_near_those_of_the_prompts_by_themselves(
    long_file: LongFile, aligned: Alignment
) -> None:
    differences = []
    words = iter(aligned.words)
    for prompt in long_file.prompts:
        alone = _align(
            long_file.utterance(
                list(prompt.words), start=prompt.start, duration=prompt.end - prompt.start
            )
        )
        assert isinstance(alone, Alignment)
        for word in alone.words:
            here = next(words)
            differences += [here.start - prompt.start - word.start]
            differences += [here.end - prompt.start - word.end]
    size = np.abs(differences)
    assert np.median(size) < 0.011
    assert np.mean(size < 0.05) > 0.95


def test_pieces_hold_all_words_in_order_without_overlap(long_file: LongFile) -> None:
    names = long_file.words
    stretch = Stretch(long_file.utterance(), soundfile.info(long_file.audio).duration)
    pieces = list(
        cut_at_pauses(Scouts(new_decoder(SCOUT), new_decoder(EXACT_SCOUT)), names, stretch)
    )
    assert len(pieces) > 1
    before = Cut(0.0, 0.0, 0, 0)
    for piece in pieces:
        assert isinstance(piece, Cut)
        assert piece.first == before.last < piece.last
        assert before.stop <= piece.start < piece.stop <= stretch.seconds
        before = piece
    assert before.last == len(names)


def test_a_transcript_that_goes_astray_is_a_mismatch_that_names_the_time(
    long_file: LongFile, tmp_path: Path
) -> None:
    """After the first half, the words of something else."""
    speech, rate = soundfile.read(long_file.audio)
    soundfile.write(tmp_path / "twice.flac", np.concatenate([speech] * 2), rate)
    right = len(long_file.words)
    wrong = ["elephants", "wander", "over", "narrow", "bridges", "every", "winter"] * 12
    twice = LongFile(tmp_path / "twice.flac", long_file.prompts)
    result = _align(twice.utterance([*long_file.words, *wrong]))
    assert isinstance(result, Failure)
    assert result.reason is Reason.TRANSCRIPT_MISMATCH
    found = re.search(r"until 0:0(\d):([\d.]+) .*\(word (\d+) of (\d+)\)", result.message)
    assert found, result.message
    minutes, seconds, word, words = map(float, found.groups())
    seconds += 60 * minutes
    assert long_file.prompts[-1].end - 45 < seconds < long_file.prompts[-1].end + 15
    assert right - 80 < word < right + 15
    assert words == right + len(wrong)


def test_a_long_recording_that_is_silent_is_told_so(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.zeros(RATE * round(2.5 * ONE_PIECE_SECONDS)), RATE)
    result = _align(Utterance(id="x", audio=tmp_path / "long.wav", transcript="hello"))
    assert isinstance(result, Failure)
    assert result.reason is Reason.SILENT


def test_few_words_before_minutes_of_silence_are_found(tmp_path: Path, prompts: Path) -> None:
    speech, _ = soundfile.read(prompts / "sorry.flac")
    audio = tmp_path / "long.wav"
    soundfile.write(audio, np.concatenate([np.zeros(50 * RATE), speech, np.zeros(90 * RATE)]), RATE)
    said = (prompts / "sorry.txt").read_text()
    result = _align(Utterance(id="x", audio=audio, transcript=said))
    assert isinstance(result, Alignment), result
    assert result.words[0].start > 49.9
    assert result.words[-1].end < 50.1 + len(speech) / RATE
