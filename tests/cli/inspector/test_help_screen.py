"""The help screen and the keys that there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sal_anchors_cli.inspector.help_screen import ALL_KEYS, LIST_KEYS, UTTERANCE_KEYS
from sal_anchors_cli.inspector.list_screen import ListScreen
from sal_anchors_cli.inspector.row_list import RowList
from sal_anchors_cli.inspector.utterance_screen import UtteranceScreen

_NAMES = """
    slash comma full_stop less_than_sign greater_than_sign left_square_bracket right_square_bracket
    question_mark plus minus up down left right pageup pagedown shift+tab shift+left shift+right
"""
_SHOWN = "/ , . < > [ ] ? + - ↑ ↓ ← → page page shift shift shift"
KEYS = dict(zip(_NAMES.split(), _SHOWN.split(), strict=True))


@pytest.mark.parametrize(
    ("screens", "told"),
    [((ListScreen, RowList), LIST_KEYS), ((UtteranceScreen,), UTTERANCE_KEYS)],
)
def test_every_key_is_on_the_help_screen_and_the_other_way_round(
    screens: tuple[Any, ...], told: tuple[tuple[str, str], ...]
) -> None:
    bound = {
        KEYS.get(key, key)
        for screen in screens
        for binding in screen.BINDINGS
        for key in binding.key.split(",")
    }
    shown = {
        key for keys, what in (*told, *ALL_KEYS) for key in re.split(r", | +", f"{keys} ") if key
    }
    shown |= {"shift"} if any("shift" in what for _, what in told) else set()
    shown |= {","} if any(keys.startswith(",") for keys, _ in told) else set()
    assert bound - {"U"} == shown - {"up", "down"}, "U is another redo for terminals without ctrl"
