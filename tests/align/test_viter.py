"""The engine viter, real: it trains on a handful of prompts and aligns them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.alignment import PronunciationSource
from sal_anchors.align.viter import ViterAligner, check_viter
from sal_anchors.align.viter.pronounce import Names, Sound
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.errors import EngineError

pytestmark = pytest.mark.skipif(
    not check_viter().ready, reason="viter is not installed: pip install 'sal-anchors[viter]'"
)
RATE = 16_000


def _utterances(folder: Path) -> list[Utterance]:
    return [item for item in read_sidecar_corpus(folder) if isinstance(item, Utterance)]


@pytest.fixture(scope="module")
def spoken(prompts: Path) -> list[Utterance]:
    """Fifteen real prompts of one speaker, 52 s."""
    return _utterances(prompts)[:15]


@pytest.fixture(scope="module")
def run(spoken: list[Utterance], tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Fifteen prompts and six that must fail, through all but the last two stages of training."""
    folder = tmp_path_factory.mktemp("viter")
    soundfile.write(folder / "zeros.wav", np.zeros(2 * RATE), RATE)
    soundfile.write(folder / "short.wav", np.full(100, 0.1), RATE)
    soundfile.write(folder / "none.wav", np.zeros(0), RATE)
    good = spoken[0]
    bad = [
        Utterance(id="zeros", audio=folder / "zeros.wav", transcript="yes"),
        Utterance(id="short", audio=folder / "short.wav", transcript="yes"),
        Utterance(id="none", audio=folder / "none.wav", transcript="yes"),
        replace(good, id="oov", transcript="please \u0434\u0430"),
        replace(good, id="wordless", transcript="..."),
        replace(good, id="untold", transcript=None),
    ]
    mixed = [*bad[:3], *spoken, *bad[3:]]
    lines: list[str] = []
    aligner = ViterAligner(last_stage="tri", on_progress=lines.append)
    lexicon = Lexicon({"please": (("sil", "p_B", "IY"), ("P", "L", "IY", "Z"))})
    results = list(aligner.align_corpus(mixed, lexicon, folder, 1))
    return {"given": mixed, "results": results, "lines": lines, "folder": folder}


def _alignments(run: dict[str, object]) -> list[Alignment]:
    return [result for result in run["results"] if isinstance(result, Alignment)]  # type: ignore[attr-defined]


def test_there_is_one_result_an_utterance_in_the_given_order(run: dict[str, object]) -> None:
    results = run["results"]
    assert [result.utterance for result in results] == run["given"]  # type: ignore[attr-defined]
    assert len(_alignments(run)) == 15


def test_what_viter_must_not_see_fails_with_its_own_reason(run: dict[str, object]) -> None:
    reasons = {r.utterance.id: r.reason for r in run["results"] if isinstance(r, Failure)}  # type: ignore[attr-defined]
    assert reasons == {
        "zeros": Reason.SILENT,
        "short": Reason.TOO_SHORT,
        "none": Reason.EMPTY_AUDIO,
        "oov": Reason.OOV,
        "wordless": Reason.EMPTY_TRANSCRIPT,
        "untold": Reason.MISSING_TRANSCRIPT,
    }


def test_words_and_phones_are_in_order_half_open_and_inside_the_audio(
    run: dict[str, object],
) -> None:
    for alignment in _alignments(run):
        info = soundfile.info(alignment.utterance.audio)
        for intervals in (alignment.words, alignment.phones):
            edges = [edge for i in intervals for edge in (i.start, i.end)]
            assert edges == sorted(edges)
            assert all(0 <= i.start < i.end <= info.frames / info.samplerate for i in intervals)


def test_words_are_those_of_the_transcript_and_phones_have_their_own_names(
    run: dict[str, object],
) -> None:
    first = _alignments(run)[0]
    assert " ".join(word.label for word in first.words) == (
        "that agent is already logged on please enter your agent number followed by the pound key"
    )
    used = {phone.label for alignment in _alignments(run) for phone in alignment.phones}
    assert {"DH", "AH", "K"} <= used
    assert not {label for label in used if label.startswith("p") and label[1:].isdigit()}


def test_the_source_of_the_user_s_pronunciation_is_recorded(run: dict[str, object]) -> None:
    first = _alignments(run)[0]
    assert [(p.word, p.source) for p in first.pronunciations] == [
        ("please", PronunciationSource.USER)
    ]


def test_edges_are_near_hand_made_ones_after_four_minutes_of_speech(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = shared_data("timit-dev")
    lines = (folder / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    utterances = [
        Utterance(
            id=row["id"],
            audio=folder / row["audio"],
            transcript=" ".join(label for _, _, label in row["words"]),
            speaker=row["speaker"],
        )
        for row in rows
    ]
    results = ViterAligner(last_stage="mono").align_corpus(utterances, Lexicon(), tmp_path, 1)
    errors = [
        abs(word.start - start)
        for result, row in zip(results, rows, strict=True)
        if isinstance(result, Alignment)
        for word, (start, _, _) in zip(result.words, row["words"], strict=True)
    ]
    assert len(errors) == 696
    assert np.median(errors) < 0.015


def test_its_output_is_shown_and_its_log_kept(run: dict[str, object]) -> None:
    (log,) = Path(str(run["folder"])).glob("viter-*.log")
    assert "Monophone" in log.read_text(encoding="utf-8")
    assert any("left" in line for line in run["lines"])  # type: ignore[attr-defined]
    assert not any("\x1b" in line for line in run["lines"])  # type: ignore[attr-defined]


def test_a_wrong_transcript_aligns_silently_so_no_scores_are_claimed(
    run: dict[str, object],
) -> None:
    assert all(alignment.score is None for alignment in _alignments(run))
    assert ViterAligner().capabilities.score_limits is None


def test_a_corpus_without_anything_to_align_does_not_start_viter(tmp_path: Path) -> None:
    absent = Utterance(id="a", audio=tmp_path / "none.wav", transcript="yes")
    lines: list[str] = []
    (result,) = ViterAligner(on_progress=lines.append).align_corpus(
        [absent], Lexicon(), tmp_path, 1
    )
    assert isinstance(result, Failure)
    assert result.reason is Reason.MISSING_AUDIO
    assert not lines


def test_other_languages_take_the_user_s_words_in_any_phone_set_and_no_guesses(
    spoken: list[Utterance], tmp_path: Path
) -> None:
    foreign = [replace(u, language="xx", transcript="ba ba ba ba") for u in spoken[:4]]
    foreign.append(replace(spoken[4], language="xx", transcript="please"))
    lexicon = Lexicon({"ba": (("b\u02b0", "a\u0303_B"),)})
    *aligned, unknown = ViterAligner(language="xx", last_stage="mono").align_corpus(
        foreign, lexicon, tmp_path, 1
    )
    assert isinstance(unknown, Failure)
    assert unknown.reason is Reason.OOV
    phones = {p.label for result in aligned if isinstance(result, Alignment) for p in result.phones}
    assert phones == {"b\u02b0", "a\u0303_B"}


def test_a_viter_that_stops_is_one_error_that_names_the_log(
    spoken: list[Utterance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "sal_anchors.align.viter.aligner.viter_command"
    monkeypatch.setattr(command, lambda: ["sh", "-c", "echo no space left; exit 7"])
    with pytest.raises(EngineError, match=r"viter-.*\.log: viter train ended with status 7: no sp"):
        list(ViterAligner().align_corpus(spoken[:2], Lexicon(), tmp_path, 1))


def test_plain_names_are_one_to_one_and_cover_every_phone() -> None:
    sounds = {
        "a": Sound((("x", "sil"), ("y",)), PronunciationSource.USER),
        "A": Sound((("x",),), PronunciationSource.USER),
    }
    names = Names.of(sounds)
    assert len(set(names.words.values())) == 2
    assert len(set(names.phones.values())) == 3
    lines = names.dictionary(sounds).splitlines()
    assert [len(line.split()) for line in lines] == [3, 2, 2]
