"""``sal-anchors review``: status, merge, export, apply."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sal_anchors.manifest import Manifest
from sal_anchors.review import Session

COMMAND = Path(sys.executable).with_name("sal-anchors")
ID = "vm-pls-try-again"


@pytest.fixture
def speech(speech_manifest: Manifest, tmp_path: Path) -> Manifest:
    folder = tmp_path / "speech.anchors"
    shutil.copytree(speech_manifest.path, folder)
    return Manifest.open(folder, audio_root=speech_manifest.audio_root)


def ran(*arguments: str | Path, status: int = 0) -> str:
    answer = subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
    )
    assert "Traceback" not in answer.stderr
    assert answer.returncode == status, answer.stderr
    return answer.stdout + answer.stderr


def move(manifest: Manifest, who: str, time: float) -> None:
    session = Session(manifest, who)
    row = manifest.row(ID)
    item = next(i for i in session.review(row).review.events if i.event.label == "please")
    session.move(row.id, item, time)


def test_status_counts_and_its_exit_status_tells_conflicts(speech: Manifest) -> None:
    assert "12" in ran("review", "status", speech.path)
    ann, bob = Session(speech, "ann"), Session(speech, "bob")
    item = ann.review(speech.row(ID)).review.events[1]
    ann.move(ID, item, 0.6)
    bob.move(ID, item, 0.7)
    told = ran("review", "status", speech.path, status=1)
    for text in ("partial", "ann: 1 decisions", "bob: 1 decisions", "contested", ID):
        assert text in told


def test_the_overview_tells_the_progress_too(speech: Manifest) -> None:
    assert "Review" not in ran("inspect", speech.path)
    Session(speech, "ann").mark_bad(speech.row("sorry"), True)
    told = ran("inspect", speech.path, "--plain")
    assert "Review" in told and "ann: 1 decisions" in told


def test_two_journals_merge_into_a_manifest(speech: Manifest, tmp_path: Path) -> None:
    journals = []
    for who, time in (("ann", 0.6), ("bob", 0.7)):
        move(speech, who, time)
        journals.append((speech.path / "edits.jsonl").rename(tmp_path / f"{who}.jsonl"))
    told = ran("review", "merge", *journals, "-o", speech.path)
    assert "2 decisions from 1 + 1" in told
    assert "contested" in told
    assert len((speech.path / "edits.jsonl").read_text().splitlines()) == 2


def test_export_and_apply(speech: Manifest, tmp_path: Path) -> None:
    move(speech, "ann", 0.6)
    assert "2 events" in ran("review", "export", speech.path, "-o", tmp_path / "t.csv")
    assert "0.6" in (tmp_path / "t.csv").read_text()
    out = tmp_path / "new.anchors"
    assert "12 rows of 12" in ran("review", "apply", speech.path, "-o", out)
    assert 0.6 in [e.time for e in Manifest.open(out).row(ID).events]
    assert "please@0.60" in ran("inspect", out, "--list", "--filter", ID)


def test_what_cannot_be_done_is_one_message(speech: Manifest, tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    assert "no journal here" in ran("review", "merge", speech.path, "-o", out, status=2)
    told = ran("review", "apply", speech.path, "-o", speech.path, status=2)
    assert "the manifest itself" in told
    told = ran("review", "apply", speech.path, "-o", out, "--only-reviewed", status=2)
    assert "nothing was reviewed" in told


def test_the_list_can_be_filtered_and_sorted(speech: Manifest) -> None:
    lines = ran(
        "inspect", speech.path, "--list", "--worst", "--filter", "label:please"
    ).splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("agent-pass")
    told = ran("inspect", speech.path, "--list", "--filter", "colour:red", status=2)
    assert "colour:red is no condition" in told
