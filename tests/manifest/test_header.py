"""A header that is damaged says where and how, in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda v: v["recipe"]["events"][0]["kernel"].update(lft_ms=1),
            r"in its recipe, events\[0\].kernel.lft_ms: unknown key, the nearest is left_ms",
        ),
        (
            lambda v: v["recipe"]["events"][0]["kernel"].update(shape="gausian"),
            "unknown 'gausian', the nearest is gaussian",
        ),
        (lambda v: v["recipe"].update(grid={"hop": -1}), "hop must be a positive whole number"),
        (lambda v: v["grid"].pop("hop"), "frame grid: hop missing"),
        (lambda v: v["grid"].update(hop=True), "hop must be a positive whole number.*got True"),
        (lambda v: v.update(recipe=3), "in its recipe, a table is expected, not 3"),
        (
            lambda v: v.update(parts=[{"file": 1, "rows": "2"}]),
            r"parts\[0\].file: text in quotes is expected, not 1, and 1 more",
        ),
        (lambda v: v.pop("counts"), "counts: missing"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_file(
    tmp_path: Path,
    write_rows: Callable[..., object],
    change: Callable[[dict[str, Any]], object],
    told: str,
) -> None:
    write_rows(tmp_path / "x", [])
    path = tmp_path / "x" / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    with pytest.raises(ManifestError, match=told) as caught:
        Manifest.open(tmp_path / "x")
    assert str(path) in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_a_stored_recipe_is_read_without_a_pattern_being_compiled(
    tmp_path: Path, write_rows: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "x", [], keywords=("hey computer", "\u00e7a va", "o'clock"))
    from sal_anchors.align import normalise
    from sal_anchors.events import query

    query._words_of.cache_clear()
    monkeypatch.setattr(normalise, "_compiled", None)
    monkeypatch.setattr(normalise, "_pattern", None)
    opened = Manifest.open(tmp_path / "x")
    assert opened.recipe.keywords == ("hey computer", "\u00e7a va", "o'clock")
