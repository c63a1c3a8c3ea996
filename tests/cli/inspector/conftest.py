"""The application, driven as a user drives it."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sal_anchors_cli.inspector.app import Inspector
from sal_anchors_cli.inspector.list_screen import ListScreen
from sal_anchors_cli.inspector.utterance_screen import UtteranceScreen
from textual.pilot import Pilot

from sal_anchors.manifest import Manifest
from sal_anchors.review import Decision, Session, read_journal

PATIENCE = 200
_TEXT = re.compile(r'<text[^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


class Driver:
    """Presses keys and looks at the screen."""

    def __init__(self, app: Inspector, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come true; the screen:\n{self.text}")

    async def shows(self, text: str) -> None:
        """Wait until the screen holds a text."""
        await self.until(lambda: text in self.text)

    @property
    def text(self) -> str:
        """The characters on the screen."""
        svg = self.app.export_screenshot(simplify=True)
        lines: dict[float, list[tuple[float, str]]] = {}
        for x, y, told in re.findall(
            r'<text[^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg
        ):
            lines.setdefault(float(y), []).append((float(x), html.unescape(told)))
        return "\n".join(
            "".join(told for _, told in sorted(lines[y])).replace("\xa0", " ")
            for y in sorted(lines)
        )

    @property
    def list(self) -> ListScreen:
        (screen,) = (s for s in self.app.screen_stack if isinstance(s, ListScreen))
        return screen

    @property
    def utterance(self) -> UtteranceScreen:
        assert isinstance(self.app.screen, UtteranceScreen)
        return self.app.screen

    @property
    def selected(self) -> Any:
        item = self.utterance.selected
        assert item is not None
        return item

    @property
    def journal(self) -> tuple[Decision, ...]:
        return read_journal(self.app.source.session.journal.path).decisions

    @property
    def last(self) -> Decision:
        return self.journal[-1]

    @property
    def unprintable(self) -> str:
        """Characters sent to the terminal that would act on it."""
        strips = self.app.screen._compositor.render_strips()
        told = "".join(segment.text for strip in strips for segment in strip)
        return "".join(char for char in told if not char.isprintable())

    def check_replay(self) -> None:
        """What the application shows is what another reader makes of the journal."""
        session = self.app.source.session
        again = Session(Manifest.open(session.manifest.path), session.who)
        for id_ in session.utterances:
            row = session.manifest.row(id_)
            assert again.review(row).review == session.review(row).review

    async def open(self, id_: str) -> None:
        """Go from the list to an utterance with its sound."""
        rows = self.list.rows
        source = self.app.source
        numbers = [source.raw(int(n)).id for n in rows.chosen.rows] if rows.chosen else []
        rows.cursor = numbers.index(id_)
        await self.press("enter")
        await self.until(lambda: isinstance(self.app.screen, UtteranceScreen))
        await self.until(lambda: self.utterance.sound is not None)


Scenario = Callable[[Driver], Awaitable[None]]
Drive = Callable[..., None]


@pytest.fixture(scope="session")
def drive() -> Drive:
    """``drive(manifest, scenario, size=(80, 24), ...)`` runs the application, and then compares
    what it shows with a replay of its journal, unless told otherwise."""

    def run(
        manifest: Manifest,
        scenario: Scenario,
        *,
        size: tuple[int, int] = (80, 24),
        settled: bool = True,
        replayed: bool = True,
        **options: Any,
    ) -> None:
        async def go() -> None:
            given = {"who": "ann", "audio_root": manifest.audio_root, **options}
            app = Inspector(manifest, **given)
            async with app.run_test(size=size, notifications=True) as pilot:
                driver = Driver(app, pilot)
                await driver.until(lambda: not settled or getattr(app.screen, "settled", True))
                await scenario(driver)
                if replayed:
                    driver.check_replay()

        asyncio.run(go())

    return run


@pytest.fixture
def speech(speech_manifest: Manifest, tmp_path: Path) -> Manifest:
    """A copy of the manifest of prompts, to be reviewed; the audio stays where it is."""
    folder = tmp_path / "speech.anchors"
    shutil.copytree(speech_manifest.path, folder)
    return Manifest.open(folder, audio_root=speech_manifest.audio_root)
