"""The default engine, real: its words, its reasons, and that no utterance spoils the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.pocketsphinx.guarded import GuardedDecoder
from sal_anchors.align.quality import judge
from sal_anchors.corpus import Utterance
from sal_anchors.errors import LexiconError

AlignFiles = Callable[..., list[Alignment | Failure]]
RATE = 16_000


def _audio(path: Path) -> np.ndarray:
    return soundfile.read(path)[0]


def _aligned(result: Alignment | Failure) -> Alignment:
    assert isinstance(result, Alignment), result
    return result


def _labels(alignment: Alignment) -> list[str]:
    return [word.label for word in alignment.words]


def _failed(result: Alignment | Failure, reason: Reason) -> str:
    """The message of a failure for ``reason``, which names the file."""
    assert isinstance(result, Failure), result
    assert result.reason is reason
    assert str(result.utterance.audio) in result.message
    return result.message


@pytest.fixture(scope="module")
def again(prompts: Path) -> Path:
    """A real recording of "please try again"."""
    return prompts / "please-try-again.flac"


def test_words_are_in_order_half_open_and_inside_the_audio(
    exact_alignments: list[tuple[dict[str, Any], Alignment]],
) -> None:
    for clip, alignment in exact_alignments:
        seconds = clip["num_samples"] / clip["sample_rate"]
        for intervals in (alignment.words, alignment.phones):
            edges = [edge for i in intervals for edge in (i.start, i.end)]
            assert edges == sorted(edges)
            assert all(0 <= i.start < i.end <= seconds for i in intervals)
        assert _labels(alignment) == [label for _, _, label in clip["words"]]
        assert all(word.score is not None for word in alignment.words)


def test_phones_tile_their_words(
    exact_alignments: list[tuple[dict[str, Any], Alignment]],
) -> None:
    for _, alignment in exact_alignments:
        for word in alignment.words:
            inside = [p for p in alignment.phones if word.start <= p.start < word.end]
            assert inside[0].start == word.start
            assert inside[-1].end == word.end


def test_boundaries_are_near_the_exact_ones(
    exact_alignments: list[tuple[dict[str, Any], Alignment]],
) -> None:
    errors = [
        abs(found - true)
        for clip, alignment in exact_alignments
        for word, truth in zip(alignment.words, clip["words"], strict=True)
        for found, true in ((word.start, truth[0]), (word.end, truth[1]))
    ]
    assert len(errors) > 80
    assert float(np.median(errors)) < 0.025
    assert float(np.mean(errors)) < 0.040


def test_upper_case_and_punctuation_do_not_matter(again: Path, align_files: AlignFiles) -> None:
    plain, loud = map(
        _aligned, align_files((again, "please try again"), (again, "PLEASE, -- try 'again'!"))
    )
    assert plain.words == loud.words
    assert _labels(plain) == ["please", "try", "again"]


def test_a_stereo_copy_at_another_rate_has_the_same_times(
    tmp_path: Path, again: Path, align_files: AlignFiles
) -> None:
    import soxr

    faster = soxr.resample(_audio(again), RATE, 44_100)
    soundfile.write(tmp_path / "stereo.wav", np.stack([faster, 0.8 * faster], 1), 44_100)
    one, other = map(
        _aligned,
        align_files((again, "please try again"), (tmp_path / "stereo.wav", "please try again")),
    )
    for word, copied in zip(one.words, other.words, strict=True):
        assert copied.start == pytest.approx(word.start, abs=0.02)
        assert copied.end == pytest.approx(word.end, abs=0.02)


def test_a_stretch_of_a_file_is_timed_from_its_own_start(
    tmp_path: Path, again: Path, align_files: AlignFiles
) -> None:
    speech = _audio(again)
    soundfile.write(tmp_path / "long.wav", np.concatenate([np.zeros(RATE), speech, speech]), RATE)
    whole = _aligned(align_files((again, "please try again"))[0])
    utterance = replace(
        whole.utterance,
        audio=tmp_path / "long.wav",
        start=1.0,
        duration=len(speech) / RATE,
    )
    part = next(PocketsphinxAligner().align_corpus([utterance], Lexicon(), tmp_path, 1))
    assert _aligned(part).words == whole.words


def test_digital_silence_in_the_middle_is_no_obstacle(
    tmp_path: Path, again: Path, align_files: AlignFiles
) -> None:
    speech = _audio(again)
    gap = round(1.5 * RATE)
    soundfile.write(tmp_path / "gap.wav", np.concatenate([speech, np.zeros(gap), speech]), RATE)
    result = _aligned(align_files((tmp_path / "gap.wav", "please try again please try again"))[0])
    assert _labels(result) == ["please", "try", "again"] * 2
    pause = result.words[3].start - result.words[2].end
    assert pause == pytest.approx(1.5, abs=0.2)
    assert judge(result, PocketsphinxAligner().capabilities.score_limits) is None


def test_words_of_a_recording_cut_off_have_a_length_or_it_fails(
    tmp_path: Path, prompts: Path, align_files: AlignFiles
) -> None:
    """The engine is given room around the audio, and may put a word that was cut off there."""
    speech = _audio(prompts / "agent-pass.flac")
    pairs = []
    for cut in range(30, 310, 40):
        for side, part in (("a", speech[: cut * 160]), ("b", speech[cut * 160 :])):
            path = tmp_path / f"{side}{cut}.wav"
            soundfile.write(path, part, RATE)
            pairs.append((path, (prompts / "agent-pass.txt").read_text()))
    results = align_files(*pairs)
    for result in results:
        if isinstance(result, Failure):
            _failed(result, result.reason)
            assert result.reason in (Reason.NO_PATH, Reason.TRANSCRIPT_MISMATCH)
            continue
        seconds = soundfile.info(result.utterance.audio).duration
        for interval in (*result.words, *result.phones):
            assert 0 <= interval.start < interval.end <= seconds


@pytest.mark.parametrize(
    ("name", "first", "last", "lost"),
    [
        ("agent-pass", 0.0, 2.61, "'key'"),
        ("sorry", 0.51, 9.0, "we're"),
    ],
)
def test_a_word_that_was_cut_off_gets_no_time(
    tmp_path: Path,
    prompts: Path,
    align_files: AlignFiles,
    name: str,
    first: float,
    last: float,
    lost: str,
) -> None:
    speech = _audio(prompts / f"{name}.flac")
    soundfile.write(tmp_path / "cut.wav", speech[round(first * RATE) : round(last * RATE)], RATE)
    said = (prompts / f"{name}.txt").read_text()
    result = align_files((tmp_path / "cut.wav", said))[0]
    assert lost in _failed(result, Reason.TRANSCRIPT_MISMATCH)


def test_each_unfit_utterance_has_its_reason_and_the_next_one_is_aligned_as_ever(
    tmp_path: Path, again: Path, align_files: AlignFiles
) -> None:
    zeros, faint, short, long, corrupt, empty, text = (
        tmp_path / f"{name}.{suffix}"
        for name, suffix in (
            ("zeros", "wav"),
            ("faint", "wav"),
            ("short", "wav"),
            ("long", "wav"),
            ("corrupt", "flac"),
            ("empty", "wav"),
            ("text", "wav"),
        )
    )
    soundfile.write(zeros, np.zeros(2 * RATE), RATE)
    soundfile.write(faint, np.random.default_rng(0).normal(0, 3e-5, RATE), RATE, "FLOAT")
    soundfile.write(short, _audio(again)[: RATE // 20], RATE)
    soundfile.write(long, np.zeros(100 * 3600 * 13, dtype=np.int16), 100, subtype="PCM_U8")
    corrupt.write_bytes(again.read_bytes()[:5_000])
    empty.touch()
    text.write_text("please try again")
    said = "please try again"
    unfit = [
        (again, None, Reason.MISSING_TRANSCRIPT, ".txt"),
        (again, "", Reason.EMPTY_TRANSCRIPT, "no words"),
        (again, "... -- ?!", Reason.EMPTY_TRANSCRIPT, "no words"),
        (
            again,
            "please \u043e\u043f\u044f\u0442\u044c \u518d again",
            Reason.OOV,
            "'\u043e\u043f\u044f\u0442\u044c', '\u518d'",
        ),
        (zeros, said, Reason.SILENT, "dBFS"),
        (faint, said, Reason.SILENT, "dBFS"),
        (short, said, Reason.TOO_SHORT, "0.050 s"),
        (long, said, Reason.TOO_LONG, "12 h"),
        (corrupt, said, Reason.CORRUPT_AUDIO, "decoded"),
        (empty, said, Reason.EMPTY_AUDIO, "0 bytes"),
        (text, said, Reason.NOT_AUDIO, "not a recording"),
        (tmp_path / "gone.wav", said, Reason.MISSING_AUDIO, "No such file"),
        (again, " ".join(["please try again"] * 8), Reason.NO_PATH, "transcript"),
    ]
    pairs = [pair for audio, spoken, *_ in unfit for pair in ((audio, spoken), (again, said))]
    results = align_files(*pairs)
    for (*_, reason, told), result in zip(unfit, results[::2], strict=True):
        assert told in _failed(result, reason)
    fit = [_aligned(result).words for result in results[1::2]]
    assert fit == [fit[0]] * len(unfit)


def test_an_engine_that_breaks_fails_one_utterance_and_is_built_anew(again: Path) -> None:
    guarded = GuardedDecoder(Lexicon())
    utterance = Utterance(id="x", audio=again, transcript="please try again")
    before = _aligned(guarded.align(utterance))
    guarded._decoders[
        "utterance"
    ].start_utt()  # an utterance left open: the next call of the engine raises
    assert "pocketsphinx stopped with" in _failed(guarded.align(utterance), Reason.ENGINE_ERROR)
    assert _aligned(guarded.align(utterance)) == before


def test_an_unknown_word_s_message_says_what_to_do(again: Path, align_files: AlignFiles) -> None:
    result = align_files((again, "zorp try again"), lexicon=Lexicon(guess=False))[0]
    message = _failed(result, Reason.OOV)
    assert "'zorp'" in message
    assert "--lexicon" in message


@pytest.mark.parametrize(
    "wrong",
    [
        "elephants do not appear",
        "the quick brown fox jumps over the lazy dog",
        "thank you for calling",
    ],
)
def test_a_wrong_transcript_is_never_ok(again: Path, align_files: AlignFiles, wrong: str) -> None:
    result = align_files((again, wrong))[0]
    if isinstance(result, Failure):
        _failed(result, Reason.NO_PATH)
    else:
        verdict = judge(result, PocketsphinxAligner().capabilities.score_limits)
        assert verdict is not None
        assert verdict[0] is Reason.TRANSCRIPT_MISMATCH


def test_a_word_of_the_user_s_lexicon_is_aligned(again: Path, align_files: AlignFiles) -> None:
    lexicon = Lexicon({"zorp": (("B", "UW"), ("P", "L", "IY", "Z"))})
    known, own = map(
        _aligned,
        align_files((again, "please try again"), (again, "Zorp try again"), lexicon=lexicon),
    )
    assert _labels(own) == ["zorp", "try", "again"]
    assert [(w.start, w.end) for w in own.words] == [(w.start, w.end) for w in known.words]
    assert [phone.label for phone in own.phones[:4]] == ["P", "L", "IY", "Z"]


def test_the_user_s_pronunciation_stands_before_the_dictionary_s(
    again: Path, align_files: AlignFiles
) -> None:
    lexicon = Lexicon({"please": (("B", "IY"),)})
    result = _aligned(align_files((again, "please try again"), lexicon=lexicon)[0])
    assert _labels(result) == ["please", "try", "again"]
    assert [phone.label for phone in result.phones[:2]] == ["B", "IY"]


def test_an_unknown_phone_is_an_error_that_names_it(again: Path, align_files: AlignFiles) -> None:
    lexicon = Lexicon({"zorp": (("Z", "OOH"),)})
    with pytest.raises(LexiconError, match=r"'zorp': unknown phone 'OOH'.* AA AE "):
        align_files((again, "zorp"), lexicon=lexicon)


def test_two_processes_return_what_one_does(
    tmp_path: Path, prompts: Path, align_files: AlignFiles
) -> None:
    (tmp_path / "text.wav").write_text("please")
    names = ("sorry", "im-sorry", "vm-press", "is-in-use", "call-waiting")
    pairs = [
        (tmp_path / "text.wav", "please"),
        *((prompts / f"{name}.flac", (prompts / f"{name}.txt").read_text()) for name in names),
        (prompts / "sorry.flac", "zorp"),
    ]
    lexicon = Lexicon({"press": (("P", "R", "EH", "S"),)})
    assert align_files(*pairs, lexicon=lexicon, jobs=2) == align_files(*pairs, lexicon=lexicon)


def test_the_engine_says_what_it_is_and_what_it_was_set_to() -> None:
    provenance = PocketsphinxAligner().provenance
    assert provenance.engine == "pocketsphinx"
    assert provenance.version.startswith("5.")
    assert dict(provenance.settings)["bestpath"] == "False"
