"""A manifest of real speech, with a failed row, a skipped one, and awkward ids and labels."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.convert import Account, ConvertOptions, convert
from sal_anchors.manifest import Manifest, Row


@pytest.fixture(scope="session")
def differing() -> Callable[[Row, Row], list[str]]:
    """``differing(row, other)``: names of the fields in which two rows differ."""
    names = [field.name for field in fields(Row)]

    def compare(one: Row, other: Row) -> list[str]:
        return [n for n in names if not np.array_equal(getattr(one, n), getattr(other, n))]

    return compare


@pytest.fixture(scope="session")
def rich_manifest(
    tmp_path_factory: pytest.TempPathFactory,
    speech_manifest: Manifest,
    write_rows: Callable[..., Any],
) -> Manifest:
    """Six aligned prompts, one of them with an id of folders, dots, spaces and letters, beside a
    failed and a skipped row; in two splits at least."""
    rows = list(speech_manifest.rows())[:6]
    rows[1] = replace(rows[1], id="ünder/a b.c%2E/v1.2", split="test", speaker="Zoë")
    rows[2] = replace(rows[2], split="dev")
    failed = replace(
        rows[0],
        id="bad",
        status=Status.FAILED,
        reason=Reason.OOV,
        message="bad.flac: 'xyzzy' is not known",
        words=(),
        engine_words=(),
        phones=(),
        events=(),
        anchors=(),
        num_frames=0,
        labels=np.zeros(0, np.int16),
        weights=np.zeros(0, np.float32),
    )
    missing = Row(
        id="gone",
        status=Status.SKIPPED,
        reason=Reason.MISSING_AUDIO,
        message="gone.flac: no such file",
        audio="gone.flac",
        split="train",
    )
    folder = tmp_path_factory.mktemp("rich") / "rich.anchors"
    root = Path(os.path.relpath(speech_manifest.audio_root, folder)).as_posix()
    write_rows(folder, [*rows, failed, missing], audio_root=root)
    return Manifest.open(folder)


@pytest.fixture
def round_trip(rich_manifest: Manifest, tmp_path: Path) -> Callable[..., tuple[Account, Manifest]]:
    """``round_trip(name, to, **options)``: the manifest written as a format and read back."""

    def turn(name: str, to: str, **options: Any) -> tuple[Account, Manifest]:
        account = convert(rich_manifest.path, tmp_path / name, to=to)
        back = tmp_path / "back.anchors"
        convert(tmp_path / name, back, options=ConvertOptions(**options))
        return account, Manifest.open(back)

    return turn
