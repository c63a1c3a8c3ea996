"""Small questions: a line of text, or one of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from .draw.canvas import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 72; max-width: 96%; height: auto; max-height: 90%;
    padding: 0 1; background: $surface; border: round $primary;
}}
{name} Static {{ text-style: bold; margin-bottom: 1; }}
{name} OptionList, {name} OptionList:focus {{
    height: auto; max-height: 16; border: none; padding: 0; background: $surface;
}}
{name} .hint {{ color: $text-muted; text-style: none; margin: 1 0 0 0; }}
"""


class AskText(ModalScreen[str | None]):
    """Asks for a line of text; None if it was given up.

    Args:
        question: what is asked.
        value: what stands there first.
        hint: told under the line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Give up")]
    DEFAULT_CSS = _CSS.format(name="AskText")

    def __init__(self, question: str, value: str = "", hint: str = "") -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The question and a line for the answer."""
        with Vertical():
            yield Static(Content(self._question))
            yield Input(self._value, compact=True)
            yield Static(Content(self._hint or "enter: keep   escape: give up"), classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answered."""
        self.dismiss(event.value)

    def action_give_up(self) -> None:
        """Not answered."""
        self.dismiss(None)


class AskOne(ModalScreen[str | None]):
    """Asks for one of several; None if it was given up.

    Args:
        question: what is asked.
        choices: value and text of each.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,backspace", "give_up", "Give up")]
    DEFAULT_CSS = _CSS.format(name="AskOne")

    def __init__(self, question: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question and a list of answers."""
        with Vertical():
            yield Static(Content(self._question))
            yield OptionList(
                *(Option(Content(printable(told)), id=str(n)) for n, (_, told) in self._all())
            )
            yield Static(Content("enter: choose   escape: give up"), classes="hint")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answered."""
        self.dismiss(self._choices[int(event.option_id or 0)][0])

    def action_give_up(self) -> None:
        """Not answered."""
        self.dismiss(None)

    def _all(self) -> list[tuple[int, tuple[str, str]]]:
        return list(enumerate(self._choices))
