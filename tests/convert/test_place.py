"""Outputs appear whole, and what a killed run leaves goes with the next run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sal_anchors.convert.place import placed

_KILLED = """
import os, signal, sys
from pathlib import Path
from sal_anchors.convert.place import placed

out = Path(sys.argv[1])
with placed(out, folder=True) as new:
    (new / "half").write_text("written")
    if sys.argv[2] == "moved":
        out.rename(new.with_name("old"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _kill(out: Path, when: str = "writing") -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(out), when], check=False)
    assert done.returncode < 0
    assert any(path.name.startswith(f".{out.name}.writing-") for path in out.parent.iterdir())


@pytest.mark.parametrize("name", ["out", "o[u]t*"])
def test_what_a_killed_run_left_goes_with_the_next_run(tmp_path: Path, name: str) -> None:
    _kill(tmp_path / name)
    with placed(tmp_path / name, folder=True) as new:
        (new / "whole").write_text("written")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert [path.name for path in (tmp_path / name).iterdir()] == ["whole"]


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with placed(out, folder=False) as first:
        first.write_text("first")
        with placed(out, folder=False) as second:
            second.write_text("second")
        assert first.read_text() == "first"
    assert out.read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_leftovers_of_other_outputs_stay(tmp_path: Path) -> None:
    _kill(tmp_path / "other")
    with placed(tmp_path / "out", folder=True):
        pass
    assert len(list(tmp_path.glob(".other.writing-*"))) == 1


def test_an_old_output_that_a_killed_run_had_moved_away_is_put_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").write_text("work")
    _kill(out, "moved")
    assert not out.exists()
    with pytest.raises(KeyboardInterrupt), placed(out, folder=True):
        raise KeyboardInterrupt
    assert (out / "old").read_text() == "work"
