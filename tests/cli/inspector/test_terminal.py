"""In a real terminal: tmux stands for one over SSH; textual serve stands for a browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sal_anchors.manifest import Manifest
from sal_anchors.review import read_journal

COMMAND = Path(sys.executable).with_name("sal-anchors")
TMUX = shutil.which("tmux") or "tmux"
PATIENCE = 60.0
_OTHERS = ("TMUX", "COLUMNS", "LINES")
"""What another terminal says of itself; the last two would stand for this one's size."""
_ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


class Terminal:
    """A window of tmux."""

    def __init__(self, term: str, size: tuple[int, int], *command: str) -> None:
        self._socket = f"sal-{uuid.uuid4().hex[:12]}"
        width, height = map(str, size)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, "cat")
        self._tmux("set-option", "-g", "default-terminal", term)
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        environment = ["env", f"TERM={term}", "COLORTERM=", *command]
        self._tmux("respawn-pane", "-k", *environment)

    def _tmux(self, *arguments: str) -> str:
        answer = subprocess.run(
            [TMUX, "-L", self._socket, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={k: v for k, v in os.environ.items() if k not in _OTHERS} | {"LC_ALL": "C.UTF-8"},
        )
        return answer.stdout

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    @property
    def coloured(self) -> str:
        return self._tmux("capture-pane", "-p", "-e")

    def until(self, *texts: str) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            shown = self.text
            if all(text in shown for text in texts):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"{texts} did not come; the screen:\n{self.text}")

    def kill(self) -> None:
        """End the command as ``kill -9`` does."""
        os.kill(int(self._tmux("display-message", "-p", "#{pane_pid}")), signal.SIGKILL)

    def close(self) -> None:
        subprocess.run([TMUX, "-L", self._socket, "kill-server"], check=False)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    if not Path(TMUX).is_absolute():
        pytest.skip("needs tmux")
    opened: list[Terminal] = []

    def open_(term: str, size: tuple[int, int], *command: str) -> Terminal:
        opened.append(Terminal(term, size, *command))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.mark.parametrize("term", ["xterm-256color", "screen"])
def test_a_review_in_a_plain_terminal(
    terminal: Callable[..., Terminal], speech: Manifest, term: str
) -> None:
    root = str(speech.audio_root)
    window = terminal(
        term,
        (80, 24),
        str(COMMAND),
        "inspect",
        str(speech.path),
        "--who",
        "ann",
        "--audio-root",
        root,
    )
    window.until("12 of 12 utterances", "12 unreviewed")
    window.press("End", "Up", "Enter")
    shown = window.until("vm-pls-try-again", "KE please", "▏please", "mel")
    assert max(map(len, shown.splitlines())) <= 80
    assert bool(re.search(r"[\u2801-\u28ff]", shown)), "a waveform in braille"
    assert ("▀" in shown) == (term == "xterm-256color")
    assert ("▓" in shown) == (term == "screen")
    if term == "screen":
        assert not re.search(r"\x1b\[[\d;]*[34]8;[25]", window.coloured), "16 colours"
    window.press("a")
    window.until("accepted")
    window.press("q")
    journal = speech.path / "edits.jsonl"
    assert [d.action for d in read_journal(journal).decisions] == ["accept"]


def test_a_review_that_was_killed_goes_on_where_it_was(
    terminal: Callable[..., Terminal], speech: Manifest
) -> None:
    command = (str(COMMAND), "inspect", str(speech.path), "--who", "ann")
    root = ("--audio-root", str(speech.audio_root))
    first = terminal("xterm-256color", (100, 30), *command, *root)
    first.until("12 unreviewed")
    first.press("End", "Up", "Enter")
    first.until("'please' open")
    first.press("x")
    first.until("'please' rejected")
    first.kill()
    again = terminal("xterm-256color", (100, 30), *command, *root)
    again.until("11 unreviewed", "1 partial")
    again.press("End", "Up", "Enter")
    again.until("1/2 speech_onset 'speech' open", "✘")
    again.press("u")
    again.until("undone: reject")
    journal = speech.path / "edits.jsonl"
    assert [d.action for d in read_journal(journal).decisions] == ["reject", "undo"]


def test_a_terminal_that_is_too_small_is_told(
    terminal: Callable[..., Terminal], speech: Manifest
) -> None:
    window = terminal("xterm-256color", (60, 20), str(COMMAND), "inspect", str(speech.path))
    window.until("80x24 is needed", "this is 60x20")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_a_review_in_a_browser(speech: Manifest) -> None:
    """``textual serve`` runs the command a visitor; a websocket carries keys and the screen."""
    pytest.importorskip("textual_dev")
    aiohttp = pytest.importorskip("aiohttp")
    port = _free_port()
    command = f"{COMMAND} inspect {speech.path} --who ann --audio-root {speech.audio_root}"
    server = subprocess.Popen(
        [COMMAND.with_name("textual"), "serve", "--port", str(port), "-c", command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    async def visit() -> None:
        address = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession() as visitor:
            page = ""
            for _ in range(300):
                try:
                    async with visitor.get(address) as answer:
                        page = await answer.text()
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
            assert "websocket" in page.lower()
            async with visitor.ws_connect(f"{address}/ws?width=100&height=30") as socket_:
                seen = ""

                async def until(text: str) -> None:
                    nonlocal seen
                    async with asyncio.timeout(PATIENCE):
                        while text not in seen:
                            message = await socket_.receive()
                            if message.type == aiohttp.WSMsgType.BINARY:
                                seen += _ESCAPES.sub("", message.data.decode("utf-8", "replace"))

                async def press(text: str) -> None:
                    await socket_.send_str(json.dumps(["stdin", text]))

                await until("12 unreviewed")
                await press("\r")
                await until("KE please")
                await press("a")
                await until("accepted")

    try:
        asyncio.run(visit())
    finally:
        server.terminate()
        server.wait(20)
    journal = speech.path / "edits.jsonl"
    assert [d.action for d in read_journal(journal).decisions] == ["accept"]
