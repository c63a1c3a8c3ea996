"""``sal-anchors lexicon``, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.align.lexicon import Lexicon

COMMAND = Path(sys.executable).with_name("sal-anchors")


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [COMMAND, "lexicon", *arguments], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in answer.stderr
    return answer


@pytest.fixture
def corpus(tmp_path: Path, copy_prompts: Callable[..., Path]) -> Path:
    """Two recordings; one transcript has unknown words and figures."""
    folder = copy_prompts(tmp_path / "corpus", "please-try-again", "sorry")
    (folder / "sorry.txt").write_text("[noise] LiveKit at 3, PBX", encoding="utf-8")
    return folder


def _cells(output: str, first: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if line.startswith(f"│ {first} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_unknown_words_are_status_one_and_shown_with_what_is_guessed(corpus: Path) -> None:
    answer = _run(corpus, "-k", "hey livekit")
    assert answer.returncode == 1, answer.stderr
    assert _cells(answer.stdout, "livekit") == [
        *("livekit", "1", "hey livekit", "L IH V IH K IH T", "g2p")
    ]
    assert _cells(answer.stdout, "pbx")[3:] == ["P IY B IY EH K S", "spelled"]
    assert _cells(answer.stdout, "3") == ["3", "three", "1"]
    assert _cells(answer.stdout, "[noise]") == ["[noise]", "left out", "1"]
    assert answer.stdout.index("livekit") < answer.stdout.index("pbx")
    assert "2 transcripts, 7 words, 7 different" in answer.stdout


def test_all_known_is_status_zero(prompts: Path) -> None:
    answer = _run(prompts, "-k", "please")
    assert answer.returncode == 0, answer.stderr
    assert "All words have a pronunciation." in answer.stdout


def test_given_pronunciations_are_known(corpus: Path, tmp_path: Path) -> None:
    own = tmp_path / "my.dict"
    own.write_text("livekit L AY V K IH T\n")
    answer = _run(corpus, "--lexicon", own, "--pronounce", "pbx=P IY B IY EH K S")
    assert answer.returncode == 0, answer.stderr
    assert "2 of them in your lexicon" in answer.stdout


def test_json_has_it_all(corpus: Path) -> None:
    answer = _run(corpus, "-k", "hey livekit", "--json")
    assert answer.returncode == 1
    found = json.loads(answer.stdout)
    assert found["unknown"][0] == {
        "word": "livekit",
        "count": 1,
        "keywords": ["hey livekit"],
        "source": "g2p",
        "phones": "L IH V IH K IH T",
    }
    assert {"written": "3", "spoken": "three", "count": 1} in found["changes"]
    assert (found["utterances"], found["tokens"]) == (2, 7)


def test_a_lexicon_file_is_written_once(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "my.dict"
    answer = _run(corpus, "-o", out)
    assert answer.returncode == 1
    assert f"Lexicon to correct: {out}" in answer.stdout
    assert set(Lexicon.from_file(out).entries) == {"livekit", "pbx"}
    assert _run(corpus, "--lexicon", out).returncode == 0
    again = _run(corpus, "-o", out)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_output_fits_eighty_columns(corpus: Path) -> None:
    (corpus / "sorry.txt").write_text("pneumonoultramicroscopicsilicosis " + "9" * 300)
    answer = _run(corpus, "-k", "hey pneumonoultramicroscopicsilicosis of my very own big house")
    assert answer.returncode == 1
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--pronounce", "live kit=L"], "one word is expected"),
        (["--pronounce", "livekit=L AY1 V"], "unknown phone 'AY1'"),
        (["--lexicon", "gone.dict"], "gone.dict"),
        (["--layout", "shelves"], "shelves"),
        (["--column", "what=x"], "what"),
        (["-o", "gone/my.dict"], "gone"),
    ],
)
def test_wrong_usage_is_one_message_and_status_two(
    corpus: Path, arguments: list[str], told: str
) -> None:
    answer = _run(corpus, *arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_transcripts_of_a_table_are_read(tmp_path: Path, corpus: Path) -> None:
    table = corpus / "metadata.csv"
    table.write_text("audio,sentence\nsorry.flac,zorp\n")
    answer = _run(table, "--layout", "table", "--column", "text=sentence", "--json")
    assert answer.returncode == 1, answer.stderr
    assert [entry["word"] for entry in json.loads(answer.stdout)["unknown"]] == ["zorp"]


def test_a_corpus_without_transcripts_is_status_two(corpus: Path) -> None:
    for transcript in corpus.glob("*.txt"):
        transcript.unlink()
    answer = _run(corpus)
    assert answer.returncode == 2
    assert "no transcript in it" in answer.stderr
