"""``sal-anchors inspect``: the overview, the list and one utterance."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.manifest import Manifest, Row

COMMAND = Path(sys.executable).with_name("sal-anchors")


def _inspect(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [COMMAND, "inspect", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
    )
    assert "Traceback" not in answer.stderr
    return answer


def _shown(*arguments: str | Path) -> str:
    answer = _inspect(*arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def _too_wide(output: str) -> list[str]:
    """Lines past 80 columns, but for those that hold a path."""
    return [line for line in output.splitlines() if len(line) > 80 and "/" not in line]


def _cells(output: str, first: str) -> list[str]:
    """The cells of the table's line that begins with ``first``."""
    (line,) = [line for line in output.splitlines() if line.startswith(f"│ {first} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_overview_tells_what_the_manifest_holds(speech_manifest: Manifest) -> None:
    output = _shown(speech_manifest.path, "--plain")
    for told in (
        str(speech_manifest.path),
        str(speech_manifest.audio_root),
        "160/400 samples",
        "0 background, 1 please",
        "pocketsphinx 5.",
    ):
        assert told in output
    assert _cells(output, "ok")[1] == "12"
    assert _cells(output, "total")[1] == "12"
    found = sum(
        int(_cells(output, split)[3]) for split in ("train", "dev", "test") if split in output
    )
    assert found == 6
    assert _too_wide(output) == []


def test_the_list_has_a_line_an_utterance(speech_manifest: Manifest) -> None:
    lines = _shown(speech_manifest.path, "--plain", "--list").splitlines()
    rows = list(speech_manifest.rows())
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(f"{row.id}  ok  {row.duration:.2f} s")
        for anchor in row.anchors:
            assert f"{anchor.label}@{anchor.time:.2f}" in line
    assert _too_wide("\n".join(lines)) == []


def test_one_utterance_is_shown_with_its_words_and_anchors_and_curves(
    speech_manifest: Manifest,
) -> None:
    output = _shown(speech_manifest.path, "--plain", "--id", "agent-pass")
    row = speech_manifest.row("agent-pass")
    assert "Please enter your password followed by the pound key." in output
    for word in row.words:
        cells = _cells(output, word.label)
        assert cells[1:3] == [f"{word.start:.3f}", f"{word.end:.3f}"]
    (please,) = [anchor for anchor in row.anchors if anchor.label == "please"]
    cells = _cells(output, "keyword_end")
    assert cells[2] == f"{please.time:.3f}"
    assert cells[4] == str(please.frame)
    assert cells[-1] == "5.00"
    for title in ("energy", "words", "anchors", "class", "5 weight", "seconds"):
        assert f" {title} " in output
    assert "█" in output
    assert _too_wide(output) == []


def test_every_utterance_can_be_shown_in_eighty_columns(speech_manifest: Manifest) -> None:
    for id_ in ("vm-press", "auth-incorrect", "is-in-use"):
        assert _too_wide(_shown(speech_manifest.path, "--id", id_).split("score", 1)[1]) == []


def test_a_failed_utterance_is_shown_with_its_reason(
    tmp_path: Path, write_rows: Callable[..., object], make_row: Callable[..., Row]
) -> None:
    failed = make_row(
        "bad[1]",
        status=Status.FAILED,
        reason=Reason.OOV,
        message="bad[1].wav: no pronunciation for 'zorp'",
        words=(),
        anchors=(),
        events=(),
    )
    write_rows(tmp_path / "x.anchors", [failed])
    for arguments in (["--id", "bad[1]"], ["--list"]):
        output = _shown(tmp_path / "x.anchors", *arguments)
        for told in ("bad[1]", "failed", "oov", "bad[1].wav: no pronunciation for 'zorp'"):
            assert told in output


def test_a_folder_whose_name_looks_like_markup_is_shown_as_it_is(
    tmp_path: Path, write_rows: Callable[..., object], make_row: Callable[..., Row]
) -> None:
    folder = tmp_path / "take[bold]1" / "x.anchors"
    write_rows(folder, [make_row()])
    assert str(folder) in _shown(folder)


def test_an_unknown_id_is_told_with_status_two(speech_manifest: Manifest) -> None:
    answer = _inspect(speech_manifest.path, "--id", "nobody")
    assert answer.returncode == 2
    assert "no utterance 'nobody'" in answer.stderr
    assert "--list" in answer.stderr


def test_a_folder_that_is_no_manifest_is_told_with_status_two(tmp_path: Path) -> None:
    answer = _inspect(tmp_path)
    assert answer.returncode == 2
    assert "no manifest here" in answer.stderr


@pytest.mark.parametrize("named", [False, True])
def test_audio_that_moved_is_told_and_can_be_named(
    tmp_path: Path, speech_manifest: Manifest, named: bool
) -> None:
    shutil.copytree(speech_manifest.path, tmp_path / "x.anchors")
    arguments = ["--audio-root", speech_manifest.audio_root] if named else []
    answer = _inspect(tmp_path / "x.anchors", "--id", "sorry", *arguments)
    assert answer.returncode == (0 if named else 2)
    assert named or "--audio-root" in answer.stderr
