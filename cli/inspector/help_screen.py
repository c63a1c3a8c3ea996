"""The help screen: every key of the list and of the utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

LIST_KEYS = (
    ("↑ ↓  page  home end", "move; a click too"),
    ("enter", "open the utterance; a double click too"),
    ("/", "filter and search: status:suspect conf<0.6 words"),
    ("f", "choose a filter from a list with counts"),
    ("s", "sort"),
    ("w", "the worst first"),
    ("e", "list events, or utterances"),
    ("c", "conflicts of the review"),
)
UTTERANCE_KEYS = (
    ("← →", "cursor; with shift select; a click or a drag too"),
    ("home end", "cursor to the start, to the end"),
    ("↑ ↓  + -  0", "zoom in, out, show all; the wheel too"),
    ("page up, down", "scroll; shift and wheel too"),
    ("tab, shift tab", "next, previous anchor"),
    ("n p", "next, previous line of the list"),
    ("a", "accept the anchor"),
    ("A", "accept all, nothing is missing; go to the next"),
    ("x", "reject the anchor"),
    (", .", "nudge it by a frame"),
    ("< >", "nudge it by 1 ms"),
    ("m", "move it to the cursor"),
    ("e", "snap it to the nearest energy edge"),
    ("i", "add an anchor at the cursor"),
    ("l", "change its label"),
    ("b", "utterance is bad, or not"),
    ("t  T", "note on the anchor, on the utterance"),
    ("u  ctrl+r", "undo, redo; without limit"),
    ("space", "play the selection, or what is visible"),
    ("k", "play the keyword alone"),
    ("[  ]", "play up to the anchor, from the anchor"),
    ("w", "write to a WAV file what was played last"),
    ("escape, backspace", "drop the selection; back to the list"),
)
ALL_KEYS = (
    ("d", "dark or light"),
    ("R", "read the manifest anew"),
    ("?", "this help"),
    ("q", "quit; all is kept already"),
)


class HelpScreen(ModalScreen[None]):
    """All keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "close", "Close", key_display="esc")
    ]
    DEFAULT_CSS = """
    HelpScreen { background: $background; }
    HelpScreen VerticalScroll { padding: 0 1; height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        """Two tables of keys."""
        with VerticalScroll(can_focus=True):
            yield Static(id="keys")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the keys side by side where there is room."""
        self._fill()

    def on_resize(self) -> None:
        """Likewise."""
        self._fill()

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)

    def _fill(self) -> None:
        wide = self.size.width >= 120
        left = [*_group("The list", LIST_KEYS), *_group("Everywhere", ALL_KEYS)]
        right = _group("The utterance", UTTERANCE_KEYS)
        table = Table.grid(padding=(0, 3))
        if wide:
            table.add_row(_grid(right), _grid(left))
        else:
            table.add_row(_grid([*right, *left]))
        self.query_one("#keys", Static).update(table)


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> list[tuple[str, str] | str]:
    return [title, *keys]


def _grid(lines: list[tuple[str, str] | str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for line in lines:
        if isinstance(line, str):
            table.add_row(Text(line, style="bold reverse"), "")
        else:
            table.add_row(Text(line[0], style="bold"), Text(line[1]))
    return table
