"""Every text of every screen can be read, in dark and light."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import Color
from sal_anchors_cli.inspector.app import Inspector

from sal_anchors.manifest import Manifest


def luminance(colour: Color) -> float:
    assert colour.triplet is not None
    r, g, b = (
        s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4
        for s in (channel / 255 for channel in colour.triplet)
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Color, other: Color) -> float:
    """By WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pale(on: Any) -> list[tuple[str, float]]:
    """Texts with less contrast than 4.5 to 1."""
    segments = [s for strip in on.app.screen._compositor.render_strips() for s in strip]
    told = [s for s in segments if any(char.isalnum() for char in s.text)]
    assert told
    found = [(str(s), contrast(s.style.color, s.style.bgcolor)) for s in told]
    return [(text, share) for text, share in found if share < 4.5]


@pytest.mark.parametrize("light", [False, True])
def test_all_texts_have_contrast(
    drive: Any, speech: Manifest, light: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Inspector, "many_colours", True)

    async def scenario(on: Any) -> None:
        assert pale(on) == []
        for keys in (("f",), ("backspace", "s"), ("backspace", "question_mark"), ("escape",)):
            await on.press(*keys)
            await on.pilot.pause(0.2)
            assert pale(on) == [], keys
        await on.open("vm-pls-try-again")
        assert pale(on) == []
        for keys in (["shift+right"] * 12, ["a"], ["x"], ["u"], ["l"], ["end", "enter"]):
            await on.press(*keys)
            await on.pilot.pause(0.2)
            assert pale(on) == [], keys
        await on.press("escape")
        for severity in ("warning", "error"):
            on.app.notify("It is written here", severity=severity)
        await on.shows("It is written here")
        assert pale(on) == []

    drive(speech, scenario, light=light, size=(100, 30))
