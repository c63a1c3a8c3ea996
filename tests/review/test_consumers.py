"""Training and export get the anchors as reviewed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sal_anchors.convert import ConvertOptions, convert
from sal_anchors.manifest import Manifest
from sal_anchors.review import Session, reviewed
from sal_anchors.train.provenance import manifest_hash

COMMAND = Path(sys.executable).with_name("sal-anchors")
ID = "vm-pls-try-again"


@pytest.fixture
def moved(session: Session) -> Manifest:
    """One anchor moved and its utterance accepted."""
    row = session.manifest.row(ID)
    session.move(ID, session.review(row).review.events[1], 0.75)
    session.accept_all(row)
    return session.manifest


def _exported(moved: Manifest, out: Path, **options: object) -> dict[str, list[float]]:
    given = ConvertOptions(audio=moved.audio_root, **options)  # type: ignore[arg-type]
    convert(moved.path, out, to="jsonl", options=given)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    return {row["id"]: [e["time"] for e in row["events"]] for row in lines if "events" in row}


def test_an_export_holds_the_reviewed_anchors(moved: Manifest, tmp_path: Path) -> None:
    times = _exported(moved, tmp_path / "x.jsonl")
    assert len(times) == 12
    assert times[ID][1] == 0.75


def test_an_export_of_reviewed_rows_only_leaves_out_the_rest(
    moved: Manifest, tmp_path: Path
) -> None:
    assert list(_exported(moved, tmp_path / "x.jsonl", only_reviewed=True)) == [ID]


def test_training_reads_reviewed_targets(moved: Manifest) -> None:
    (row,) = (r for r in reviewed(moved).rows(usable=True) if r.id == ID)
    assert row.anchors[1].time == 0.75


def test_a_run_is_told_from_one_on_other_decisions(moved: Manifest) -> None:
    hashes = [manifest_hash(moved), manifest_hash(reviewed(moved))]
    hashes.append(manifest_hash(reviewed(moved, only=True)))
    Session(moved, "bob").mark_bad(moved.row("sorry"), True)
    hashes.append(manifest_hash(reviewed(moved)))
    assert len(set(hashes)) == 4
    assert manifest_hash(reviewed(moved)) == hashes[-1]


@pytest.mark.parametrize("command", ["train", "evaluate", "convert"])
def test_the_commands_have_the_option(command: str) -> None:
    answer = subprocess.run(
        [COMMAND, command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "120"},
    )
    assert "--only-reviewed" in answer.stdout


def test_training_on_reviewed_rows_where_there_are_none_is_told(
    speech: Manifest, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [COMMAND, "train", speech.path, "-o", tmp_path / "r.run", "--only-reviewed"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2, answer.stderr
    assert "nothing was reviewed" in answer.stderr
