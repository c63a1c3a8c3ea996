"""Narrowing: the same rows as a plain loop would pick, read from few columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Reason, Status
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row, Select

Write = Callable[..., object]
Make = Callable[..., Row]
SPLITS = ("train", "dev", "test")
OUTCOMES = ((Status.OK, None), (Status.SUSPECT, Reason.ODD_TIMING), (Status.FAILED, Reason.OOV))


@pytest.fixture(scope="module")
def manifest(
    tmp_path_factory: pytest.TempPathFactory, write_rows: Write, make_row: Make
) -> Manifest:
    path = tmp_path_factory.mktemp("select") / "x.anchors"
    rows = []
    for n in range(1_300):
        status, reason = OUTCOMES[n % 5 % 3]
        bare = {"events": (), "anchors": ()} if n % 4 == 0 else {}
        score = None if n % 11 == 0 else -(n % 10) / 2
        split = SPLITS[n % 3] if n < 1_100 else "train"
        rows.append(
            make_row(f"{n:04d}", status=status, reason=reason, split=split, score=score, **bare)
        )
    write_rows(path, rows)
    return Manifest.open(path)


def _meets(row: Row, where: Select) -> bool:
    return (
        (where.split is None or row.split == where.split)
        and (where.status is None or row.status in where.status)
        and (where.keyword is None or any(e.label == "please" for e in row.events))
        and (where.class_name is None or any(a.class_index == 1 for a in row.anchors))
        and (where.min_score is None or (row.score is not None and row.score >= where.min_score))
        and (where.max_score is None or (row.score is not None and row.score <= where.max_score))
    )


@pytest.fixture(scope="module")
def rows(manifest: Manifest) -> list[Row]:
    return list(manifest.rows())


@settings(max_examples=60)
@given(
    where=st.builds(
        Select,
        split=st.none() | st.sampled_from(SPLITS),
        status=st.none() | st.lists(st.sampled_from(Status), max_size=2).map(tuple),
        class_name=st.none() | st.just("please"),
        keyword=st.none() | st.just("Please!"),
        min_score=st.none() | st.floats(-6, 1),
        max_score=st.none() | st.floats(-6, 1),
    )
)
def test_a_selection_is_what_a_plain_loop_picks(
    manifest: Manifest, rows: list[Row], where: Select
) -> None:
    expected = [row.id for row in rows if _meets(row, where)]
    assert [id_ for (id_,) in manifest.scan("id", where=where)] == expected


def test_rows_take_split_usable_and_a_selection_together(manifest: Manifest) -> None:
    found = list(manifest.rows("dev", usable=True, where=Select(min_score=-1.0)))
    where = Select(split="dev", status=(Status.OK, Status.SUSPECT), min_score=-1.0)
    assert [row.id for row in found] == [row.id for row in manifest.rows() if _meets(row, where)]
    assert found
    failed = Select(status=(Status.FAILED,))
    assert list(manifest.rows(usable=True, where=failed)) == []


def test_a_scan_reads_its_columns_only(manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    read: set[str] = set()
    iterate, group = pq.ParquetFile.iter_batches, pq.ParquetFile.read_row_group

    def iter_batches(self: object, *args: object, columns: list[str], **options: object) -> object:
        read.update(columns)
        return iterate(self, *args, columns=columns, **options)

    def read_row_group(self: object, number: int, columns: list[str], **options: object) -> object:
        read.update(columns)
        return group(self, number, columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", read_row_group)
    assert len(list(manifest.scan("id", "status", where=Select(class_name="please")))) == 975
    assert read == {"id", "status", "anchors.list.element.class"}


def test_row_groups_without_a_wanted_row_are_left_unread(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    iterate = pq.ParquetFile.iter_batches
    groups = []

    def iter_batches(self: object, *args: object, **options: object) -> object:
        groups.append(options["row_groups"])
        return iterate(self, *args, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    list(manifest.rows("train", where=Select(min_score=0.0)))
    list(manifest.rows(where=Select(split="test", status=("no such",))))
    assert groups == [[0], [1]]


def test_an_unknown_class_is_an_error_that_lists_the_known(manifest: Manifest) -> None:
    with pytest.raises(ManifestError, match=r"no class 'pleas'.*background, please"):
        list(manifest.rows(where=Select(class_name="pleas")))


def test_an_unknown_column_is_an_error_that_lists_the_known(manifest: Manifest) -> None:
    with pytest.raises(ManifestError, match=r"no column lables.*num_frames, labels"):
        manifest.scan("id", "lables")


def test_a_selection_of_no_rows_at_all_is_empty(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path, [])
    assert list(Manifest.open(tmp_path).rows(where=Select(keyword="please"))) == []
