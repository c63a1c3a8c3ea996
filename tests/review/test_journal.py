"""The journal: appended to, never torn, never lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sal_anchors.errors import ReviewError
from sal_anchors.review.decision import Action, Decision, Mark, Value
from sal_anchors.review.journal import Journal, read_journal

Clock = Callable[[], datetime]


def note(journal: Journal, text: str) -> Decision:
    return journal.append("one", Action.NOTE, new=Value(text=text))


def texts(path: Path) -> list[str | None]:
    return [d.new.text for d in read_journal(path).decisions if d.new]


def test_a_line_tells_who_when_and_what_with_old_and_new_value(
    tmp_path: Path, clock: Clock
) -> None:
    journal = Journal(tmp_path / "edits.jsonl", "ann", clock=clock, name=lambda: "abc")
    mark = Mark(kind="keyword_end", label="please", time=0.5)
    journal.append("one", Action.MOVE, event=mark, old=Value(time=0.5), new=Value(time=0.625))
    assert json.loads(journal.path.read_text()) == {
        "id": "abc",
        "who": "ann",
        "when": "2026-01-01T00:00:00.000000Z",
        "utterance": "one",
        "action": "move",
        "event": {"kind": "keyword_end", "label": "please", "time": 0.5},
        "old": {"time": 0.5},
        "new": {"time": 0.625},
    }


def test_what_was_appended_is_read_back(tmp_path: Path, clock: Clock) -> None:
    journal = Journal(tmp_path / "edits.jsonl", "ann", clock=clock)
    written = [note(journal, text) for text in ("a", "b\nc", "ü\u2028")]
    assert read_journal(journal.path).decisions == tuple(written)
    assert tuple(Journal(journal.path, "bob").decisions.values()) == tuple(written)


@pytest.mark.parametrize("kept", range(1, 40))
def test_a_line_torn_anywhere_is_told_and_hurts_no_other(
    tmp_path: Path, clock: Clock, kept: int
) -> None:
    path = tmp_path / "edits.jsonl"
    journal = Journal(path, "ann", clock=clock)
    note(journal, "first")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    assert texts(path) == ["first"]
    again = Journal(path, "ann", clock=clock)
    note(again, "second")
    assert texts(path) == ["first", "second"]
    (damage,) = read_journal(path).damages
    assert damage.line == 2
    assert path.read_bytes().startswith(whole + whole[:kept] + b"\n")


def test_a_decision_that_lacks_only_its_line_break_counts(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "edits.jsonl"
    note(Journal(path, "ann", clock=clock), "first")
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert texts(path) == ["first"]
    note(Journal(path, "ann", clock=clock), "second")
    assert texts(path) == ["first", "second"]
    assert read_journal(path).damages == ()


def test_a_killed_process_leaves_all_that_it_was_told_was_kept(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from sal_anchors.review.decision import Action, Value\n"
        "from sal_anchors.review.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 'ann')\n"
        "for n in range(100000):\n"
        "    journal.append('one', Action.NOTE, new=Value(text=str(n)))\n"
        "    print(n, flush=True)\n"
    )
    path = tmp_path / "edits.jsonl"
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    told = [int(child.stdout.readline()) for _ in range(50)]
    os.kill(child.pid, signal.SIGKILL)
    told += [int(line) for line in child.stdout if line.strip()]
    child.wait()
    assert texts(path)[: len(told)] == [str(n) for n in told]


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "edits.jsonl"

    def write(who: int) -> None:
        journal = Journal(path, f"r{who}")
        for n in range(20):
            note(journal, f"{who}.{n}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    contents = read_journal(path)
    assert contents.damages == ()
    assert sorted(texts(path), key=str) == sorted(f"{w}.{n}" for w in range(4) for n in range(20))
    whens = [json.loads(line)["when"] for line in path.read_text().splitlines()]
    assert whens == sorted(set(whens))


def test_the_order_stays_when_the_clock_goes_back(tmp_path: Path) -> None:
    times = iter([datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)])
    journal = Journal(tmp_path / "edits.jsonl", "ann", clock=lambda: next(times))
    first, second = note(journal, "a"), note(journal, "b")
    assert first.when < second.when


def test_lines_that_are_no_decisions_are_told_with_number_and_problem(tmp_path: Path) -> None:
    path = tmp_path / "edits.jsonl"
    path.write_text('{"id": "a"}\nnonsense\n\n{"id": "b", "action": "explode"}\n')
    contents = read_journal(path)
    assert contents.decisions == ()
    assert [damage.line for damage in contents.damages] == [1, 2, 4]
    assert all(damage.problem for damage in contents.damages)


@pytest.mark.parametrize(
    "change",
    [
        {"when": "2026-01-01T00:00:00"},
        {"action": "move"},
        {"action": "undo"},
        {"new": {"time": -1}},
        {"new": {"time": float("nan")}},
        {"surprise": 1},
        {"target": "x"},
    ],
)
def test_a_decision_that_contradicts_itself_is_none(
    tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "edits.jsonl"
    good = {
        "id": "a",
        "who": "ann",
        "when": "2026-01-01T00:00:00Z",
        "utterance": "one",
        "action": "note",
        "new": {"text": "x"},
    }
    path.write_text(json.dumps(good) + "\n" + json.dumps({**good, "id": "b", **change}) + "\n")
    contents = read_journal(path)
    assert [d.id for d in contents.decisions] == ["a"]
    assert len(contents.damages) == 1


def test_one_id_for_two_decisions_is_refused(tmp_path: Path, clock: Clock) -> None:
    journal = Journal(tmp_path / "edits.jsonl", "ann", clock=clock, name=lambda: "same")
    note(journal, "a")
    with pytest.raises(ReviewError, match="'same' already"):
        note(journal, "b")


def test_a_journal_that_cannot_be_written_is_told_and_stays(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "gone" / "edits.jsonl"
    path.parent.mkdir()
    journal = Journal(path, "ann", clock=clock)
    note(journal, "a")
    before = path.read_bytes()
    path.unlink()
    path.mkdir()
    with pytest.raises(ReviewError):
        note(journal, "b")
    path.rmdir()
    path.write_bytes(before)
    assert texts(path) == ["a"]


def test_a_write_that_fails_midway_leaves_no_trace(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "edits.jsonl", "ann", clock=clock)
    note(journal, "a")
    before = journal.path.read_bytes()
    real = os.write

    def full(file: int, content: bytes) -> int:
        real(file, content[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ReviewError, match="No space left"):
        note(journal, "b")
    monkeypatch.undo()
    assert journal.path.read_bytes() == before
    note(journal, "c")
    assert texts(journal.path) == ["a", "c"]
