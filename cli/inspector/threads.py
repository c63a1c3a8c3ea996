"""From threads back to the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec

from textual.css.query import NoMatches

if TYPE_CHECKING:
    from textual.screen import Screen

P = ParamSpec("P")


def show_found(
    screen: Screen[Any], show: Callable[P, None], *found: P.args, **more: P.kwargs
) -> None:
    """Show what a thread found, unless the screen was closed meanwhile."""

    def shown() -> None:
        with suppress(NoMatches):
            show(*found, **more)

    screen.app.call_from_thread(shown)
