"""A manifest from anywhere reads its own audio, and no other file of its reader's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row

Write = Callable[..., object]
Make = Callable[..., Row]


@pytest.fixture
def work(tmp_path: Path, write_rows: Write, make_row: Make) -> Path:
    """A folder with ``x.anchors`` and its audio, and a private recording outside the audio."""
    (tmp_path / "audio").mkdir()
    soundfile.write(tmp_path / "audio" / "a.wav", np.full(16_000, 0.1), 16_000)
    soundfile.write(tmp_path / "private.wav", np.full(16_000, 0.2), 16_000)
    write_rows(tmp_path / "x.anchors", [make_row("a")], audio_root="../audio")
    return tmp_path


def _read(manifest: Manifest) -> int:
    return len(manifest.recording(manifest.row("a")).samples)


def _declare(folder: Path, root: str) -> None:
    header = folder / "manifest.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | {"audio_root": root}))


@pytest.mark.parametrize(
    "audio",
    ["../../etc/passwd", "/etc/passwd", "../private.wav", "a/../../private.wav", "..", "C:/x.wav"],
)
def test_a_row_that_names_a_file_outside_is_refused_whatever_is_allowed(
    work: Path, write_rows: Write, make_row: Make, audio: str
) -> None:
    write_rows(work / "x.anchors", [make_row("a", audio=audio)], audio_root="../audio")
    for options in ({}, {"audio_root": work / "audio"}, {"allowed": [work, Path("/")]}):
        with pytest.raises(ManifestError, match=r"'a' leaves the audio root"):
            _read(Manifest.open(work / "x.anchors", **options))


def test_a_row_with_a_null_character_is_refused(
    work: Path, write_rows: Write, make_row: Make
) -> None:
    write_rows(work / "x.anchors", [make_row("a", audio="a\0.wav")], audio_root="../audio")
    with pytest.raises(ManifestError, match="leaves the audio root"):
        _read(Manifest.open(work / "x.anchors"))


def test_a_link_that_leads_outside_is_refused_until_its_folder_is_allowed(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "audio" / "a.wav").unlink()
    (work / "audio" / "a.wav").symlink_to(work / "private.wav")
    for root in (None, work / "audio"):
        with pytest.raises(ManifestError, match=r"a link that leads out.*SAL_ANCHORS_AUDIO="):
            _read(Manifest.open(work / "x.anchors", audio_root=root))
    assert _read(Manifest.open(work / "x.anchors", allowed=[work])) == 16_000
    monkeypatch.setenv("SAL_ANCHORS_AUDIO", os.pathsep.join(("/nowhere", str(work))))
    assert _read(Manifest.open(work / "x.anchors")) == 16_000


def test_a_linked_folder_that_leads_outside_is_refused_too(work: Path) -> None:
    shutil.move(work / "audio", work / "elsewhere")
    (work / "audio").mkdir()
    (work / "audio" / "sub").symlink_to(work)
    manifest = Manifest.open(work / "x.anchors")
    row = Row(id="a", audio="sub/private.wav", status=manifest.row("a").status, split="train")
    with pytest.raises(ManifestError, match="a link that leads out"):
        manifest.audio_path(row)


def test_links_inside_the_audio_root_and_a_linked_root_are_followed(work: Path) -> None:
    shutil.move(work / "audio" / "a.wav", work / "audio" / "b.wav")
    (work / "audio" / "a.wav").symlink_to("b.wav")
    assert _read(Manifest.open(work / "x.anchors")) == 16_000
    shutil.move(work / "audio", work / "elsewhere")
    (work / "audio").symlink_to(work / "elsewhere")
    assert _read(Manifest.open(work / "x.anchors")) == 16_000


def test_a_header_that_climbs_to_the_file_system_s_root_is_refused_until_allowed(
    work: Path, write_rows: Write, make_row: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(work / "x.anchors", [make_row("a", audio="passwd")])
    _declare(work / "x.anchors", "../" * 40 + "etc")
    manifest = Manifest.open(work / "x.anchors")
    with pytest.raises(ManifestError, match=r"no folder in common.*--audio-root /etc"):
        manifest.audio_path(manifest.row("a"))
    for root in (Path("/etc"), "/etc"):
        named = Manifest.open(work / "x.anchors", audio_root=root)
        assert named.audio_path(named.row("a")) == Path("/etc/passwd")
    monkeypatch.setenv("SAL_ANCHORS_AUDIO", "/etc")
    allowed = Manifest.open(work / "x.anchors")
    assert allowed.audio_path(allowed.row("a")) == Path("/etc/passwd")


def test_a_header_that_reaches_its_audio_through_a_link_is_judged_by_where_it_leads(
    work: Path,
) -> None:
    (work / "system").symlink_to("/etc")
    _declare(work / "x.anchors", "../system")
    manifest = Manifest.open(work / "x.anchors")
    with pytest.raises(ManifestError, match="no folder in common"):
        manifest.audio_path(manifest.row("a"))


def test_labels_are_read_though_the_audio_is_refused(work: Path) -> None:
    _declare(work / "x.anchors", "../" * 40 + "etc")
    (row,) = Manifest.open(work / "x.anchors").rows()
    assert len(row.labels) == 100


def test_a_manifest_moved_with_its_audio_still_works(work: Path) -> None:
    (work / "new" / "place").mkdir(parents=True)
    for name in ("audio", "x.anchors"):
        shutil.move(work / name, work / "new" / "place" / name)
    assert _read(Manifest.open(work / "new" / "place" / "x.anchors")) == 16_000
