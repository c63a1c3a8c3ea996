"""What `docs/augment.md` says can be done, done."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np

from sal_anchors import augment
from sal_anchors.features import log_mel
from sal_anchors.manifest import Manifest

PAGE = (Path(__file__).parents[2] / "docs" / "augment.md").read_text(encoding="utf-8")


def _snippets() -> list[str]:
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, flags=re.MULTILINE)
    return [inspect.cleandoc(block) for block in blocks]


def test_the_snippets_run(tones: Manifest) -> None:
    first, second = _snippets()
    names: dict[str, Any] = {}
    exec(first.replace('"corpus.anchors"', repr(str(tones.path))), names)  # noqa: S102
    targets = names["targets"]
    assert len(targets.labels) == tones.grid.num_frames(len(names["example"].samples))
    names["features"] = log_mel(names["example"].samples, tones.grid)
    exec(second, names)  # noqa: S102
    for anchor in targets.anchors:
        near = slice(max(0, anchor.frame - 5), anchor.frame + 6)
        assert (names["masked"][near] == names["features"][near]).any(axis=1).all()
    assert np.isfinite(names["masked"]).all()


def test_the_table_lists_every_transform() -> None:
    listed = set(re.findall(r"^\| `(\w+)\(", PAGE, flags=re.MULTILINE))
    functions = {name for name in augment.__all__ if inspect.isfunction(getattr(augment, name))} - {
        "generator",
        "targets",
        "noise",
        "direct_path",
    }
    assert listed == functions
