"""The list: a line a row, of which only those that are visible are read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sal_anchors.errors import SalAnchorsError

from .lines import line, message_line, padded

if TYPE_CHECKING:
    from textual import events

    from sal_anchors.review.choose import Chosen

    from .source import RowSource

_SLICE_SECONDS = 0.02
_PAUSE_SECONDS = 0.005
_LINES_KEPT = 4_096


class RowList(ScrollView, can_focus=True):
    """Rows or events in their order.

    Rows that are not known yet are read for at most 20 ms at a time, so that keys are answered.

    Args:
        source: of rows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False),
        Binding("down", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "jump(0)", "First", show=False),
        Binding("end", "jump(-1)", "Last", show=False),
        Binding("enter", "open", "Open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--plain"}
    DEFAULT_CSS = """
    RowList { height: 1fr; overflow-x: hidden; }
    RowList > .row-list--cursor {
        background: $block-cursor-background; color: $block-cursor-foreground;
    }
    RowList > .row-list--plain { color: $foreground; }
    """

    cursor: reactive[int] = reactive(0)

    class Opened(Message):
        """A line was chosen.

        Attributes:
            index: its number in the list.
        """

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, source: RowSource, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._source = source
        self._chosen: Chosen | None = None
        self._lines: dict[tuple[int, int | None], str] = {}
        self._until = 0.0
        self._waiting = False

    @property
    def chosen(self) -> Chosen | None:
        """What is listed; None before anything is."""
        return self._chosen

    def show(self, chosen: Chosen, *, cursor: int = 0) -> None:
        """List other rows, with the cursor on one of them."""
        self._chosen = chosen
        self._resize()
        self.set_reactive(RowList.cursor, max(0, min(cursor, len(chosen) - 1)))
        self._follow()
        self.forget()

    def forget(self, row: int | None = None) -> None:
        """Tell the lines of a row anew, as after a decision; of all rows without one."""
        if row is None:
            self._lines.clear()
        else:
            self._lines = {key: told for key, told in self._lines.items() if key[0] != row}
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line at ``y`` of the visible ones."""
        if y == 0:
            self._until = time.perf_counter() + _SLICE_SECONDS
        index = int(self.scroll_offset.y) + y
        width = self.scrollable_content_region.width
        if self._chosen is None or index >= len(self._chosen):
            return Strip.blank(width, self.rich_style)
        name = "row-list--cursor" if index == self.cursor else "row-list--plain"
        style = self.get_component_rich_style(name)
        return Strip([Segment(self._told(index, width), style)], width)

    def watch_cursor(self) -> None:
        """Keep the cursor visible."""
        self._follow()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Lines depend on the width."""
        self._resize()
        self.forget()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        index = int(self.scroll_offset.y) + event.y
        if self._chosen is not None and index < len(self._chosen):
            self.cursor = index
            if event.chain == 2:
                self.action_open()

    def action_step(self, by: int) -> None:
        """Move the cursor by lines."""
        if self._chosen is not None and len(self._chosen):
            self.cursor = max(0, min(self.cursor + by, len(self._chosen) - 1))

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self.action_step(by * max(1, self.scrollable_content_region.height - 1))

    def action_jump(self, to: int) -> None:
        """Move the cursor to the first line, or with -1 to the last."""
        self.action_step(-self.cursor if to == 0 else len(self._chosen or ()))

    def action_open(self) -> None:
        """Open what is under the cursor."""
        if self._chosen is not None and len(self._chosen):
            self.post_message(self.Opened(self.cursor))

    def _resize(self) -> None:
        count = 0 if self._chosen is None else len(self._chosen)
        self.virtual_size = Size(self.scrollable_content_region.width, count)

    def _follow(self) -> None:
        self.scroll_to_region(
            Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True
        )

    def _told(self, index: int, width: int) -> str:
        assert self._chosen is not None  # noqa: S101 - the caller looked
        row = int(self._chosen.rows[index])
        place = None if self._chosen.places is None else int(self._chosen.places[index])
        told = self._lines.get((row, place))
        if told is not None:
            return told
        if time.perf_counter() > self._until:
            self._come_back()
            return padded("…", width)
        try:
            told = line(self._source.reviewed(row), width, place=place)
        except SalAnchorsError as error:
            told = message_line(row, error.problem, width)
        if len(self._lines) >= _LINES_KEPT:
            self._lines.clear()
        self._lines[row, place] = told
        return told

    def _come_back(self) -> None:
        if not self._waiting:
            self._waiting = True
            self.set_timer(_PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._waiting = False
        self.refresh()
