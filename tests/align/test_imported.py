"""Existing alignments taken as they are, and what is wrong with them told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.imported import ImportedAligner, ImportOptions
from sal_anchors.corpus import Utterance
from sal_anchors.errors import EngineError

RECORDED = Path(__file__).parent / "mfa" / "recorded"
WORDS = [[0.12, 0.5, "hey"], [0.5, 1.2, "computer"]]


@pytest.fixture
def say(tmp_path: Path):
    """``say(id, transcript)``: an utterance of two seconds."""
    audio = tmp_path / "audio.wav"
    soundfile.write(audio, np.zeros(32_000), 16_000)

    def make(id_: str = "one", transcript: str | None = "Hey, computer!", **fields) -> Utterance:
        return Utterance(**{"id": id_, "audio": audio, "transcript": transcript, **fields})

    return make


def run(source: Path, *utterances: Utterance, **options) -> list[Alignment | Failure]:
    aligner = ImportedAligner(ImportOptions(source=source, **options))
    return list(aligner.align_corpus(iter(utterances), Lexicon(), Path(), 1))


def jsonl(folder: Path, *rows: object) -> Path:
    path = folder / "words.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def ctm(folder: Path, text: str) -> Path:
    path = folder / "words.ctm"
    path.write_text(text, encoding="utf-8")
    return path


def times(result: Alignment | Failure) -> list[list[object]]:
    assert isinstance(result, Alignment), result
    return [[word.start, word.end, word.label] for word in result.words]


def test_textgrids_are_found_by_id_below_a_folder(say):
    folder = RECORDED / "run-bad" / "output"
    text = "please hold while we try to connect you"
    utterance = say("spk1/ok_pls-hold-while-try", text, duration=2.424875)
    (result,) = run(folder, utterance)
    assert times(result)[0] == [0.12, 0.5, "please"]
    assert isinstance(result, Alignment) and result.phones[0].label == "P"


def test_tiers_of_other_names_are_read_when_named(say):
    folder = RECORDED / "run-bad" / "output"
    tiers = {"words_tier": "agent - words", "phones_tier": "agent - phones"}
    utterance = say("twospk", "please hold while we try to connect you", duration=7.361)
    (result,) = run(folder, utterance, **tiers)
    assert times(result)[-1] == [1.96, 2.16, "you"]
    (missing,) = run(folder, utterance)
    assert isinstance(missing, Failure) and "'agent - words'" in missing.message


def test_a_word_over_spn_is_oov(say):
    utterance = say("spk1/oov_one", None, duration=3.404625)
    (result,) = run(RECORDED / "run-bad" / "output", utterance)
    assert isinstance(result, Failure) and result.reason is Reason.OOV
    assert "zzblorf" in result.message


def test_a_damaged_textgrid_fails_its_own_utterance_only(say, tmp_path):
    source = RECORDED / "run-ok" / "output" / "allison" / "vm-press.TextGrid"
    (tmp_path / "good.TextGrid").write_bytes(source.read_bytes())
    (tmp_path / "bad.TextGrid").write_bytes(source.read_bytes()[:400])
    bad, good = run(tmp_path, say("bad", "press"), say("good", "press", duration=0.723))
    assert isinstance(bad, Failure) and bad.reason is Reason.BAD_IMPORT
    assert str(tmp_path / "bad.TextGrid") in bad.message
    assert isinstance(good, Alignment)


def test_jsonl_gives_words_and_phones(say, tmp_path):
    row = {"id": "one", "words": WORDS, "phones": [[0.12, 0.5, "HH"], [0.5, 0.6, "sil"]]}
    (result,) = run(jsonl(tmp_path, row), say(), format="jsonl")
    assert times(result) == WORDS
    assert isinstance(result, Alignment) and [p.label for p in result.phones] == ["HH"]


def test_jsonl_rows_may_be_objects(say, tmp_path):
    words = [{"start": 0.12, "end": 0.5, "word": "hey"}, {"start": 0.5, "end": 1, "label": "you"}]
    (result,) = run(
        jsonl(tmp_path, {"id": "one", "words": words}), say("one", None), format="jsonl"
    )
    assert times(result) == [[0.12, 0.5, "hey"], [0.5, 1.0, "you"]]


def test_ctm_gives_words_and_the_logarithm_of_their_confidence(say, tmp_path):
    path = ctm(tmp_path, ";; comment\none 1 0.12 0.38 hey 0.5\none 1 0.5 0.7 computer\n")
    (result,) = run(path, say(), format="ctm")
    assert times(result) == WORDS
    assert isinstance(result, Alignment)
    assert [word.score for word in result.words] == [math.log(0.5), None]


def test_an_id_is_found_by_its_last_part_if_only_one_entry_has_it(say, tmp_path):
    path = jsonl(tmp_path, {"id": "a/one", "words": WORDS}, {"id": "b/two", "words": WORDS})
    (found,) = run(path, say("x/one"), format="jsonl")
    assert times(found) == WORDS
    path = jsonl(tmp_path, {"id": "a/one", "words": WORDS}, {"id": "b/one", "words": WORDS})
    ambiguous, exact = run(path, say("x/one"), say("b/one"), format="jsonl")
    assert isinstance(ambiguous, Failure) and ambiguous.reason is Reason.NO_IMPORT
    assert "a/one, b/one" in ambiguous.message
    assert isinstance(exact, Alignment)


def test_an_utterance_without_an_entry_is_a_failure(say, tmp_path):
    path = jsonl(tmp_path, {"id": "one", "words": WORDS})
    none, one = run(path, say("none"), say("one"), format="jsonl")
    assert isinstance(none, Failure) and none.reason is Reason.NO_IMPORT
    assert isinstance(one, Alignment)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([[-0.1, 0.5, "hey"], [0.5, 1.2, "computer"]], "begins before the recording"),
        ([[0.1, 0.6, "hey"], [0.5, 1.2, "computer"]], "begins before 'hey' has ended"),
        ([[0.5, 1.2, "hey"], [0.1, 0.4, "computer"]], "begins before 'hey' has ended"),
        ([[0.1, 0.1, "hey"], [0.5, 1.2, "computer"]], "does not end after it begins"),
        ([[0.1, 0.5, "hey"], [0.5, 2.1, "computer"]], "ends after the recording's 2.000 s"),
        ([[0.1, 0.5, "hey"], [0.5, math.nan, "computer"]], "not finite"),
        ([[0.1, 0.5, "hey"], [0.5, math.inf, "computer"]], "not finite"),
        ([], "holds no words"),
        ([[0.1, 0.5, "sil"]], "holds no words"),
    ],
)
def test_impossible_times_are_a_failure_that_says_what_and_where(say, tmp_path, words, said):
    (result,) = run(jsonl(tmp_path, {"id": "one", "words": words}), say(), format="jsonl")
    assert isinstance(result, Failure) and result.reason is Reason.BAD_IMPORT
    assert said in result.message and "words.jsonl, line 1" in result.message


def test_an_end_a_frame_late_is_put_to_the_recordings_end(say, tmp_path):
    words = [[0.1, 0.5, "hey"], [0.5, 2.01, "computer"]]
    (result,) = run(jsonl(tmp_path, {"id": "one", "words": words}), say(), format="jsonl")
    assert times(result)[-1][1] == 2.0


@pytest.mark.parametrize(
    ("transcript", "said"),
    [
        ("hey commuter", "word 2 is 'computer', the transcript's is 'commuter'"),
        ("hey", "word 2 is 'computer', the transcript's is missing"),
        ("hey computer play", "word 3 is missing, the transcript's is 'play'"),
    ],
)
def test_other_words_than_the_transcripts_are_a_mismatch(say, tmp_path, transcript, said):
    path = jsonl(tmp_path, {"id": "one", "words": WORDS})
    (result,) = run(path, say("one", transcript), format="jsonl")
    assert isinstance(result, Failure) and result.reason is Reason.TRANSCRIPT_MISMATCH
    assert said in result.message


def test_case_and_punctuation_are_no_mismatch_and_numbers_are_compared_as_spoken(say, tmp_path):
    words = [[0.1, 0.4, "Room"], [0.4, 0.9, "21."]]
    (result,) = run(
        jsonl(tmp_path, {"id": "one", "words": words}), say("one", "room 21"), format="jsonl"
    )
    assert times(result) == [[0.1, 0.4, "room"], [0.4, 0.9, "twenty one"]]
    assert isinstance(result, Alignment) and result.changes[0].written == "21"


def test_words_without_a_transcript_are_taken(say, tmp_path):
    (result,) = run(
        jsonl(tmp_path, {"id": "one", "words": WORDS}), say("one", None), format="jsonl"
    )
    assert times(result) == WORDS


def test_missing_audio_is_a_failure_of_the_audio(say, tmp_path):
    path = jsonl(tmp_path, {"id": "one", "words": WORDS})
    (result,) = run(path, say(audio=tmp_path / "none.wav"), format="jsonl")
    assert isinstance(result, Failure) and result.reason is Reason.MISSING_AUDIO


def test_a_second_row_of_an_id_fails_it(say, tmp_path):
    path = jsonl(tmp_path, {"id": "one", "words": WORDS}, {"id": "one", "words": WORDS})
    (result,) = run(path, say(), format="jsonl")
    assert isinstance(result, Failure) and "line 2: a second row" in result.message


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '"one"',
        '{"id": "one"}',
        '{"id": "one", "words": 3}',
        '{"id": "one", "words": [[1]]}',
        '{"id": "one", "words": [["0", "1", "hey"]]}',
        '{"id": ["one"], "words": []}',
        "[" * 100_000,
    ],
)
def test_a_line_of_another_form_is_an_error_that_names_it(say, tmp_path, line):
    path = tmp_path / "words.jsonl"
    path.write_text("\n" + line, encoding="utf-8")
    with pytest.raises(EngineError, match=r"words\.jsonl, line 2"):
        run(path, say(), format="jsonl")


def test_two_files_with_one_id_fail_it(say, tmp_path):
    for name in ("a.ctm", "b.ctm"):
        (tmp_path / name).write_text("one 1 0.1 0.4 hey\n", encoding="utf-8")
    (result,) = run(tmp_path, say(), format="ctm")
    assert isinstance(result, Failure) and "b.ctm: a second alignment" in result.message


def test_two_channels_of_one_ctm_id_are_not_mixed(say, tmp_path):
    (result,) = run(
        ctm(tmp_path, "one A 0.1 0.3 hey\none B 0.5 0.3 computer\n"), say(), format="ctm"
    )
    assert isinstance(result, Failure) and "channel B and channel A" in result.message


@pytest.mark.parametrize("line", ["one 1 0.1 0.2", "one 1 x 0.2 hey", "one 1 0.1 0.2 hey 1 1"])
def test_a_ctm_line_of_another_form_is_an_error_that_names_it(say, tmp_path, line):
    with pytest.raises(EngineError, match=r"words\.ctm, line 1"):
        run(ctm(tmp_path, line), say(), format="ctm")


def test_a_source_that_is_not_there_or_holds_nothing_is_an_error(say, tmp_path):
    with pytest.raises(EngineError, match="no such file"):
        run(tmp_path / "none", say())
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EngineError, match=r"no \.TextGrid file"):
        run(empty, say())
    with pytest.raises(EngineError, match="unknown format 'srt'"):
        run(empty, say(), format="srt")


def test_provenance_identifies_a_file_by_its_content(tmp_path):
    first = ImportedAligner(
        ImportOptions(source=jsonl(tmp_path, {"id": "one", "words": WORDS}), format="jsonl")
    ).provenance
    second = ImportedAligner(
        ImportOptions(source=jsonl(tmp_path, {"id": "two", "words": WORDS}), format="jsonl")
    ).provenance
    assert first.engine == "import" and first.model != second.model
