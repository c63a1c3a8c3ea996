"""What goes wrong is a message in the application, never its end."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sal_anchors_cli.inspector.source import RowSource
from sal_anchors_cli.inspector.utterance_screen import UtteranceScreen

from sal_anchors.accounting import Reason, Status
from sal_anchors.errors import SalAnchorsError
from sal_anchors.manifest import Manifest, Row
from sal_anchors.review import JOURNAL_NAME

ID = "vm-pls-try-again"


@pytest.fixture
def movable(speech_manifest: Manifest, tmp_path: Path) -> Manifest:
    """A copy of manifest and audio."""
    shutil.copytree(speech_manifest.audio_root, tmp_path / "corpus")
    shutil.copytree(speech_manifest.path, tmp_path / "corpus.anchors")
    return Manifest.open(tmp_path / "corpus.anchors")


async def opened(on: Any) -> None:
    rows = on.list.rows
    ids = [on.app.source.raw(int(n)).id for n in rows.chosen.rows]
    rows.cursor = ids.index(ID)
    await on.press("enter")
    await on.until(lambda: isinstance(on.app.screen, UtteranceScreen))


def test_a_file_that_vanished_is_told_and_the_anchors_can_still_be_judged(
    drive: Any, movable: Manifest
) -> None:
    (movable.audio_root / f"{ID}.flac").unlink()

    async def scenario(on: Any) -> None:
        await opened(on)
        await on.until(lambda: "loading" not in on.utterance.message)
        assert f"{ID}.flac" in on.utterance.message
        assert "KE please" in on.text
        await on.press("space", "e", "w", "a")
        assert [d.action for d in on.journal] == ["accept"]

    drive(movable, scenario, audio_root=None)


@pytest.mark.parametrize("content", [b"", b"no audio at all", None])
def test_a_broken_file_is_told(drive: Any, movable: Manifest, content: bytes | None) -> None:
    path = movable.audio_root / f"{ID}.flac"
    path.write_bytes(path.read_bytes()[:5000] if content is None else content)

    async def scenario(on: Any) -> None:
        await opened(on)
        await on.until(lambda: "loading" not in on.utterance.message)
        assert on.utterance.message
        assert "audio" in on.text
        await on.press("n")
        await on.until(lambda: on.utterance.sound is not None)

    drive(movable, scenario, audio_root=None)


def test_a_manifest_written_anew_is_told_and_read_anew_on_r(
    drive: Any, movable: Manifest, write_rows: Any, make_row: Any
) -> None:
    async def scenario(on: Any) -> None:
        await opened(on)
        await on.press("a")
        write_rows(movable.path, [make_row("other")])
        on.app._look()
        await on.shows("The manifest on the disk")
        await on.press("n", "x", "p", "escape")
        await on.press("R")
        await on.until(lambda: on.list.settled and len(on.list.rows.chosen) == 1)
        await on.shows("other")
        await on.until(lambda: "The manifest on the disk" not in on.text)
        assert len(on.journal) == 2

    drive(movable, scenario, audio_root=None, replayed=False)


def test_filter_and_order_stay_when_the_manifest_is_read_anew(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.shows("6 of 12 utterances")
        await on.press("w")
        await on.shows("by worst")
        before = on.list
        await on.press("enter", "R")
        await on.until(lambda: on.list is not before and on.list.settled)
        await on.shows("6 of 12 utterances")
        assert "by worst" in on.text

    drive(speech, scenario, query="label:please")


def test_a_manifest_that_is_gone_is_told(drive: Any, movable: Manifest) -> None:
    async def scenario(on: Any) -> None:
        for path in movable.path.iterdir():
            if path.is_file():
                path.unlink()
        on.app._look()
        await on.shows("The manifest on the disk")
        await on.press("R")
        await on.shows("no manifest here")
        await on.press("down", "w", "enter")

    drive(movable, scenario, audio_root=None, size=(120, 40), replayed=False)


def test_rows_without_an_index_or_parts_are_told_in_their_lines(
    drive: Any, movable: Manifest
) -> None:
    for path in movable.path.glob("*.index"):
        path.unlink()
    for path in movable.path.glob("part-*"):
        path.write_bytes(b"nothing")

    async def scenario(on: Any) -> None:
        await on.shows("! row 0")
        await on.press("enter")
        await on.shows("not a Parquet file")
        await on.press("a", "A", "u", "tab", "m", "i", "escape")

    drive(Manifest.open(movable.path), scenario, audio_root=None)


def test_a_row_that_cannot_be_read_leaves_nothing_of_the_one_before(
    drive: Any, speech: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: RowSource, number: int) -> Row:
        raise SalAnchorsError(f"row {number} is damaged, " + "and this is a long story " * 5)

    async def scenario(on: Any) -> None:
        await on.open(ID)
        assert "KE please" in on.text
        monkeypatch.setattr(RowSource, "_read", broken)
        on.app.source._rows.clear()
        await on.press("n")
        told = on.text
        assert "row 11 is damaged" in told
        assert " ".join(told.split()).count("this is a long story") == 5, "told whole"
        for gone in ("KE please", "mel", "cursor", "keyword_end"):
            assert gone not in told

    drive(speech, scenario)


def test_a_failed_utterance_shows_its_reason_and_takes_decisions(
    drive: Any, tmp_path: Path, write_rows: Any, make_row: Any
) -> None:
    failed = make_row(
        "bad",
        status=Status.FAILED,
        reason=Reason.MISSING_AUDIO,
        message="bad.wav is missing",
        num_samples=0,
        words=(),
        events=(),
        anchors=(),
        num_frames=0,
    )
    failed = replace(failed, labels=failed.labels[:0], weights=failed.weights[:0])
    write_rows(tmp_path / "x.anchors", [failed])

    async def scenario(on: Any) -> None:
        await on.press("enter")
        await on.shows("bad.wav is missing")
        await on.press("left", "right", "up", "pagedown", "tab", "a", "x", "m", "k", "e")
        await on.press("t", "o", "enter")
        await on.until(lambda: on.journal)
        assert [d.action for d in on.journal] == ["note"]

    drive(Manifest.open(tmp_path / "x.anchors"), scenario)


def test_a_journal_that_cannot_be_written_is_told_and_nothing_is_shown_as_kept(
    drive: Any, speech: Manifest
) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        (speech.path / JOURNAL_NAME).mkdir()
        await on.press("x")
        await on.shows(JOURNAL_NAME)
        assert on.selected.accepted is None
        for _ in range(3):
            on.app._look()
        await on.pilot.pause(0.2)
        assert on.text.count("Make it readable") == 1, "it is told once, not every two seconds"

    drive(speech, scenario, size=(120, 40), replayed=False)


def test_torn_lines_of_the_journal_are_told(drive: Any, speech: Manifest) -> None:
    (speech.path / JOURNAL_NAME).write_text('{"id": "to')

    async def scenario(on: Any) -> None:
        await on.shows("edits.jsonl: line 1")
        await on.open(ID)
        await on.press("a")
        assert len(on.journal) == 1

    drive(speech, scenario)


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (20, 5)])
def test_a_terminal_too_small_says_what_it_needs(
    drive: Any, speech: Manifest, size: tuple[int, int]
) -> None:
    async def scenario(on: Any) -> None:
        await on.shows("80x24 is needed")
        await on.shows(f"this is {size[0]}x{size[1]}")
        await on.pilot.resize_terminal(80, 24)
        await on.shows("12 of 12 utterances")
        await on.pilot.resize_terminal(*size)
        await on.shows("80x24 is needed")

    drive(speech, scenario, size=size)
