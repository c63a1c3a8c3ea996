"""docs/frame_grid.md says what is so."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.timebase import Convention, FrameGrid

FORMULAS: dict[str, Callable[[int, int], int]] = {
    "0": lambda hop, window: 0,
    "hop": lambda hop, window: hop,
    "window": lambda hop, window: window,
    "hop - 1": lambda hop, window: hop - 1,
    "hop - window": lambda hop, window: hop - window,
    "hop//2 - window//2": lambda hop, window: hop // 2 - window // 2,
    "window - window//2 - hop%2": lambda hop, window: window - window // 2 - hop % 2,
    "hop//2 + window - window//2": lambda hop, window: hop // 2 + window - window // 2,
    "-(window//2)": lambda hop, window: -(window // 2),
    "window//2": lambda hop, window: window // 2,
    "window - window//2": lambda hop, window: window - window // 2,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "frame_grid.md"


def test_the_examples_of_the_document_give_what_it_shows() -> None:
    result = doctest.testfile(str(DOCUMENT), module_relative=False)
    assert result.attempted > 8
    assert result.failed == 0


@pytest.mark.parametrize("convention", ["causal", "snip_edges", "no_snip_edges", "centred"])
@pytest.mark.parametrize(("hop", "window"), [(160, 400), (161, 400), (160, 401), (161, 401)])
def test_the_formulas_of_its_table_are_the_grid_s(
    convention: Convention, hop: int, window: int
) -> None:
    (row,) = re.findall(rf"^\| `{convention}`.*$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    origin, after, _, latency = (cell.strip(" `") for cell in row.split("|")[2:6])
    grid = FrameGrid(16_000, hop, window, convention)
    found = tuple(FORMULAS[formula](hop, window) for formula in (origin, after, latency))
    assert found == (grid.origin, grid.after, grid.latency)
