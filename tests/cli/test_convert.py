"""``sal-anchors convert``: what it prints, and its exit status."""

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


def _convert(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [COMMAND, "convert", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
    )
    assert "Traceback" not in answer.stderr
    return answer


def test_what_a_format_cannot_hold_is_told_once(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    failed = make_row("b", status=Status.FAILED, reason=Reason.OOV, message="b.wav: x", words=())
    write_rows(tmp_path / "in.anchors", [make_row("a"), failed])
    answer = _convert(tmp_path / "in.anchors", tmp_path / "words.ctm")
    assert answer.returncode == 1, answer.stderr
    assert "2 rows from manifest = 1 to ctm + 1 left out" in answer.stdout
    assert "left out: 1 (failed, without words)" in answer.stdout
    assert "and of words: scores, uncertainties" in answer.stdout
    (line,) = [line for line in answer.stdout.splitlines() if "cannot hold" in line]
    assert "transcript" in line
    assert "events" in line


def test_times_of_people_become_a_manifest_without_an_aligner(
    tmp_path: Path, prompts: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    shutil.copy(prompts / "vm-press.flac", tmp_path / "corpus" / "press.flac")
    times = tmp_path / "times.csv"
    times.write_text("file,time,label\npress.flac,0.5,press\n")
    out = tmp_path / "out.anchors"
    answer = _convert(times, out, "--audio", tmp_path / "corpus", "--kind", "keyword-end")
    assert answer.returncode == 0, answer.stderr
    assert "1 keyword_end 'press'" in answer.stdout
    (row,) = Manifest.open(out).rows()
    assert (row.events[0].time, row.labels.max()) == (0.5, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("absent.csv", "out.anchors"), "absent.csv: no such file"),
        (("times.csv", "out.anchors"), "--audio FOLDER"),
        (("times.csv", "out"), "--to manifest"),
        (("times.csv", "out.anchors", "--kind", "wake"), "keyword_end"),
        (("times.csv", "out.anchors", "--tier", "wake"), "NAME=KIND"),
        (("times.csv", "out.anchors", "--from", "elan"), "no format 'elan'"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "times.csv").write_text("file,time,label\npress.flac,0.5,press\n")
    answer = _convert(*arguments)
    assert answer.returncode == 2
    assert told in " ".join(answer.stderr.replace("│", " ").split())
