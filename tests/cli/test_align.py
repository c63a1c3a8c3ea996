"""``sal-anchors align``, as a user runs it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sal_anchors_cli.main import main

from sal_anchors.manifest import Manifest

COMMAND = Path(sys.executable).with_name("sal-anchors")
CopyPrompts = Callable[..., Path]


def _align(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command: with ``cwd`` in a process of its own, else in this one, which is faster."""
    given = ["align", *map(str, arguments)]
    if cwd:
        answer = subprocess.run(
            [COMMAND, *given], capture_output=True, text=True, check=False, cwd=cwd
        )
    else:
        answer = _in_this_process(given)
    assert "Traceback" not in answer.stderr
    return answer


def _in_this_process(given: list[str]) -> subprocess.CompletedProcess[str]:
    handler = signal.getsignal(signal.SIGTERM)
    out, err = io.StringIO(), io.StringIO()
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            patch.setattr("sys.argv", ["sal-anchors", *given])
            main()
    finally:
        signal.signal(signal.SIGTERM, handler)
    code = left.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(given, code, out.getvalue(), err.getvalue())


def _refused(*arguments: str | Path) -> str:
    """The one-line message of a run with status 2."""
    answer = _align(*arguments)
    assert answer.returncode == 2
    message = answer.stderr.strip().splitlines()[-1]
    assert message.startswith("sal-anchors: ")
    return message


@pytest.fixture
def corpus(tmp_path: Path, copy_prompts: CopyPrompts) -> Path:
    return copy_prompts(tmp_path / "my corpus", "please-try-again", "sorry")


def test_all_aligned_is_status_zero_and_the_manifest_stands_beside_the_corpus(
    tmp_path: Path, corpus: Path
) -> None:
    answer = _align(corpus, "-k", "please", "-k", "Try Again", "-k", "elephant")
    assert answer.returncode == 0, answer.stderr
    out = tmp_path / "my corpus.anchors"
    assert f"Manifest: {out}" in answer.stdout
    manifest = Manifest.open(out)
    assert manifest.classes == ("background", "please", "try again", "elephant")
    assert [a.label for a in manifest.row("please-try-again").anchors] == [
        "speech",
        "please",
        "try again",
    ]
    assert manifest.header.audio_root == "../my corpus"
    assert "Not found in any aligned transcript: elephant" in answer.stdout
    assert "real-time factor" in answer.stdout


@pytest.mark.parametrize("given", [".", "../my corpus/"])
def test_the_default_place_does_not_depend_on_how_the_corpus_is_named(
    tmp_path: Path, corpus: Path, given: str
) -> None:
    assert _align(given, cwd=corpus).returncode == 0
    manifest = Manifest.open(tmp_path / "my corpus.anchors")
    assert manifest.classes == ("background", "speech")
    assert len(manifest.recording(manifest.row("sorry")).samples) > 0


def test_some_failed_is_status_one_and_the_way_to_them_is_told(
    tmp_path: Path, corpus: Path
) -> None:
    (corpus / "text.wav").write_text("no audio")
    (corpus / "oov.txt").write_text("zorp")
    shutil.copy(corpus / "sorry.flac", corpus / "oov.flac")
    answer = _align(corpus, "-k", "please", "-o", tmp_path / "out", "-j", "2", "--no-guess")
    assert answer.returncode == 1, answer.stderr
    assert "oov 1" in answer.stdout
    assert "= 2 ok + 0 suspect + 2 failed + 0 skipped" in answer.stdout
    assert "inspect" in answer.stdout
    failures = (tmp_path / "out" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert f"Not ok, by file: {tmp_path / 'out' / 'failures.jsonl'}" in answer.stdout
    assert [json.loads(line)["id"] for line in failures] == ["oov", "text"]
    rows = {row.id: row.reason for row in Manifest.open(tmp_path / "out").rows()}
    assert rows == {
        "oov": "oov",
        "please-try-again": None,
        "sorry": None,
        "text": "not_audio",
    }


def test_nothing_usable_is_status_two_and_the_manifest_says_why(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "text.wav").write_text("no audio")
    answer = _align(corpus, "-k", "please")
    assert answer.returncode == 2
    (row,) = Manifest.open(tmp_path / "corpus.anchors").rows()
    assert row.reason == "not_audio"


def test_a_word_of_the_user_s_lexicon_is_aligned(tmp_path: Path, corpus: Path) -> None:
    (corpus / "please-try-again.txt").write_text("zorp try again")
    (tmp_path / "my.dict").write_text("zorp P L IY Z\n")
    answer = _align(corpus, "-k", "zorp", "--lexicon", tmp_path / "my.dict")
    assert answer.returncode == 0, answer.stdout
    row = Manifest.open(tmp_path / "my corpus.anchors").row("please-try-again")
    assert [word.label for word in row.words] == ["zorp", "try", "again"]


def test_a_folder_whose_name_looks_like_markup_is_told_as_it_is(
    tmp_path: Path, copy_prompts: CopyPrompts
) -> None:
    corpus = copy_prompts(tmp_path / "take[bold]1", "sorry")
    answer = _align(corpus)
    assert answer.returncode == 0, answer.stderr
    assert f"Manifest: {tmp_path}/take[bold]1.anchors" in answer.stdout


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no such folder" in _refused(tmp_path / "gone", "-k", "please")


def test_a_folder_without_audio_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("please")
    assert "no .flac or .wav" in _refused(tmp_path, "-k", "please")


def test_a_keyword_without_words_is_told(corpus: Path) -> None:
    assert "a keyword without words: '?!'" in _refused(corpus, "-k", "please", "-k", "?!")


def test_a_bad_lexicon_is_told_and_nothing_is_written(tmp_path: Path, corpus: Path) -> None:
    lexicon = tmp_path / "my.dict"
    lexicon.write_text("zorp Z OOH\n")
    assert "unknown phone 'OOH'" in _refused(corpus, "-k", "zorp", "--lexicon", lexicon)
    lexicon.write_text("zorp\n")
    assert "my.dict, line 1" in _refused(corpus, "-k", "zorp", "--lexicon", lexicon)
    assert "gone.dict" in _refused(corpus, "--lexicon", tmp_path / "gone.dict")
    assert not (tmp_path / "my corpus.anchors").exists()


def test_an_out_folder_of_somebody_else_is_told_and_left_alone(
    tmp_path: Path, corpus: Path
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    message = _refused(corpus, "-k", "please", "-o", tmp_path / "thesis")
    assert "something else than a manifest" in message
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    assert "something else than a manifest" in _refused(corpus, "-o", corpus)


def _report(out: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return report


def test_layout_and_engine_are_told_and_reported(tmp_path: Path, corpus: Path) -> None:
    answer = _align(corpus, "--engine", "auto")
    assert "Layout: sidecar" in answer.stdout
    assert "Engine: pocketsphinx" in answer.stdout
    assert "(pocketsphinx: English" in answer.stdout
    report = _report(tmp_path / "my corpus.anchors")
    assert (report["layout"], report["engine"], report["total"]) == ("sidecar", "pocketsphinx", 2)


def test_a_second_run_tells_that_it_resumed(tmp_path: Path, corpus: Path) -> None:
    assert "resumed" not in _align(corpus).stdout
    again = _align(corpus, "-k", "please").stdout
    assert "aligned in an earlier run" in again
    assert "aligned in an earlier run" not in _align(corpus, "--no-resume").stdout


def test_columns_channel_and_patterns_reach_the_corpus(tmp_path: Path, prompts: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    speech, rate = soundfile.read(prompts / "sorry.flac")
    silence = np.zeros(len(speech))
    soundfile.write(corpus / "ann-1.wav", np.stack([silence, speech], axis=1), rate)
    (corpus / "list.csv").write_text("file,said,where\nann-1.wav,Sorry.,x\n")
    answer = _align(
        corpus / "list.csv",
        *("--layout", "table", "--column", "audio=file", "--column", "text=said"),
        *("--channel", "1", "--speaker-pattern", "^([^-]+)-", "--audio-root", corpus),
    )
    assert answer.returncode == 0, answer.stderr
    (row,) = Manifest.open(corpus / "list.anchors").rows()
    assert (row.channel, row.speaker, row.transcript) == (1, "ann", "Sorry.")


def test_a_pronunciation_on_the_command_line_is_aligned(tmp_path: Path, corpus: Path) -> None:
    (corpus / "please-try-again.txt").write_text("zorp try again")
    answer = _align(corpus, "-k", "zorp", "--no-guess", "--pronounce", "zorp=P L IY Z")
    assert answer.returncode == 0, answer.stdout
    row = Manifest.open(tmp_path / "my corpus.anchors").row("please-try-again")
    assert [(p.word, p.source) for p in row.pronunciations] == [("zorp", "user")]


def test_without_phones_there_are_none(tmp_path: Path, corpus: Path) -> None:
    assert _align(corpus, "--no-phones").returncode == 0
    rows = list(Manifest.open(tmp_path / "my corpus.anchors").rows())
    assert all(row.words and not row.phones for row in rows)


def test_existing_alignments_are_imported(tmp_path: Path, corpus: Path) -> None:
    lines = ["sorry 1 0.2 0.3 we're", "sorry 1 0.5 0.4 sorry", "please-try-again 1 0.2 0.3 please"]
    lines += ["please-try-again 1 0.5 0.2 try", "please-try-again 1 0.7 0.3 again"]
    (tmp_path / "times.ctm").write_text("\n".join(lines) + "\n")
    answer = _align(corpus, "-k", "please", "--import", tmp_path / "times.ctm")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Engine: import" in answer.stdout
    row = Manifest.open(tmp_path / "my corpus.anchors").row("please-try-again")
    assert [word.label for word in row.engine_words] == ["please", "try", "again"]
    assert row.engine_words[0].start == pytest.approx(0.2)


def test_utterances_in_a_language_the_engine_does_not_know_are_left_out_and_told(
    tmp_path: Path, corpus: Path
) -> None:
    rows = [
        {"audio_filepath": "sorry.flac", "text": "Sorry.", "lang": "en"},
        {"audio_filepath": "please-try-again.flac", "text": "Bitte.", "lang": "de"},
    ]
    (corpus / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = ("audio=audio_filepath", "text=text", "language=lang")
    answer = _align(
        *(corpus / "list.jsonl", "--layout", "table", "--language", "en"),
        *(part for column in columns for part in ("--column", column)),
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "other_language 1" in answer.stdout
    assert "= 1 ok + 0 suspect + 0 failed + 1 skipped" in answer.stdout


def test_too_many_failures_stop_the_run_with_status_one(tmp_path: Path, corpus: Path) -> None:
    (corpus / "text.wav").write_text("no audio")
    for limit in ("0", "30%"):
        answer = _align(corpus, "--max-failures", limit)
        assert answer.returncode == 1
        assert "1 of the first 3 utterances failed (not_audio 1)" in answer.stderr
        assert not (tmp_path / "my corpus.anchors" / "manifest.json").exists()
    for limit in ("1", "33.4%"):
        assert _align(corpus, "--max-failures", limit).returncode == 1
        assert _report(tmp_path / "my corpus.anchors")["failed"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--max-failures", "few"), "a number, or a share such as 5%"),
        (("--max-failures", "101%"), "a number, or a share such as 5%"),
        (("--column", "text"), "ROLE=HEADER is expected"),
        (("--engine", "magic"), "there is no engine 'magic'"),
        (("--engine", "ctc"), "no model is given"),
        (("--engine", "import"), "no alignments are given"),
        (("--engine", "mfa", "--mfa-mode", "magic"), "unknown mode 'magic'"),
        (("--language", "xx"), "no engine here can align 'xx'"),
        (("--layout", "magic"), "no layout 'magic'"),
        (("--pronounce", "zorp"), "zorp"),
        (("--mfa-command", "'"), "cannot be split"),
        (("--channel", "7"), "no_such_channel 2"),
    ],
)
def test_a_wrong_option_is_told_with_status_two(
    corpus: Path, arguments: tuple[str, ...], told: str
) -> None:
    answer = _align(corpus, *arguments)
    assert answer.returncode == 2
    assert told in " ".join((answer.stdout + answer.stderr).replace("│", " ").split())
