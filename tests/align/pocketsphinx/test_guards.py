"""What recordings and transcripts bring with them, and that it moves no word: the real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.quality import judge
from sal_anchors.corpus import Utterance

AlignFiles = Callable[..., list[Alignment | Failure]]
Signal = np.ndarray
RATE = 16_000
NAMES = ("agent-pass", "sorry", "vm-press", "please-try-again")


def _noisy(speech: Signal, snr_db: float) -> Signal:
    noise = np.random.default_rng(1).standard_normal(len(speech))
    return speech + noise * np.sqrt(np.mean(speech**2) / 10 ** (snr_db / 10))


def _room(speech: Signal, seconds: float) -> Signal:
    return np.pad(speech, round(seconds * RATE))


CONDITIONS: dict[str, tuple[Callable[[Signal], Signal], int, float, float]] = {
    # what is done to the speech, the file's rate, seconds put before it, median shift allowed (s)
    "8 kHz": (lambda x: soxr.resample(x, RATE, 8_000), 8_000, 0, 0.030),
    "44.1 kHz": (lambda x: soxr.resample(x, RATE, 44_100), 44_100, 0, 0.005),
    "48 kHz": (lambda x: soxr.resample(x, RATE, 48_000), 48_000, 0, 0.005),
    "30 dB down": (lambda x: x * 10 ** (-30 / 20), RATE, 0, 0.015),
    "clipping": (lambda x: np.clip(4 * x, -0.99, 0.99), RATE, 0, 0.015),
    "noise at 20 dB": (lambda x: _noisy(x, 20), RATE, 0, 0.020),
    "2 s of zeros": (lambda x: _room(x, 2), RATE, 2, 0.020),
    "10 s of zeros": (lambda x: _room(x, 10), RATE, 10, 0.025),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_words_stay_where_they_are(
    tmp_path: Path, prompts: Path, align_files: AlignFiles, condition: str
) -> None:
    change, rate, before, allowed = CONDITIONS[condition]
    pairs = []
    for name in NAMES:
        said = (prompts / f"{name}.txt").read_text()
        speech, _ = soundfile.read(prompts / f"{name}.flac")
        soundfile.write(tmp_path / f"{name}.wav", change(speech), rate, "PCM_16")
        pairs += [(prompts / f"{name}.flac", said), (tmp_path / f"{name}.wav", said)]
    results = align_files(*pairs)
    shifts = []
    limits = PocketsphinxAligner().capabilities.score_limits
    for plain, changed in zip(results[::2], results[1::2], strict=True):
        assert isinstance(plain, Alignment)
        assert isinstance(changed, Alignment), changed
        verdict = judge(changed, limits)
        assert verdict is None or verdict[0] is Reason.LOW_CONFIDENCE
        for one, other in zip(plain.words, changed.words, strict=True):
            shifts += [other.start - before - one.start, other.end - before - one.end]
    assert float(np.median(np.abs(shifts))) <= allowed
    assert float(np.mean(np.abs(shifts))) < 0.06


def test_empty_audio_before_an_utterance_does_not_break_it(
    tmp_path: Path, prompts: Path, align_files: AlignFiles
) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE)
    fit = (prompts / "sorry.flac", (prompts / "sorry.txt").read_text())
    none, after = align_files((tmp_path / "none.wav", "sorry"), fit)
    assert isinstance(none, Failure)
    assert none.reason is Reason.EMPTY_AUDIO
    assert [after] == [_renamed(result, "1") for result in align_files(fit)]


def _renamed(result: Alignment | Failure, id_: str) -> Alignment | Failure:
    from dataclasses import replace

    return replace(result, utterance=replace(result.utterance, id=id_))


def test_a_result_depends_on_its_own_utterance_alone(tmp_path: Path, prompts: Path) -> None:
    """Backwards, alone, or on two processes: the same to the last bit. One utterance's guessed
    words and another's failure are among them."""
    names = ("sorry", "vm-press", "is-in-use", "agent-pass", "call-waiting", "im-sorry")
    utterances = [
        Utterance(
            id=name,
            audio=prompts / f"{name}.flac",
            transcript=(prompts / f"{name}.txt").read_text(),
        )
        for name in names
    ]
    sorry = prompts / "sorry.flac"
    utterances.insert(1, Utterance(id="guessed", audio=sorry, transcript="sorree PBX livekit"))
    utterances.insert(2, Utterance(id="none", audio=sorry, transcript="\u518d"))
    utterances.insert(4, Utterance(id="long", audio=sorry, transcript="please " * 40))

    def align(chosen: list[Utterance], jobs: int = 1) -> list[Alignment | Failure]:
        aligner = PocketsphinxAligner()
        return list(aligner.align_corpus(chosen, Lexicon(), tmp_path, jobs))

    forwards = align(utterances)
    assert {type(result) for result in forwards} == {Alignment, Failure}
    assert align(utterances[::-1])[::-1] == forwards
    assert align(utterances, jobs=2) == forwards
    assert [align([utterance])[0] for utterance in utterances[::3]] == forwards[::3]
