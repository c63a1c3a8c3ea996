"""The last line: the keys of the screen, drawn as one line instead of a widget a key; or, until
the next key, what there is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from .draw.canvas import fitted

if TYPE_CHECKING:
    from textual import events
    from textual.binding import Binding
    from textual.screen import Screen


class KeyLine(Widget, can_focus=False):
    """The keys that can be pressed now, as many as there is room for; a click presses one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("key-line--key", "key-line--what", "key-line--told"),
    }
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; background: $footer-background; }
    KeyLine > .key-line--key {
        color: $footer-key-foreground; background: $footer-background; text-style: bold;
    }
    KeyLine > .key-line--what {
        color: $footer-foreground; background: $footer-background;
    }
    KeyLine > .key-line--told {
        color: $foreground; background: $footer-background; text-style: bold;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[Binding, ...] = ()
        self._message = ""

    def say(self, message: str) -> None:
        """Say something in place of the keys; with an empty message the keys are back."""
        if message != self._message:
            self._message = message
            self.refresh()

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def render_line(self, y: int) -> Strip:
        """The keys, or what was said."""
        width = self.size.width
        if self._message:
            told = self.get_component_rich_style("key-line--told")
            shown = fitted(f" {self._message}", width)
            return Strip([Segment(shown, told)]).adjust_cell_length(width, told)
        key, what = (self.get_component_rich_style(f"key-line--{name}") for name in ("key", "what"))
        pieces = [
            Segment(text, style)
            for shown, told in map(self._told, self._keys)
            for text, style in ((shown, key), (told, what))
        ]
        return Strip(pieces).adjust_cell_length(width, what)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked on."""
        if self._message:
            self.say("")
            return
        end = 0
        for binding in self._keys:
            end += sum(map(cell_len, self._told(binding)))
            if event.x < end:
                self.app.simulate_key(binding.key)
                return

    def _told(self, binding: Binding) -> tuple[str, str]:
        return self.app.get_key_display(binding), f" {binding.description} "

    def _changed(self, screen: Screen[object]) -> None:
        active = screen.active_bindings.values()
        keys = tuple(one.binding for one in active if one.binding.show and one.enabled)
        if keys != self._keys:
            self._keys = keys
            self.refresh()
