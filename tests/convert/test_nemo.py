"""NeMo manifests. NeMo itself is too large to install here: its fields are read as JSON lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars
import pytest
import soundfile

from sal_anchors.convert import Account, ConvertError, convert
from sal_anchors.manifest import Manifest, Row


def test_the_fields_that_nemo_reads_name_the_audio_beside_the_manifest(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    account = convert(rich_manifest.path, tmp_path / "corpus.json")
    table = polars.read_ndjson(tmp_path / "corpus.json")
    rows = [row for row in rich_manifest.rows() if row.num_samples]
    assert account.left_out == {"skipped, its audio could not be read": 1}
    assert table["text"].to_list() == [row.transcript or "" for row in rows]
    for cells, row in zip(table.iter_rows(named=True), rows, strict=True):
        info = soundfile.info(tmp_path / cells["audio_filepath"])
        assert cells["offset"] == 0.0
        assert cells["duration"] == info.frames / info.samplerate == row.duration


def test_every_row_with_audio_comes_back_whole(
    rich_manifest: Manifest,
    round_trip: Callable[..., tuple[Account, Manifest]],
    differing: Callable[[Row, Row], list[str]],
) -> None:
    _, back = round_trip("corpus.json", "nemo")
    kept = [row for row in rich_manifest.rows() if row.num_samples]
    assert [differing(*pair) for pair in zip(kept, back.rows(), strict=True)] == [[]] * 7


def test_a_manifest_of_another_tool_is_sent_to_the_aligner(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"audio_filepath": "a.wav", "duration": 1.0, "text": "hey"}\n')
    (tmp_path / "other.json.sal-anchors.json").unlink(missing_ok=True)
    with pytest.raises(ConvertError) as caught:
        convert(path, tmp_path / "out.anchors")
    assert "--audio" in str(caught.value) or "sal-anchors align" in str(caught.value)
