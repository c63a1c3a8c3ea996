"""Rows side by side, whatever their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.diff.pairs import pairs
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row

IDS = ["c", "a/b", "ä", "B", "a", "\U0001f600", "z"]
Make = Callable[..., Manifest]


@pytest.fixture
def manifest_of(tmp_path: Path, make_row: Callable[..., Row], write_rows: Any) -> Make:
    """``manifest_of(name, ids)``: a manifest with a row of each id, in this order."""

    def make(name: str, ids: Sequence[str]) -> Manifest:
        rows = [
            make_row(id_, audio="a.wav", transcript=f"{number}") for number, id_ in enumerate(ids)
        ]
        write_rows(tmp_path / name, rows)
        return Manifest.open(tmp_path / name)

    return make


def _ids(before: Manifest, after: Manifest) -> list[tuple[str | None, str | None]]:
    return [(a.id if a else None, b.id if b else None) for a, b in pairs(before, after)]


@pytest.mark.parametrize("index", [True, False])
def test_any_two_orders_give_the_same_pairs(manifest_of: Make, index: bool) -> None:
    ordered = manifest_of("ordered", sorted(IDS[2:]))
    shuffled = manifest_of("shuffled", IDS[:-1])
    if not index:
        next(shuffled.path.glob("rows-*")).unlink()
    lone_before, lone_after = {"z"}, {"c", "a/b"}
    expected = [
        (None if id_ in lone_after else id_, None if id_ in lone_before else id_)
        for id_ in sorted(IDS)
    ]
    assert _ids(ordered, shuffled) == expected
    assert _ids(shuffled, ordered) == [(b, a) for a, b in expected]


def test_nothing_is_lost_where_ids_repeat(manifest_of: Make) -> None:
    before, after = manifest_of("a", ["x", "x", "y"]), manifest_of("b", ["y", "x"])
    assert Counter(_ids(before, after)) == Counter([("x", "x"), ("x", None), ("y", "y")])
    assert [a.transcript for a, b in pairs(before, before) if a] == ["0", "1", "2"]


def test_an_empty_manifest_has_no_pairs(manifest_of: Make) -> None:
    empty = manifest_of("none", [])
    assert _ids(empty, empty) == []
    assert _ids(empty, manifest_of("one", ["a"])) == [(None, "a")]


def test_a_row_without_its_values_is_an_error_that_names_it(
    manifest_of: Make, tmp_path: Path, make_row: Callable[..., Row], write_rows: Any
) -> None:
    write_rows(tmp_path / "bad", [make_row("a", start=float("nan"))])
    with pytest.raises(ManifestError, match=r"row 'a' has a value that is missing.*check"):
        _ids(Manifest.open(tmp_path / "bad"), manifest_of("good", ["a"]))
