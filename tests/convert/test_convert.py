"""What holds for all formats: output that is whole or absent, and nobody's work replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from sal_anchors.convert import ConvertError, ConvertOptions, convert
from sal_anchors.convert import formats as registry
from sal_anchors.convert.formats import FORMATS
from sal_anchors.convert.values import to_values
from sal_anchors.manifest import Manifest, Row

FORCE = ConvertOptions(force=True)
WRITTEN = [format_ for format_ in FORMATS.values() if format_.write]
PLACED = [format_ for format_ in WRITTEN if not format_.places_itself]


@pytest.mark.parametrize("to", [format_.name for format_ in WRITTEN])
def test_an_output_is_replaced_only_by_force(
    rich_manifest: Manifest, tmp_path: Path, to: str
) -> None:
    convert(rich_manifest.path, tmp_path / "out", to=to)
    with pytest.raises(ConvertError, match="--force"):
        convert(rich_manifest.path, tmp_path / "out", to=to)
    convert(rich_manifest.path, tmp_path / "out", to=to, options=FORCE)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("to", [format_.name for format_ in WRITTEN if format_.folder])
def test_a_folder_of_something_else_is_never_replaced(
    rich_manifest: Manifest, tmp_path: Path, to: str
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    with pytest.raises(Exception, match="holds something") as caught:
        convert(rich_manifest.path, tmp_path / "thesis", to=to, options=FORCE)
    assert str(tmp_path / "thesis") in str(caught.value)
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


@pytest.mark.parametrize("to", [format_.name for format_ in PLACED])
def test_a_conversion_that_breaks_off_leaves_the_old_output(
    rich_manifest: Manifest, tmp_path: Path, to: str
) -> None:
    out = tmp_path / "out"
    convert(rich_manifest.path, out, to=to)
    files = [out, *out.rglob("*")]
    before = {path: path.read_bytes() for path in files if path.is_file()}

    def stop(row: Row) -> None:
        if row.id == "bad":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(rich_manifest.path, out, to=to, options=FORCE, on_row=stop)
    assert {path: path.read_bytes() for path in before} == before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("to", [format_.name for format_ in WRITTEN])
def test_every_row_is_written_or_counted(rich_manifest: Manifest, tmp_path: Path, to: str) -> None:
    account = convert(rich_manifest.path, tmp_path / "out", to=to)
    assert account.rows == 8 == account.written + sum(account.left_out.values())
    assert account.statuses == {"ok": 6, "failed": 1, "skipped": 1}


@pytest.mark.parametrize("to", [format_.name for format_ in PLACED])
def test_the_format_of_an_output_is_told_when_it_is_read(
    rich_manifest: Manifest, tmp_path: Path, to: str
) -> None:
    convert(rich_manifest.path, tmp_path / "out", to=to)
    assert registry.source_format(tmp_path / "out").name == to


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.anchors", "manifest"),
        ("a.jsonl", "jsonl"),
        ("cuts.jsonl.gz", "lhotse"),
        ("a.json", "nemo"),
        ("a.ctm", "ctm"),
    ],
)
def test_names_tell_the_format_where_only_one_is_called_so(name: str, format_: str) -> None:
    assert registry.target_format(Path(name)).name == format_


@pytest.mark.parametrize("name", ["out", "a.csv", "a.tar", "a.TextGrid", "a.jsonl.gz"])
def test_other_names_ask_for_the_format(name: str) -> None:
    with pytest.raises(ConvertError, match="--to manifest"):
        registry.target_format(Path(name))


def test_formats_that_are_not_there_are_told(rich_manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(ConvertError, match="no format 'elan' to convert to; there are manifest"):
        convert(rich_manifest.path, tmp_path / "out", to="elan")
    with pytest.raises(ConvertError, match="no format 'table' to convert to"):
        convert(rich_manifest.path, tmp_path / "out", to="table")
    with pytest.raises(ConvertError, match="nothing tells which format"):
        (tmp_path / "what").mkdir()
        convert(tmp_path / "what", tmp_path / "out.anchors")
    with pytest.raises(ConvertError, match="no such file"):
        convert(tmp_path / "absent", tmp_path / "out.anchors")


def test_an_output_never_replaces_its_source(rich_manifest: Manifest) -> None:
    for out in (rich_manifest.path, rich_manifest.path.parent):
        with pytest.raises(ConvertError, match="replace its source"):
            convert(rich_manifest.path, out, to="manifest", options=FORCE)


def test_an_audio_root_that_is_absolute_is_refused_unless_the_user_names_it(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    convert(rich_manifest.path, tmp_path / "rows.jsonl")
    told = tmp_path / "rows.jsonl.sal-anchors.json"
    values = told.read_text()
    start = values.index('"audio_root": "') + len('"audio_root": "')
    told.write_text(values[:start] + "/etc" + values[values.index('"', start) :])
    with pytest.raises(ConvertError, match="absolute path"):
        convert(tmp_path / "rows.jsonl", tmp_path / "out.anchors")
    options = ConvertOptions(audio=rich_manifest.audio_root)
    assert convert(tmp_path / "rows.jsonl", tmp_path / "out.anchors", options=options).written == 8


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    """Rows are written while they are made: no more are taken than one batch holds."""
    taken, ahead = 0, []

    def rows() -> Iterable[Row]:
        nonlocal taken
        for number in range(500):
            taken += 1
            yield make_row(f"{number}")

    for row, _ in to_values(rows()):
        ahead.append(taken - int(row.id))
    assert len(ahead) == 500
    assert max(ahead) <= 32
