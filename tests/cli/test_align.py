"""``sal-anchors align``, as a user runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.manifest import Manifest

COMMAND = Path(sys.executable).with_name("sal-anchors")
CopyPrompts = Callable[..., Path]


def _align(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [COMMAND, "align", *arguments], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert "Traceback" not in answer.stderr
    return answer


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
    answer = _align(corpus, "-k", "please", "-o", tmp_path / "out", "-j", "2")
    assert answer.returncode == 1, answer.stderr
    assert "oov 1" in answer.stdout
    assert "inspect" in answer.stdout
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
