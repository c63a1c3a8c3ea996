"""A folder with a corpus and its manifest, to be damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sal_anchors.check import Code, Problem, check_manifest
from sal_anchors.manifest import Manifest


@pytest.fixture
def copied(tmp_path: Path, speech_manifest: Manifest) -> Path:
    """A manifest of twelve real prompts beside its audio, to be damaged."""
    shutil.copytree(speech_manifest.audio_root, tmp_path / "corpus")
    return shutil.copytree(speech_manifest.path, tmp_path / "corpus.anchors")


@pytest.fixture
def part(copied: Path) -> Path:
    """Its only part."""
    (path,) = copied.glob("part-*.parquet")
    return path


@pytest.fixture
def edit_header(copied: Path) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """``edit_header(change)`` changes ``manifest.json`` in place."""

    def edit(change: Callable[[dict[str, Any]], None]) -> None:
        path = copied / "manifest.json"
        values = json.loads(path.read_text())
        change(values)
        path.write_text(json.dumps(values))

    return edit


@pytest.fixture
def edit_rows(part: Path) -> Callable[[Callable[[list[dict[str, Any]]], object]], None]:
    """``edit_rows(change)`` changes the rows of the part in place, as another program would."""

    def edit(change: Callable[[list[dict[str, Any]]], object]) -> None:
        table = pq.read_table(part)
        rows = table.to_pylist()
        change(rows)
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), part)

    return edit


@pytest.fixture
def check(copied: Path) -> Callable[..., list[Problem]]:
    """``check(*codes, ...)``: problems of the copy, of these codes if any are given."""

    def run(*codes: Code, **options: Any) -> list[Problem]:
        found: Iterable[Problem] = check_manifest(Manifest.open(copied), **options)
        return [problem for problem in found if not codes or problem.code in codes]

    return run
