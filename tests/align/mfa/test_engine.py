"""The mfa engine against recorded output of the real Montreal Forced Aligner 3.4.3."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.alignment import PronunciationSource
from sal_anchors.align.mfa import MfaAligner, MfaOptions
from sal_anchors.corpus import Utterance
from sal_anchors.errors import EngineError, LexiconError

GOOD = "spk1/ok_pls-hold-while-try"


def test_words_phones_and_score_are_those_that_mfa_wrote(replay, prompt):
    mfa = replay("run-bad", GOOD)
    (result,) = mfa.align(prompt("pls-hold-while-try"))
    assert isinstance(result, Alignment)
    assert " ".join(w.label for w in result.words) == "please hold while we try to connect you"
    assert (result.words[0].start, result.words[0].end) == (0.12, 0.5)
    assert (result.words[-1].start, result.words[-1].end) == (1.96, 2.16)
    assert [p.label for p in result.phones[:4]] == ["P", "L", "IY1", "Z"]
    assert result.score == pytest.approx(-49.4287, abs=1e-3)


def test_the_last_interval_ends_with_the_audio_at_the_latest(replay, prompt):
    mfa = replay("run-ok", "allison/vm-press")
    (result,) = mfa.align(prompt("vm-press"))
    assert isinstance(result, Alignment)
    assert result.words[-1].end <= 11568 / 16_000


def test_results_come_in_the_given_order_with_early_failures_in_place(replay, prompt, tmp_path):
    silence = tmp_path / "silence.wav"
    soundfile.write(silence, np.zeros(16_000), 16_000)
    short = tmp_path / "short.wav"
    soundfile.write(short, 0.1 * np.ones(1_000), 16_000)
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"RIFF nonsense")
    mfa = replay("run-bad", *["spk1/none"] * 5, GOOD, "spk1/none")
    results = mfa.align(
        prompt("pls-hold-while-try", id="a", transcript=None),
        prompt("pls-hold-while-try", id="b", transcript=" ... !"),
        Utterance(id="c", audio=silence, transcript="please"),
        Utterance(id="d", audio=short, transcript="please"),
        Utterance(id="e", audio=noise, transcript="please"),
        prompt("pls-hold-while-try", id="f"),
        Utterance(id="g", audio=tmp_path / "none.wav", transcript="please"),
    )
    assert [result.utterance.id for result in results] == list("abcdefg")
    assert [getattr(result, "reason", "ok") for result in results] == [
        Reason.MISSING_TRANSCRIPT,
        Reason.EMPTY_TRANSCRIPT,
        Reason.SILENT,
        Reason.TOO_SHORT,
        Reason.CORRUPT_AUDIO,
        "ok",
        Reason.MISSING_AUDIO,
    ]
    assert all(str(r.utterance.audio) in r.message for r in results if isinstance(r, Failure))
    assert len(mfa.calls[0]["corpus"]) == 1


def test_mfa_is_not_started_if_nothing_can_be_aligned(replay, prompt):
    mfa = replay("run-bad")
    (result,) = mfa.align(prompt("vm-press", transcript=None))
    assert isinstance(result, Failure)
    assert mfa.calls == []


def test_an_empty_corpus_gives_no_result(replay):
    assert replay("run-bad").align() == []


def test_what_mfa_leaves_out_is_a_failure_with_the_reason_of_its_analysis(replay, prompt):
    mfa = replay("run-bad", "spk1/wrongtext", "spk1/no_such")
    wrong, lost = mfa.align(prompt("pls-hold-while-try"), prompt("vm-press"))
    assert isinstance(wrong, Failure) and isinstance(lost, Failure)
    assert wrong.reason is lost.reason is Reason.NO_PATH
    assert "alignment_analysis.csv has no likelihood" in wrong.message
    assert "wrote no TextGrid" in lost.message


def test_a_word_that_mfa_covers_with_spn_fails_as_oov_and_is_named(replay, prompt):
    mfa = replay("run-bad", "spk1/oov_one")
    text = "please enter your zzblorf conference number followed by the pound key"
    (result,) = mfa.align(prompt("conf-getconfno", transcript=text))
    assert isinstance(result, Failure)
    assert result.reason is Reason.OOV
    assert "'zzblorf'" in result.message and "'your'" not in result.message


def test_a_word_of_spn_is_not_good_even_with_a_g2p_model(replay, prompt, tmp_path):
    model = tmp_path / "g2p.zip"
    model.write_bytes(b"a g2p model")
    mfa = replay("run-bad", "spk1/oov_one")
    text = "please enter your zzblorf conference number followed by the pound key"
    (result,) = mfa.align(prompt("conf-getconfno", transcript=text), g2p_model=str(model))
    assert isinstance(result, Failure) and result.reason is Reason.OOV
    argv = mfa.calls[0]["argv"]
    assert argv[argv.index("--g2p_model_path") + 1] == str(model)


def test_other_words_than_the_transcripts_are_a_failure(replay, prompt):
    mfa = replay("run-bad", GOOD)
    (result,) = mfa.align(prompt("pls-hold-while-try", transcript="please hold while"))
    assert isinstance(result, Failure) and result.reason is Reason.NO_PATH


def test_the_command_line_is_the_documented_one(replay, prompt):
    mfa = replay("run-bad", GOOD)
    mfa.align(prompt("pls-hold-while-try"))
    argv = mfa.calls[0]["argv"]
    assert argv[0] == "align"
    assert argv[2:4] == [str(mfa.dictionary), str(mfa.model)]
    assert argv[argv.index("-j") + 1] == "2"


def test_each_run_has_a_temporary_directory_of_its_own_and_leaves_only_its_log(replay, prompt):
    mfa = replay("run-bad", GOOD)
    mfa.align(prompt("pls-hold-while-try"))
    mfa.align(prompt("pls-hold-while-try"))
    first, second = (call["argv"][1] for call in mfa.calls)
    assert first != second
    assert {path.suffix for path in mfa.workdir.iterdir()} == {".log"}


def test_file_names_of_the_corpus_reach_mfa_in_no_form(replay, prompt):
    mfa = replay("run-bad", GOOD)
    (result,) = mfa.align(prompt("pls-hold-while-try", id="../../--evil $(name)"))
    assert isinstance(result, Alignment)
    assert list(mfa.calls[0]["corpus"]) == ["s000000/u00000000.wav"]


def test_a_folder_a_speaker_and_the_ids_folder_where_no_speaker_is_known(replay, prompt):
    mfa = replay("run-bad", *[GOOD] * 5)
    mfa.align(
        *(
            prompt("pls-hold-while-try", id=id_, speaker=speaker)
            for id_, speaker in [
                ("x/1", "ann"),
                ("y/2", "ann"),
                ("x/3", None),
                ("x/4", None),
                ("ann/5", None),
            ]
        )
    )
    speakers = [name.split("/")[0] for name in sorted(mfa.calls[0]["corpus"], key=lambda n: n[-8:])]
    assert speakers == ["s000000", "s000000", "s000001", "s000001", "s000002"]


def test_the_users_pronunciation_stands_before_the_dictionarys(replay, prompt):
    mfa = replay("run-bad", GOOD)
    lexicon = Lexicon({"please": (("P", "L", "IY", "S"),), "unused": (("T",),)}, guess=False)
    (result,) = mfa.align(prompt("pls-hold-while-try"), lexicon=lexicon)
    lines = mfa.calls[0]["dictionary"].splitlines()
    assert [line for line in lines if line.startswith("please")] == ["please\tP L IY1 S"]
    assert "hold\tHH OW1 L D" in lines and not any(line.startswith("unused") for line in lines)
    assert isinstance(result, Alignment)
    assert [(p.word, p.source) for p in result.pronunciations] == [
        ("please", PronunciationSource.USER)
    ]


def test_a_users_phone_that_the_dictionary_lacks_is_an_error(replay, prompt):
    mfa = replay("run-bad", GOOD)
    lexicon = Lexicon({"please": (("P", "QQ"),)})
    with pytest.raises(LexiconError, match="unknown phone 'QQ'"):
        mfa.align(prompt("pls-hold-while-try"), lexicon=lexicon)


def test_a_word_that_no_dictionary_has_is_guessed_in_the_dictionarys_phones(replay, prompt):
    mfa = replay("run-bad", "spk1/oov_one")
    text = "please enter your zebloff conference number followed by the pound key"
    mfa.align(prompt("conf-getconfno", transcript=text), lexicon=Lexicon())
    (line,) = [x for x in mfa.calls[0]["dictionary"].splitlines() if x.startswith("zebloff")]
    assert line.split()[1] == "Z"


def test_a_file_that_mfa_cannot_open_fails_alone_and_the_rest_is_run_again(replay, prompt):
    mfa = replay("run-bad", GOOD, GOOD, refuse={"0": 1})
    refused, good = mfa.align(
        prompt("pls-hold-while-try", id="a"), prompt("pls-hold-while-try", id="b")
    )
    assert isinstance(refused, Failure) and refused.reason is Reason.ENGINE_ERROR
    assert "Format not recognised" in refused.message
    assert isinstance(good, Alignment)
    assert [len(call["corpus"]) for call in mfa.calls] == [2, 1]


def test_the_run_is_tried_again_five_times_at_most(replay, prompt):
    mfa = replay("run-bad", *[GOOD] * 9, refuse={str(number): 1 for number in range(9)})
    with pytest.raises(EngineError, match="cannot open 5"):
        mfa.align(*(prompt("pls-hold-while-try", id=str(number)) for number in range(9)))
    assert len(mfa.calls) == 5


def test_a_single_file_that_mfa_cannot_open_fails_without_another_run(replay, prompt):
    mfa = replay("run-bad", GOOD, refuse={"0": 1})
    (refused,) = mfa.align(prompt("pls-hold-while-try"))
    assert isinstance(refused, Failure)
    assert len(mfa.calls) == 1


def test_a_run_in_which_nothing_aligned_fails_each_utterance(replay, prompt):
    mfa = replay("run-allfail")
    results = mfa.align(prompt("pls-hold-while-try"), prompt("vm-press"))
    assert [result.reason for result in results] == [Reason.NO_PATH] * 2


def test_a_model_that_mfa_does_not_know_is_an_error_that_says_how_to_fetch_it(replay, prompt):
    mfa = replay("run-badmodel")
    with pytest.raises(EngineError, match="no acoustic model named 'english_us_arpa'") as caught:
        mfa.align(prompt("pls-hold-while-try"))
    assert "mfa model download acoustic english_us_arpa" in str(caught.value)


def test_arguments_that_mfa_refuses_are_an_error_in_its_words(replay, prompt):
    mfa = replay("run-badcorpus")
    with pytest.raises(EngineError, match="Corpus directory does not exist"):
        mfa.align(prompt("pls-hold-while-try"))


def test_any_other_end_is_an_error_with_its_last_exception(replay, prompt):
    mfa = replay("run-garbage-wav")
    with pytest.raises(EngineError, match="LibsndfileError") as caught:
        mfa.align(prompt("pls-hold-while-try"))
    assert caught.value.where == mfa.aligner.log


def test_training_leaves_its_model_where_it_was_asked_to(replay, prompt, tmp_path):
    mfa = replay("run-bad", GOOD)
    target = tmp_path / "models" / "mine.zip"
    (result,) = mfa.align(prompt("pls-hold-while-try"), mode="train", output_model=target)
    assert isinstance(result, Alignment)
    assert result.score is None
    assert target.read_bytes() == b"a model"
    assert mfa.aligner.trained_model.endswith(hashlib.sha256(b"a model").hexdigest())
    argv = mfa.calls[0]["argv"]
    assert argv[0] == "train" and len(argv[: argv.index("--output_directory")]) == 4


def test_adapting_gives_the_model_to_start_from_and_aligns(replay, prompt):
    mfa = replay("run-bad", GOOD)
    (result,) = mfa.align(prompt("pls-hold-while-try"), mode="adapt")
    assert isinstance(result, Alignment)
    assert mfa.calls[0]["argv"][0] == "adapt"
    assert mfa.calls[0]["argv"][3] == str(mfa.model)


def test_provenance_names_versions_and_files(replay):
    mfa = replay("run-bad")
    options = MfaOptions(acoustic_model=str(mfa.model), dictionary=str(mfa.dictionary))
    provenance = MfaAligner(options).provenance
    assert (provenance.engine, provenance.version) == ("mfa", "3.4.3")
    digest = hashlib.sha256(b"an acoustic model").hexdigest()
    assert provenance.model == f"model.zip sha256:{digest}"
    assert dict(provenance.settings)["dictionary"].startswith("words.dict sha256:")


def test_stages_reach_the_caller_and_all_output_the_log(replay, prompt, tmp_path):
    mfa = replay("run-bad", GOOD)
    mfa.align(prompt("pls-hold-while-try"))
    assert "Performing first-pass alignment..." in mfa.stages
    mfa.aligner.keep_log(tmp_path / "mfa.log")
    log = (tmp_path / "mfa.log").read_text(encoding="utf-8")
    assert "Normalizing text" in log and "--no_use_postgres" in log


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pids: list[int], seconds: float = 8.0) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(alive, pids))


def read_pids(path: Path) -> list[int]:
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return [int(pid) for pid in path.read_text().split()]


def test_a_run_without_progress_is_ended_with_all_that_it_started(replay, prompt, tmp_path):
    pids = tmp_path / "pids"
    mfa = replay("run-bad", GOOD, pids=str(pids))
    with pytest.raises(EngineError, match="no progress for 1 s"):
        mfa.align(prompt("pls-hold-while-try"), progress_timeout=1.0)
    assert gone(read_pids(pids))


def test_a_child_deaf_to_sigterm_is_killed(replay, prompt, tmp_path, monkeypatch):
    monkeypatch.setattr("sal_anchors.align.session.GRACE_SECONDS", 0.5)
    pids = tmp_path / "pids"
    mfa = replay("run-bad", GOOD, pids=str(pids), deaf=True)
    with pytest.raises(EngineError, match="no progress"):
        mfa.align(prompt("pls-hold-while-try"), progress_timeout=1.0)
    assert gone(read_pids(pids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_us_ends_the_child_and_what_it_started(replay, prompts, tmp_path, number):
    pids = tmp_path / "pids"
    mfa = replay("run-bad", GOOD, pids=str(pids))
    program = f"""
        from pathlib import Path
        from sal_anchors.align import Lexicon
        from sal_anchors.align.mfa import MfaAligner, MfaOptions
        from sal_anchors.corpus import Utterance
        model, dictionary = {str(mfa.model)!r}, {str(mfa.dictionary)!r}
        audio, workdir = Path({str(prompts / "vm-press.flac")!r}), Path({str(mfa.workdir)!r})
        options = MfaOptions(acoustic_model=model, dictionary=dictionary)
        utterances = [Utterance(id="a", audio=audio, transcript="press")]
        list(MfaAligner(options).align_corpus(utterances, Lexicon(), workdir, 1))
    """
    ours = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stderr=subprocess.DEVNULL
    )
    try:
        started = read_pids(pids)
        assert all(map(alive, started))
        ours.send_signal(number)
        assert ours.wait(10) != 0
    finally:
        ours.kill()
    assert gone(started)


def test_it_runs_outside_the_main_thread(replay, prompt):
    mfa = replay("run-bad", GOOD)
    results: list[object] = []
    thread = threading.Thread(
        target=lambda: results.extend(mfa.align(prompt("pls-hold-while-try")))
    )
    thread.start()
    thread.join(30)
    assert isinstance(results[0], Alignment)


def test_the_users_root_is_left_in_force_if_a_model_is_known_by_name_only(
    replay, prompt, tmp_path, monkeypatch
):
    root = tmp_path / "users-root"
    root.mkdir()
    monkeypatch.setenv("MFA_ROOT_DIR", str(root))
    mfa = replay("run-bad", GOOD)
    monkeypatch.setenv("MFA_ROOT_DIR", str(root))
    with pytest.raises(EngineError, match="expected: an acoustic model"):
        mfa.align(prompt("pls-hold-while-try"), acoustic_model="english_us_arpa")
    pretrained = root / "pretrained_models" / "acoustic" / "english_us_arpa.zip"
    pretrained.parent.mkdir(parents=True)
    pretrained.write_bytes(b"pretrained")
    (result,) = mfa.align(prompt("pls-hold-while-try"), acoustic_model="english_us_arpa")
    assert isinstance(result, Alignment)
    assert mfa.calls[-1]["argv"][3] == str(pretrained)
    assert mfa.calls[-1]["root"] != str(root)
