"""Hugging Face datasets: read by the library itself, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import datasets
import numpy as np
import pytest

from sal_anchors.convert import Account, ConvertError, convert
from sal_anchors.manifest import Manifest, Row


def test_the_library_reads_rows_by_split_with_audio_labels_and_weights(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    account = convert(rich_manifest.path, tmp_path / "hf", to="huggingface")
    loaded = datasets.load_from_disk(str(tmp_path / "hf"))
    rows = {row.id: row for row in rich_manifest.rows()}
    assert account.lost == {}
    assert sum(len(part) for part in loaded.values()) == len(rows)
    for split, part in loaded.items():
        for cells in part:
            row = rows[cells["id"]]
            assert split == row.split
            assert Path(cells["audio"]).is_file() == (row.id != "gone")
            assert cells["labels"] == row.labels.tolist()
            assert np.array_equal(np.float32(cells["weights"]), row.weights)
            assert [e["time"] for e in cells["events"]] == [e.time for e in row.events]


def test_every_field_of_every_row_comes_back_in_its_order(
    rich_manifest: Manifest,
    round_trip: Callable[..., tuple[Account, Manifest]],
    differing: Callable[[Row, Row], list[str]],
) -> None:
    _, back = round_trip("hf", "huggingface")
    pairs = list(zip(rich_manifest.rows(), back.rows(), strict=True))
    assert [differing(*pair) for pair in pairs] == [[]] * 8


def test_the_library_s_progress_bars_are_as_before(rich_manifest: Manifest, tmp_path: Path) -> None:
    before = datasets.utils.are_progress_bars_disabled()
    convert(rich_manifest.path, tmp_path / "hf", to="huggingface")
    assert datasets.utils.are_progress_bars_disabled() == before


def test_a_dataset_of_something_else_is_refused(tmp_path: Path, rich_manifest: Manifest) -> None:
    datasets.Dataset.from_dict({"text": ["hey"]}).save_to_disk(str(tmp_path / "other"))
    (tmp_path / "other" / "sal-anchors.json").write_bytes(b"{}")
    with pytest.raises(ConvertError, match="not what a conversion writes"):
        convert(tmp_path / "other", tmp_path / "out.anchors", from_="huggingface")
    convert(rich_manifest.path, tmp_path / "hf", to="huggingface")
    (tmp_path / "other" / "sal-anchors.json").write_bytes(
        (tmp_path / "hf" / "sal-anchors.json").read_bytes()
    )
    with pytest.raises(ConvertError, match="no id, status, audio, split"):
        convert(tmp_path / "other", tmp_path / "out.anchors", from_="huggingface")
