"""Random access: the same rows as from the parts, and never a Python error."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars
import pytest

import sal_anchors.manifest.read as reading
from sal_anchors.accounting import Reason, Status
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row

Write = Callable[..., object]
Make = Callable[..., Row]
COUNT = 300


def _same(one: Row, other: Row) -> bool:
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Row)]
    return all(
        a.dtype == b.dtype and np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        for a, b in pairs
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_rows: Write, make_row: Make) -> Path:
    path = tmp_path_factory.mktemp("index") / "x.anchors"
    rows = [make_row(f"ж {n}", score=-n / 7, message="a\nb") for n in range(COUNT - 1)]
    failed = make_row("z", status=Status.FAILED, reason=Reason.OOV, num_frames=0, sample_rate=0)
    write_rows(path, [*rows, failed])
    return path


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    for file in folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def _index(folder: Path) -> Path:
    (path,) = folder.glob("rows-*.index")
    return path


def test_each_row_by_number_and_by_id_is_the_row_of_the_parts(folder: Path) -> None:
    manifest = Manifest.open(folder)
    rows = list(manifest.rows())
    assert len(manifest) == len(rows) == COUNT
    for number, row in enumerate(rows):
        assert _same(manifest.at(number), row)
        assert _same(manifest.row(row.id), row)


def test_no_part_is_opened_for_a_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "open_part", None)
    assert Manifest.open(folder).at(217).id == "ж 217"
    assert Manifest.open(folder).row("ж 218").score == pytest.approx(-218 / 7)


def test_without_the_index_the_rows_are_found_in_the_parts(copy: Path, folder: Path) -> None:
    _index(copy).unlink()
    manifest, whole = Manifest.open(copy), Manifest.open(folder)
    for number in (0, 1, 127, COUNT - 1):
        assert _same(manifest.at(number), whole.at(number))
    assert _same(manifest.row("ж 42"), whole.row("ж 42"))


@pytest.mark.parametrize("number", [-1, COUNT, 10**12])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_number_that_is_no_row_s_is_an_index_error(
    copy: Path, number: int, indexed: bool
) -> None:
    if not indexed:
        _index(copy).unlink()
    with pytest.raises(IndexError):
        Manifest.open(copy).at(number)


def test_parts_written_anew_by_another_program_are_believed_and_not_the_index(copy: Path) -> None:
    (part,) = copy.glob("part-*")
    frame = polars.read_parquet(part)
    frame.with_columns(transcript=polars.lit("changed elsewhere")).write_parquet(part)
    manifest = Manifest.open(copy)
    for row in (manifest.row("ж 5"), manifest.at(5), next(manifest.rows())):
        assert row.transcript == "changed elsewhere"
    assert manifest.at(5).labels.dtype == np.int16


def test_a_part_of_the_same_size_by_another_program_is_told_from_ours(copy: Path) -> None:
    assert Manifest.open(copy).as_written
    (part,) = copy.glob("part-*")
    content = part.read_bytes()
    assert content.count(b"parquet-cpp-arrow") == 1
    part.write_bytes(content.replace(b"parquet-cpp-arrow", b"another-program-x"))
    assert not Manifest.open(copy).as_written
    assert Manifest.open(copy).at(5).id == "ж 5"


_ITERATE = """
import sys
from pathlib import Path
from sal_anchors.manifest import Manifest

def memory():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

manifest = Manifest.open(sys.argv[1])
before = memory()
count = sum(1 for row in manifest.rows())
print(count, memory() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_iterating_over_all_rows_takes_the_memory_of_a_few(
    tmp_path: Path, write_rows: Write, make_row: Make
) -> None:
    rng = np.random.default_rng(0)
    frames = 12_000
    labels = np.zeros(frames, np.int16)
    rows = (
        make_row(f"{n}", num_frames=frames, labels=labels, weights=rng.random(frames, np.float32))
        for n in range(250)
    )
    write_rows(tmp_path / "x.anchors", rows)
    assert _index(tmp_path / "x.anchors").stat().st_size > 10e6
    command = [sys.executable, "-c", _ITERATE, str(tmp_path / "x.anchors")]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    count, grown = map(int, told.stdout.split())
    assert count == len(Manifest.open(tmp_path / "x.anchors")) == 250
    assert grown < 4 * 1024


@pytest.mark.parametrize("keep", [0, 10, 500, -1, -31])
def test_a_truncated_index_is_an_error_that_says_what_to_do(copy: Path, keep: int) -> None:
    path = _index(copy)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ManifestError, match=rf"{path.name}: not the index.*Delete this file"):
        Manifest.open(copy).at(0)


def test_an_index_damaged_anywhere_gives_a_right_row_or_an_error_that_names_it(
    copy: Path, folder: Path
) -> None:
    path = _index(copy)
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), max(1, len(content) // 150)):
        broken = bytes(byte ^ 0x5A for byte in content[at : at + 8])
        path.write_bytes(content[:at] + broken + content[at + 8 :])
        for look in (lambda m: [m.at(n) for n in range(0, COUNT, 50)], lambda m: m.row("ж 77")):
            try:
                look(Manifest.open(copy))
            except ManifestError as error:
                refused += 1
                assert path.name in str(error) or "no utterance" in str(error)
    assert refused > 20


def test_an_index_of_another_manifest_is_not_used(
    copy: Path, tmp_path_factory: pytest.TempPathFactory, write_rows: Write, make_row: Make
) -> None:
    other = tmp_path_factory.mktemp("other")
    write_rows(other, [make_row(f"other {n}") for n in range(COUNT)])
    _index(copy).write_bytes(_index(other).read_bytes())
    assert Manifest.open(copy).at(3).id == "ж 3"


def test_an_index_that_is_no_plain_name_is_refused(copy: Path) -> None:
    header = copy / "manifest.json"
    header.write_text(header.read_text().replace('"index": "', '"index": "../'))
    with pytest.raises(ManifestError, match="not a plain file name"):
        Manifest.open(copy).at(0)


def test_a_manifest_goes_to_another_process_after_it_was_read(folder: Path) -> None:
    manifest = Manifest.open(folder)
    manifest.at(1)
    again: Manifest = pickle.loads(pickle.dumps(manifest))  # noqa: S301 -- as data loaders do
    assert again.at(2).id == "ж 2"


def test_a_held_row_does_not_hold_its_neighbours(folder: Path) -> None:
    row = Manifest.open(folder).at(0)
    assert row.labels.base is None
    assert row.labels.flags.writeable
    assert sys.getsizeof(row.labels) < 2 * 100 + 200
