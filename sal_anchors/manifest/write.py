"""Writing a manifest folder so that a reader sees the old one or the new one, never a mixture."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from sal_anchors.accounting import Tally
from sal_anchors.errors import ManifestError
from sal_anchors.manifest.columns import to_batch
from sal_anchors.manifest.encoding import writer_options
from sal_anchors.manifest.groups import ROWS_A_PART, grouped_rows
from sal_anchors.manifest.header import FORMAT, HEADER_NAME, Header, Part
from sal_anchors.manifest.index import IndexWriter, stamp_of
from sal_anchors.manifest.report import (
    FAILURES_NAME,
    REPORT_NAME,
    count_rows,
    failure_lines,
    report_text,
)
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.manifest.textgrid import write_textgrid

ALIGNMENTS = "alignments"
LOGS = "logs"
"""Subfolder for what external engines print."""
RESULTS = ".results"
"""Subfolder for results that a run keeps for the next; readers leave it alone."""

_STAGING = ".writing-"
_LOCK = ".lock"
_OURS = re.compile(r"part-\d{5}-[0-9a-f]{12}\.parquet$|rows-[0-9a-f]{12}\.index$")


class StagedManifest:
    """A manifest being written: a context manager around :meth:`add` and :meth:`commit`.

    Parts are written to a hidden folder inside the manifest's, get names that hold a hash of
    their content, and become visible when ``manifest.json`` is replaced. Leaving the context
    without :meth:`commit` leaves what was there before. One process at a time writes to a
    folder.

    Args:
        folder: of the manifest.
        textgrids: whether each aligned row becomes a TextGrid in ``alignments`` too.
        keep: those in ``alignments`` that are not written anew stay.

    Raises:
        ManifestError: the folder exists and holds something that is not a manifest, or another
            process is writing to it.
    """

    def __init__(self, folder: Path, *, textgrids: bool = True, keep: bool = False):
        self._folder = folder
        self._textgrids = textgrids
        self._keep = keep
        self._index = ""
        self._lock = FileLock(folder / _LOCK)
        _require_ours(folder)

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._acquire()
        for leftover in self._folder.glob(f"{_STAGING}*"):
            shutil.rmtree(leftover)
        self._staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._folder))
        (self._staging / ALIGNMENTS).mkdir()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        self._release()

    def _acquire(self) -> None:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise ManifestError(
                "another process is writing to this folder",
                where=self._folder,
                hint="Wait until it has finished, or give another folder with -o",
            ) from None

    def _release(self) -> None:
        """Give the lock back; its file stays, as another process may have opened it, but in a
        folder that was made for nothing."""
        if all(path.name == _LOCK for path in self._folder.iterdir()):
            (self._folder / _LOCK).unlink()
            self._folder.rmdir()
        self._lock.release()

    def write(self, rows: Iterable[Row]) -> tuple[tuple[Part, ...], Tally]:
        """Write rows in the given order, in constant memory; returns the parts and counts."""

        def groups() -> Iterator[pa.RecordBatch]:
            for group in grouped_rows(rows):
                self.write_textgrids(group)
                yield to_batch(group)

        return self.write_groups(groups())

    def write_textgrids(self, rows: Iterable[Row]) -> None:
        """Write the TextGrids of rows, if there are to be any."""
        for row in rows if self._textgrids else ():
            write_textgrid(row, self._staging / ALIGNMENTS)

    def write_groups(self, groups: Iterable[pa.RecordBatch]) -> tuple[tuple[Part, ...], Tally]:
        """Write batches as :mod:`sal_anchors.manifest.groups` cuts them, without TextGrids."""
        tally, given = Tally(), iter(groups)
        parts: list[Part] = []
        index = IndexWriter(self._staging / "rows.index")
        with (self._staging / FAILURES_NAME).open("w", encoding="utf-8") as failures:
            for first in given:
                path = self._staging / f"part-{len(parts):05d}.parquet"
                count = 0
                with pq.ParquetWriter(path, SCHEMA, **writer_options()) as writer:
                    for group in chain([first], given):
                        writer.write_batch(group)
                        index.add(group)
                        count_rows(tally, group)
                        failures.writelines(failure_lines(group))
                        count += len(group)
                        if count == ROWS_A_PART:
                            break
                parts.append(Part(_named_by_content(path).name, count))
        index.close(stamp_of(self._staging, parts))
        self._index = _named_by_content(self._staging / "rows.index").name
        return tuple(parts), tally

    def stage(self, header: Header, tally: Tally, *, layout: str = "") -> Path:
        """Make what was written a manifest of its own that nobody else sees.

        Args:
            header: becomes ``manifest.json``.
            tally: of the rows, for ``report.json``.
            layout: of the corpus, likewise.

        Returns:
            Its folder.
        """
        header = replace(header, index=self._index)
        (self._staging / HEADER_NAME).write_text(header.to_json(), encoding="utf-8")
        report = report_text(header, tally, layout=layout)
        (self._staging / REPORT_NAME).write_text(report, encoding="utf-8")
        return self._staging

    def commit(self, header: Header, tally: Tally, *, layout: str = "") -> None:
        """Make the written rows the manifest; for the arguments see :meth:`stage`."""
        self.stage(header, tally, layout=layout)
        rows = (*(part.file for part in header.parts), self._index)
        for name in (*rows, HEADER_NAME, FAILURES_NAME, REPORT_NAME):
            _sync(self._staging / name)
            (self._staging / name).replace(self._folder / name)
        self._place_alignments()
        for old in self._folder.iterdir():
            if _OURS.match(old.name) and old.name not in rows:
                old.unlink()

    def _place_alignments(self) -> None:
        made, current = self._staging / ALIGNMENTS, self._folder / ALIGNMENTS
        if self._keep:
            for path in made.rglob("*.TextGrid"):
                path.replace(current / path.relative_to(made))
            return
        if current.exists():
            current.rename(self._staging / "replaced")
        made.rename(current)


def _named_by_content(path: Path) -> Path:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.rename(path.with_stem(f"{path.stem}-{digest[:12]}"))


def _sync(path: Path) -> None:
    """Have the content on the disk before a name points to it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _require_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ManifestError("is a file", where=folder, hint="Give another folder with -o")
    if not _is_ours(folder):
        raise ManifestError(
            "the folder holds something else than a manifest",
            where=folder,
            hint="Give a new folder with -o, or empty this one",
        )


def _is_ours(folder: Path) -> bool:
    """Whether a folder is a manifest's, or holds at most what a killed run left."""
    header = folder / HEADER_NAME
    if header.exists():
        return FORMAT.encode() in header.read_bytes()
    left = (path.name for path in folder.iterdir())
    return all(
        name.startswith(_STAGING) or name in (ALIGNMENTS, LOGS, RESULTS, _LOCK) or _OURS.match(name)
        for name in left
    )


def write_manifest(
    folder: Path, rows: Iterable[Row], header: Callable[[tuple[Part, ...], Tally], Header]
) -> Tally:
    """Write ``rows`` as the manifest ``folder``, replacing the one that may be there.

    Args:
        folder: made if absent.
        rows: consumed lazily, kept in their order.
        header: makes the header once parts and counts are known.

    Raises:
        ManifestError: the folder exists and holds something that is not a manifest, or another
            process is writing to it.
    """
    with StagedManifest(folder) as staged:
        parts, tally = staged.write(rows)
        staged.commit(header(parts, tally), tally)
    return tally
