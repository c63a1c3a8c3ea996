"""Colours of the drawing, for dark and light terminals.

Texts have a contrast of at least 4.5 to 1 with the ground, as WCAG 2 asks for; of at least 3 where
a terminal has 16 colours of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_STEPS = 32

_DARK_MAP = ((0.0, 0x0B0E1A), (0.3, 0x3B1F6B), (0.6, 0xB63679), (0.85, 0xFB8861), (1.0, 0xFCFDBF))
_LIGHT_MAP = ((0.0, 0xFDFDF8), (0.3, 0xC8DDE8), (0.6, 0x5A9BC4), (0.85, 0x225B94), (1.0, 0x08213F))


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as 0xRRGGBB.

    Attributes:
        text: plain text.
        dim: titles of lanes, rulers, background frames.
        wave: the waveform.
        tier: ground of every other word or phone.
        edge: where words and phones begin.
        cursor: ground of the cursor's column.
        selection: ground of the selected stretch.
        open: anchors that are not decided on.
        accepted: anchors that are.
        rejected: likewise.
        weight: the weight curve.
        posterior: the model's posterior.
        classes: grounds of label bands, in turn.
        class_text: on them.
        levels: of the spectrogram, the quietest first.
    """

    text: int
    dim: int
    wave: int
    tier: int
    edge: int
    cursor: int
    selection: int
    open: int
    accepted: int
    rejected: int
    weight: int
    posterior: int
    classes: tuple[int, ...]
    class_text: int
    levels: tuple[int, ...]

    @property
    def level_table(self) -> NDArray[np.int32]:
        """The levels as an array."""
        return np.array(self.levels, np.int32)


def _ramp(stops: tuple[tuple[float, int], ...]) -> tuple[int, ...]:
    places = [place for place, _ in stops]
    shares = np.linspace(0, 1, _STEPS)
    channels = [
        np.interp(shares, places, [colour >> shift & 255 for _, colour in stops]).round()
        for shift in (16, 8, 0)
    ]
    return tuple(int(r) << 16 | int(g) << 8 | int(b) for r, g, b in zip(*channels, strict=True))


DARK = Palette(
    text=0xE4E6EB,
    dim=0x9AA1AE,
    wave=0x6FB7E9,
    tier=0x2A3140,
    edge=0xC8CDD6,
    cursor=0x4A5A78,
    selection=0x27433A,
    open=0xFFD166,
    accepted=0x7BE08A,
    rejected=0xFF8A80,
    weight=0xE9A15B,
    posterior=0xC79BFF,
    classes=(0x9FD8CB, 0xF3C677, 0xB8C0FF, 0xFFB3C7, 0xC5E384, 0xE0BBE4),
    class_text=0x10141C,
    levels=_ramp(_DARK_MAP),
)
LIGHT = Palette(
    text=0x1B1F27,
    dim=0x5A6270,
    wave=0x1B62A5,
    tier=0xE1E5EC,
    edge=0x4A5160,
    cursor=0xB9CBEA,
    selection=0xCDE8D3,
    open=0x704800,
    accepted=0x17692B,
    rejected=0xB3261E,
    weight=0x9C4F00,
    posterior=0x6A2FB5,
    classes=(0x1F6F62, 0x8A5A00, 0x3B4BB0, 0xA12A55, 0x4D6B12, 0x75327C),
    class_text=0xFFFFFF,
    levels=_ramp(_LIGHT_MAP),
)
LIGHT_16 = replace(
    LIGHT,
    wave=0x0000AA,
    cursor=0x55FFFF,
    selection=0x55FFFF,
    open=0xAA00AA,
    accepted=0x0000AA,
    rejected=0xAA0000,
    weight=0xAA00AA,
    posterior=0x0000AA,
    classes=(0x0000AA, 0xAA00AA, 0xAA0000),
)
"""For light terminals of 16 colours, whose own green, yellow and cyan are too pale on white."""
