"""Reading: lazily, wherever the folder went, and with a clear word on whatever is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from sal_anchors.accounting import Reason, Status
from sal_anchors.audio import AudioError
from sal_anchors.errors import ManifestError, SalAnchorsError
from sal_anchors.manifest import Manifest, Row

Write = Callable[..., object]
Make = Callable[..., Row]


@pytest.fixture
def folder(tmp_path: Path, write_rows: Write, make_row: Make) -> Path:
    """A manifest of three rows, its audio beside it."""
    (tmp_path / "audio").mkdir()
    for name in ("a", "b"):
        soundfile.write(tmp_path / "audio" / f"{name}.wav", np.full(16_000, 0.1), 16_000)
    write_rows(
        tmp_path / "x.anchors",
        [
            make_row("a"),
            make_row("b", status=Status.SUSPECT, reason=Reason.LOW_CONFIDENCE, split="dev"),
            make_row("c", status=Status.FAILED, reason=Reason.NOT_AUDIO),
        ],
        audio_root="../audio",
    )
    return tmp_path / "x.anchors"


def _change_header(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def _part(folder: Path) -> Path:
    (part,) = folder.glob("part-*.parquet")
    return part


def test_rows_come_in_order_and_can_be_narrowed(folder: Path) -> None:
    manifest = Manifest.open(folder)
    assert [row.id for row in manifest.rows()] == ["a", "b", "c"]
    assert [row.id for row in manifest.rows(usable=True)] == ["a", "b"]
    assert [row.id for row in manifest.rows("train")] == ["a", "c"]
    assert [row.id for row in manifest.rows("dev", usable=True)] == ["b"]
    assert [row.id for row in manifest.rows("test")] == []


def test_the_header_is_what_was_written(folder: Path) -> None:
    manifest = Manifest.open(str(folder))
    assert manifest.classes == ("background", "please")
    assert manifest.grid == manifest.recipe.grid.grid()
    assert manifest.header.provenance.settings == (("a", "1"), ("b", "2"))
    assert json.loads(manifest.header.to_json()) == json.loads(
        (folder / "manifest.json").read_text()
    )


def test_the_first_rows_are_there_before_the_last_part_is_touched(
    tmp_path: Path, folder: Path
) -> None:
    _change_header(folder, lambda v: v["parts"].append({"file": "part-gone.parquet", "rows": 3}))
    rows = Manifest.open(folder).rows()
    assert isinstance(rows, Iterator)
    assert next(rows).id == "a"
    assert [next(rows).id, next(rows).id] == ["b", "c"]
    with pytest.raises(ManifestError, match=r"part-gone\.parquet: the part is missing"):
        next(rows)


def test_a_row_is_found_by_its_id_also_in_a_later_row_group(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    write_rows(tmp_path, (make_row(f"{n}", start=float(n)) for n in range(300)))
    row = Manifest.open(tmp_path).row("277")
    assert (row.id, row.start, len(row.labels)) == ("277", 277.0, 100)


def test_an_unknown_id_is_an_error_that_says_how_to_list_them(folder: Path) -> None:
    with pytest.raises(ManifestError, match=r"no utterance 'z'.*--list"):
        Manifest.open(folder).row("z")


def test_a_manifest_moved_together_with_its_audio_still_works(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name in ("audio", "x.anchors"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    manifest = Manifest.open(tmp_path / "elsewhere" / "x.anchors")
    assert len(manifest.recording(manifest.row("a")).samples) == 16_000


def test_a_manifest_works_from_inside_its_folder_and_through_a_link(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "far" / "away" / "link").symlink_to(folder)
    for name in (tmp_path / "far" / "away" / "link", "."):
        monkeypatch.chdir(folder)
        manifest = Manifest.open(name)
        assert len(manifest.recording(manifest.row("b")).samples) == 16_000


def test_audio_that_moved_alone_is_named_by_the_user(tmp_path: Path, folder: Path) -> None:
    shutil.move(tmp_path / "audio", tmp_path / "moved")
    manifest = Manifest.open(folder)
    with pytest.raises(AudioError, match=r"a\.wav.*--audio-root"):
        manifest.recording(manifest.row("a"))
    manifest = Manifest.open(folder, audio_root=tmp_path / "moved")
    assert len(manifest.recording(manifest.row("a")).samples) == 16_000


@pytest.mark.parametrize("num_samples", [15_999, 16_001, 40_000])
def test_audio_of_another_length_than_was_aligned_is_refused(
    tmp_path: Path, make_row: Make, write_rows: Write, num_samples: int
) -> None:
    import hashlib

    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(16_000), 16_000)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_rows(tmp_path / "x.anchors", [make_row("a", content_hash=digest)])
    manifest = Manifest.open(tmp_path / "x.anchors")
    assert len(manifest.recording(manifest.row("a")).samples) == 16_000
    soundfile.write(path, np.zeros(num_samples), 16_000)
    with pytest.raises(ManifestError, match=r"a\.wav: the audio changed since it was aligned"):
        manifest.recording(manifest.row("a"))


@pytest.mark.parametrize("path", ["../secret.wav", "a/../../secret.wav", "/etc/secret.wav", ".."])
def test_an_audio_path_that_leaves_the_root_is_refused(
    tmp_path: Path, make_row: Make, write_rows: Write, path: str
) -> None:
    write_rows(tmp_path / "x.anchors", [make_row("a", audio=path)])
    manifest = Manifest.open(tmp_path / "x.anchors")
    with pytest.raises(ManifestError, match="leaves the audio root"):
        manifest.recording(manifest.row("a"))


def test_an_absolute_audio_root_is_refused_unless_the_user_names_it(
    tmp_path: Path, folder: Path
) -> None:
    _change_header(folder, lambda v: v.update(audio_root=str(tmp_path / "audio")))
    with pytest.raises(ManifestError, match=r"absolute path.*--audio-root"):
        Manifest.open(folder)
    manifest = Manifest.open(folder, audio_root=tmp_path / "audio")
    assert len(manifest.recording(manifest.row("a")).samples) == 16_000


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_a_manifest_is_an_error_that_says_how_to_make_one(
    tmp_path: Path, make: bool
) -> None:
    if make:
        (tmp_path / "x").mkdir()
    with pytest.raises(ManifestError, match=r"no manifest here.*sal-anchors align"):
        Manifest.open(tmp_path / "x")


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_version_is_an_error_with_both_versions(
    folder: Path, version: object
) -> None:
    _change_header(folder, lambda v: v.update(schema_version=version))
    with pytest.raises(ManifestError, match=rf"schema version {version!r}, .* reads 1"):
        Manifest.open(folder)


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema_version": 1}', b"[]", b"\xff\xfe", b"3"])
def test_a_damaged_header_is_an_error_that_names_it(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        Manifest.open(folder)


HEADER_KEYS = (
    *("audio_root", "audio_seconds", "counts", "grid", "parts"),
    *("provenance", "recipe", "tool_version"),
)


@pytest.mark.parametrize("value", [None, 5, "x", [], [3], {}, {"x": 1}], ids=repr)
@pytest.mark.parametrize("key", HEADER_KEYS)
def test_a_header_with_a_value_of_another_sort_is_never_a_python_error(
    folder: Path, key: str, value: object
) -> None:
    _change_header(folder, lambda v: v.update({key: value}))
    try:
        manifest = Manifest.open(folder)
        list(manifest.rows())
        manifest.audio_path(Row(id="a", audio="a.wav", status=Status.OK, split="train"))
    except SalAnchorsError as error:
        assert str(error)
    else:
        assert (key, value) in [
            ("audio_root", "x"),
            ("audio_seconds", 5),
            ("parts", []),
            ("recipe", {}),
            ("tool_version", "x"),
        ]


@pytest.mark.parametrize("key", HEADER_KEYS)
def test_a_header_without_a_key_is_damaged(folder: Path, key: str) -> None:
    _change_header(folder, lambda v: v.pop(key))
    with pytest.raises(ManifestError, match=key):
        Manifest.open(folder)


def test_a_part_that_is_no_parquet_is_an_error_that_names_it(folder: Path) -> None:
    part = _part(folder)
    part.write_text("not parquet at all, but long enough")
    for look in (lambda m: list(m.rows()), lambda m: m.row("a")):
        with pytest.raises(ManifestError, match=rf"{part.name}: not a Parquet file"):
            look(Manifest.open(folder))


def test_a_part_that_is_missing_is_an_error_that_names_it(folder: Path) -> None:
    part = _part(folder)
    part.unlink()
    for look in (lambda m: list(m.rows()), lambda m: m.row("a")):
        with pytest.raises(ManifestError, match=rf"{part.name}: the part is missing"):
            look(Manifest.open(folder))


def test_a_part_damaged_inside_is_never_a_python_error(folder: Path) -> None:
    part = _part(folder)
    content = part.read_bytes()
    refused = 0
    for at in range(4, len(content) - 4, max(1, len(content) // 60)):
        part.write_bytes(
            content[:at] + bytes(b ^ 0x5A for b in content[at : at + 8]) + content[at + 8 :]
        )
        try:
            list(Manifest.open(folder).rows())
        except ManifestError as error:
            refused += 1
            assert part.name in str(error)
    assert refused > 5


def test_a_part_without_a_column_is_an_error_that_names_both(folder: Path) -> None:
    part = _part(folder)
    pq.write_table(pq.read_table(part).drop_columns(["weights"]), part)
    with pytest.raises(ManifestError, match=rf"{part.name}: columns weights are missing"):
        list(Manifest.open(folder).rows())


def test_a_part_with_an_unknown_status_is_an_error_that_names_it(folder: Path) -> None:
    part = _part(folder)
    table = pq.read_table(part)
    at = table.column_names.index("status")
    pq.write_table(table.set_column(at, "status", pa.array(["ok", "splendid", "ok"])), part)
    with pytest.raises(ManifestError, match=rf"{part.name}.*splendid"):
        list(Manifest.open(folder).rows())


def test_a_part_that_is_no_plain_name_is_refused(folder: Path) -> None:
    _change_header(folder, lambda v: v["parts"][0].update(file="../../etc/passwd"))
    with pytest.raises(ManifestError, match="not a plain file name"):
        list(Manifest.open(folder).rows())
