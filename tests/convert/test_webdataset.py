"""webdataset: shards read by the library itself, unpacked by tar, and back."""

from __future__ import annotations

import hashlib
import io
import pickle
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import webdataset

from sal_anchors.convert import Account, ConvertError, ConvertOptions, convert
from sal_anchors.convert.names import id_of
from sal_anchors.manifest import Manifest, Row


def _usable(manifest: Manifest) -> dict[str, Row]:
    return {row.id: row for row in manifest.rows() if row.usable}


def test_the_library_reads_audio_json_labels_and_weights(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    account = convert(rich_manifest.path, tmp_path / "shards", to="webdataset")
    shards = sorted(map(str, (tmp_path / "shards").glob("*.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    rows = _usable(rich_manifest)
    assert account.left_out == {"failed, without targets": 1, "skipped, without targets": 1}
    assert {id_of(sample["__key__"]) for sample in samples} == set(rows)
    for sample in samples:
        row = rows[id_of(sample["__key__"])]
        assert Path(sample["__url__"]).name.startswith(f"{row.split}-")
        assert np.array_equal(np.load(io.BytesIO(sample["labels.npy"])), row.labels)
        assert np.array_equal(np.load(io.BytesIO(sample["weights.npy"])), row.weights)
        assert hashlib.sha256(sample["flac"]).hexdigest() == row.content_hash


def test_rows_and_their_audio_come_back_from_the_shards_alone(
    rich_manifest: Manifest,
    round_trip: Callable[..., tuple[Account, Manifest]],
    differing: Callable[[Row, Row], list[str]],
) -> None:
    _, back = round_trip("shards", "webdataset")
    rows = _usable(rich_manifest)
    for row in back.rows():
        assert differing(row, rows.pop(row.id)) in ([], ["audio"])
        assert back.audio_path(row).parent == back.path.with_name("back.audio").resolve()
        assert back.recording(row).source_samples == row.num_samples
    assert rows == {}


def test_rows_come_back_whole_where_the_audio_is_at_hand(
    rich_manifest: Manifest,
    round_trip: Callable[..., tuple[Account, Manifest]],
    differing: Callable[[Row, Row], list[str]],
) -> None:
    _, back = round_trip("shards", "webdataset", audio=rich_manifest.audio_root)
    rows = _usable(rich_manifest)
    assert [differing(row, rows[row.id]) for row in back.rows()] == [[]] * 6


def test_a_stretch_of_one_channel_of_a_long_file_is_packed_as_it_sounds(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    rng = np.random.default_rng(1)
    samples = (rng.standard_normal((48_000, 2)) * 3_000).astype(np.int16)
    soundfile.write(tmp_path / "one.wav", samples, 16_000)
    write_rows(tmp_path / "a.anchors", [make_row(start=1.0, channel=1)])
    convert(tmp_path / "a.anchors", tmp_path / "shards", to="webdataset")
    (shard,) = (tmp_path / "shards").glob("*.tar")
    with tarfile.open(shard) as tar:
        packed = tar.extractfile("one.flac")
        assert packed is not None
        heard, _ = soundfile.read(io.BytesIO(packed.read()), dtype="int16")
    assert np.array_equal(heard, samples[16_000:32_000, 1])
    convert(tmp_path / "shards", tmp_path / "back.anchors")
    back = Manifest.open(tmp_path / "back.anchors")
    (row,) = back.rows()
    assert (row.start, row.channel, row.num_samples) == (0.0, None, 16_000)
    assert np.array_equal(np.rint(back.recording(row).samples * 32_768), heard)


def test_tar_unpacks_every_member_into_the_folder_itself(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    convert(rich_manifest.path, tmp_path / "shards", to="webdataset")
    target = tmp_path / "unpacked"
    target.mkdir()
    for shard in (tmp_path / "shards").glob("*.tar"):
        subprocess.run(["/usr/bin/env", "tar", "-xf", shard, "-C", target], check=True)
    assert len(list(target.iterdir())) == len(list(target.rglob("*"))) == 6 * 4


def test_audio_that_changed_is_left_out_and_counted(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    soundfile.write(tmp_path / "one.wav", np.zeros(16_000), 16_000)
    write_rows(tmp_path / "a.anchors", [make_row(content_hash="0" * 64)])
    account = convert(tmp_path / "a.anchors", tmp_path / "shards", to="webdataset")
    assert account.left_out == {"its audio changed since it was aligned": 1}


def _with_member(shards: Path, name: str, content: bytes) -> None:
    """A shard whose first sample is as it was, with another member of that name."""
    shard = sorted(shards.glob("*.tar"))[0]
    with tarfile.open(shard) as old:
        members = {m.name: old.extractfile(m).read() for m in old.getmembers()[:4]}  # type: ignore[union-attr]
    with tarfile.open(shard, "w") as new:
        for key, value in {**members, name: content}.items():
            info = tarfile.TarInfo(key)
            info.size = len(value)
            new.addfile(info, io.BytesIO(value))


def test_pickles_in_a_shard_are_never_opened(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "shards", to="webdataset")
    (shard, *_) = sorted((tmp_path / "shards").glob("*.tar"))
    with tarfile.open(shard) as tar:
        name = next(n for n in tar.getnames() if n.endswith(".labels.npy"))
    evil = io.BytesIO()
    np.save(evil, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for content in (evil.getvalue(), pickle.dumps([1])):
        _with_member(tmp_path / "shards", name, content)
        with pytest.raises(ConvertError, match="not a sample") as caught:
            convert(tmp_path / "shards", tmp_path / "back.anchors")
        assert shard.name in str(caught.value)
        assert not (tmp_path / "back.audio").exists()


@pytest.mark.parametrize("name", ["../evil.json", "/evil.json", "a/../../evil.json"])
def test_a_member_that_names_a_place_elsewhere_is_not_written_there(
    rich_manifest: Manifest, tmp_path: Path, name: str
) -> None:
    convert(rich_manifest.path, tmp_path / "in" / "shards", to="webdataset")
    _with_member(tmp_path / "in" / "shards", name, b"{}")
    with pytest.raises(ConvertError, match="not a sample"):
        convert(tmp_path / "in" / "shards", tmp_path / "in" / "back.anchors")
    assert list(tmp_path.rglob("evil*")) == []


def test_damaged_shards_are_refused(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "shards", to="webdataset")
    (shard, *_) = sorted((tmp_path / "shards").glob("*.tar"))
    shard.write_bytes(shard.read_bytes()[:3_000])
    with pytest.raises(ConvertError, match=r"damaged|not a sample"):
        convert(
            tmp_path / "shards",
            tmp_path / "back.anchors",
            options=ConvertOptions(audio=rich_manifest.audio_root),
        )
