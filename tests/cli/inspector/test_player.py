"""Playing, and writing what would be played."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from sal_anchors_cli.inspector.draw.picture import Sound
from sal_anchors_cli.inspector.player import NoDeviceError, Player, snippet, write_snippet


def sound() -> Sound:
    samples = np.full(16_000, 0.5, np.float32)
    return Sound(2.0, samples, 16_000, np.zeros((0, 48), np.float32), 0.005, (0.0, 0.0))


class _PortAudioError(Exception):
    pass


def _fake(play: Any) -> SimpleNamespace:
    stopped: list[bool] = []
    return SimpleNamespace(
        play=play,
        stop=lambda: stopped.append(True),
        stopped=stopped,
        PortAudioError=_PortAudioError,
    )


def test_what_plays_is_stopped_first_and_by_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    fake = _fake(lambda samples, rate: heard.append((len(samples), rate)))
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    player = Player()
    player.stop()
    player.play(np.zeros(100, np.float32), 16_000)
    player.stop()
    assert heard == [(100, 16_000)]
    assert len(fake.stopped) == 2


def test_a_missing_library_and_a_missing_device_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(samples: Any, rate: int) -> None:
        raise _PortAudioError("Error querying device -1")

    monkeypatch.setitem(sys.modules, "sounddevice", _fake(refuse))
    with pytest.raises(NoDeviceError, match="Error querying device -1"):
        Player().play(np.zeros(100, np.float32), 16_000)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoDeviceError, match=r"sal-anchors\[play\]"):
        Player().play(np.zeros(100, np.float32), 16_000)


def test_a_snippet_holds_its_time_and_is_faded_at_both_ends() -> None:
    piece = snippet(sound(), 2.25, 2.5)
    assert len(piece) == 4_000
    assert piece[0] == piece[-1] == 0
    assert (piece[100:-100] == 0.5).all()
    assert len(snippet(sound(), 0.0, 9.0)) == 16_000
    assert len(snippet(sound(), 5.0, 9.0)) == 0


def test_snippets_never_replace_a_file_nor_leave_the_folder(tmp_path: Path) -> None:
    paths = [write_snippet(snippet(sound(), 2.1, 2.2), 16_000, tmp_path, "../a/b c") for _ in "12"]
    assert [path.parent for path in paths] == [tmp_path, tmp_path]
    assert paths[0] != paths[1]
    assert soundfile.info(paths[0]).frames == 1_600
