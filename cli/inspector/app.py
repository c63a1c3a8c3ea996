"""The application: its screens, its themes, and what may go wrong under it."""

from __future__ import annotations

import gc
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sal_anchors.errors import SalAnchorsError
from sal_anchors.manifest import Manifest
from sal_anchors.review import JOURNAL_NAME, Session
from sal_anchors.review.findings import read_findings

from .draw.canvas import printable
from .draw.palette import DARK, LIGHT, LIGHT_16, Palette
from .help_screen import HelpScreen
from .key_line import KeyLine
from .list_screen import ListScreen
from .player import Player
from .sound import Model
from .source import RowSource
from .utterance_screen import UtteranceScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.notifications import SeverityLevel

WIDTH, HEIGHT = 80, 24
"""The smallest terminal."""

_LOOK_SECONDS = 2.0
_IN_DARK = {"block-cursor-background": "#0061A8", "block-cursor-foreground": "#FFFFFF"}
_IN_LIGHT = {"footer-key-foreground": "#004578"}
_FEW_COLOURS = (None, "standard", "windows")


class TooSmallScreen(ModalScreen[None]):
    """Stands in front of everything while the terminal is too small."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit")]
    DEFAULT_CSS = """
    TooSmallScreen { align: center middle; background: $background; }
    TooSmallScreen Static { width: auto; height: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        """What size is needed."""
        yield Static()

    def on_mount(self) -> None:
        """Tell it."""
        self.tell()

    def tell(self) -> None:
        """Tell what size is needed, and what it is now."""
        now = self.app.size
        self.query_one(Static).update(
            Content(f"{WIDTH}x{HEIGHT} is needed\nthis is {now.width}x{now.height}")
        )


class Inspector(App[None]):
    """Shows a manifest, and takes decisions about it.

    Args:
        manifest: as it is on the disk.
        audio_root: where the user said that the audio is, to open the manifest anew; or None.
        who: the reviewer; the system's user if None.
        run: folder of a trained detector to show the posterior of.
        findings: what a check printed as JSON, to filter by and to show.
        query: a filter to begin with.
        worst: begin with the worst.
        light: begin in light colours.

    Raises:
        SalAnchorsError: the journal, the run or the findings cannot be read.
    """

    TITLE = "sal-anchors inspect"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", "Quit", show=False)]
    CSS = """
    Screen { background: $background; }
    ToastRack { margin-bottom: 3; }
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        audio_root: Path | None = None,
        who: str | None = None,
        run: Path | None = None,
        findings: Path | None = None,
        query: str = "",
        worst: bool = False,
        light: bool = False,
    ):
        super().__init__()
        self._audio_root = audio_root
        self._who = who
        self._findings = findings
        self.source = self._source_of(manifest)
        self.model = Model.load(run, manifest.grid) if run is not None else None
        self.player = Player()
        self.utterance = UtteranceScreen()
        self.device_told = False
        self._query = query
        self._order = "worst" if worst else "manifest"
        self._light = light
        self._told_rewritten = False

    @property
    def palette(self) -> Palette:
        """Colours of the drawing that fit theme and terminal."""
        if self.current_theme.dark:
            return DARK
        return LIGHT if self.many_colours else LIGHT_16

    @property
    def many_colours(self) -> bool:
        """Whether the terminal has more than 16."""
        return self.console.color_system not in _FEW_COLOURS

    def get_css_variables(self) -> dict[str, str]:
        """Textual's own, but for two that are too pale to be read."""
        theirs = super().get_css_variables()
        return theirs | (_IN_DARK if self.current_theme.dark else _IN_LIGHT)

    async def on_event(self, event: events.Event) -> None:
        """What was said holds until the next key."""
        if isinstance(event, events.Key):
            for line in self.screen.query(KeyLine):
                line.say("")
        await super().on_event(event)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in place of the keys; what is wrong floats above them, once.

        Messages hold names from the manifest: they are never read as markup.
        """
        message = printable(message)
        lines = self.screen.query(KeyLine) if severity == "information" else ()
        for line in lines:
            line.say(message)
        if not lines and message not in (known.message for known in self._notifications):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def on_mount(self) -> None:
        """Show the list; keep an eye on the manifest."""
        self.theme = "textual-light" if self._light else "textual-dark"
        self.install_screen(self.utterance, "utterance")
        self.push_screen(self._list())
        self.set_interval(_LOOK_SECONDS, self._look)
        gc.freeze()  # what was imported stays; looking through it again holds keys up
        if others := self.source.findings.others:
            self.notify(f"{others} findings are about no utterance; sal-anchors check tells them")
        if damages := self.source.session.damages:
            first = damages[0]
            more = f", nor are {len(damages) - 1} more" if len(damages) > 1 else ""
            self.notify(
                f"{JOURNAL_NAME}: line {first.line} is no decision ({first.problem}){more}. "
                "They are left as they are",
                severity="warning",
                timeout=20,
            )

    def on_resize(self, event: events.Resize) -> None:
        """Say so if the terminal is too small."""
        small = event.size.width < WIDTH or event.size.height < HEIGHT
        front = self.screen
        if isinstance(front, TooSmallScreen):
            if small:
                front.tell()
            else:
                front.dismiss(None)
        elif small:
            self.push_screen(TooSmallScreen())

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(HelpScreen())

    def action_toggle_dark(self) -> None:
        """Dark or light."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_reload(self) -> None:
        """Read the manifest anew, as after it was written anew; filter and order stay."""
        old = self.source.manifest
        try:
            manifest = Manifest.open(old.path, audio_root=self._audio_root)
            self.source = self._source_of(manifest)
        except SalAnchorsError as error:
            self.notify(str(error), severity="error", timeout=20)
            return
        for screen in self.screen_stack:
            if isinstance(screen, ListScreen):
                self._query, self._order = screen.query_text, screen.order
        self._told_rewritten = False
        self.clear_notifications()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(self._list())
        self.notify("The manifest was read anew")

    def decided_elsewhere(self, utterances: Collection[str]) -> None:
        """Something was decided about utterances, not by keys on them."""
        self.utterance.decided_elsewhere(utterances)
        for screen in self.screen_stack:
            if isinstance(screen, ListScreen):
                screen.decided_elsewhere(utterances)

    def _source_of(self, manifest: Manifest) -> RowSource:
        found = read_findings(self._findings, manifest) if self._findings is not None else None
        return RowSource(Session(manifest, self._who), found)

    def _list(self) -> ListScreen:
        return ListScreen(self.source, query=self._query, order=self._order)

    def _look(self) -> None:
        """Take in others' decisions; tell if the manifest was written anew."""
        try:
            if changed := self.source.session.refresh():
                self.decided_elsewhere(changed)
        except SalAnchorsError as error:
            self.notify(str(error), severity="error")
        if self.source.rewritten and not self._told_rewritten:
            self._told_rewritten = True
            self.notify(
                "The manifest on the disk was written anew, or is gone; decisions are kept. "
                "Press R to read it anew",
                severity="warning",
                timeout=60,
            )
