"""Reading a manifest folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.audio import Recording, read_recording
from sal_anchors.errors import ManifestError
from sal_anchors.manifest.header import Header, read_header
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA, from_batch
from sal_anchors.timebase import FrameGrid

_ROWS_AT_ONCE = 64


class Manifest:
    """A manifest folder, opened by reading its header only.

    Attributes:
        path: the folder.
        header: what ``manifest.json`` says.
        audio_root: the folder that rows' audio paths start from.
    """

    def __init__(self, path: Path, header: Header, audio_root: Path):
        self.path = path
        self.header = header
        self.audio_root = audio_root

    @classmethod
    def open(cls, path: Path | str, *, audio_root: Path | None = None) -> Self:
        """Open a manifest folder.

        Args:
            path: the folder.
            audio_root: where the audio is, if it is no longer where the manifest says.

        Raises:
            ManifestError: absent, damaged, of another schema version, or with an audio root
                that is an absolute path.
        """
        folder = Path(path)
        header = read_header(folder)
        return cls(folder, header, audio_root or _declared_root(folder, header))

    @property
    def grid(self) -> FrameGrid:
        """The frame grid of labels, weights and anchors."""
        return self.header.grid

    @property
    def recipe(self) -> Recipe:
        """The recipe that the targets were rendered by."""
        return self.header.recipe

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names by index; index 0 is the background."""
        return self.recipe.classes

    def rows(self, split: str | None = None, *, usable: bool = False) -> Iterator[Row]:
        """Rows in the manifest's order, in constant memory.

        Args:
            split: only rows of this split.
            usable: only rows that carry targets (ok and suspect).
        """
        for part in self.header.parts:
            with self._parquet(part.file) as file:
                for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                    for row in from_batch(batch):
                        if split is not None and row.split != split:
                            continue
                        if row.usable or not usable:
                            yield row

    def row(self, id_: str) -> Row:
        """The row of an utterance.

        Raises:
            ManifestError: no such utterance.
        """
        for part in self.header.parts:
            with self._parquet(part.file) as file:
                for group in range(file.num_row_groups):
                    ids = file.read_row_group(group, columns=["id"]).column("id").to_pylist()
                    if id_ in ids:
                        table = file.read_row_group(group).slice(ids.index(id_), 1)
                        return next(from_batch(table.combine_chunks().to_batches()[0]))
        raise ManifestError(
            f"no utterance {id_!r}",
            where=self.path,
            hint="Ids are paths under the corpus without suffix; "
            "list them with: sal-anchors inspect --plain --list",
        )

    def audio_path(self, row: Row) -> Path:
        """The audio file of a row.

        Raises:
            ManifestError: the row's path is absolute or leaves the audio root.
        """
        relative = PurePosixPath(row.audio)
        if relative.is_absolute() or ".." in relative.parts:
            raise ManifestError(
                f"the audio path {row.audio!r} of {row.id!r} leaves the audio root",
                where=self.path,
                hint="Align again with a corpus folder that holds all of its audio",
            )
        return self.audio_root / relative

    def recording(self, row: Row) -> Recording:
        """The decoded audio of a row, mono at the grid's rate.

        Raises:
            AudioError: the file is absent, damaged or empty.
            ManifestError: the file is another than when it was aligned, or its path leaves the
                audio root.
        """
        path = self.audio_path(row)
        recording = read_recording(
            path, self.grid, start=row.start, duration=row.duration, channel=row.channel
        )
        if (recording.source_rate, recording.source_samples) != (row.sample_rate, row.num_samples):
            raise ManifestError(
                f"the audio changed since it was aligned: {recording.source_samples} samples at "
                f"{recording.source_rate} Hz, expected {row.num_samples} at {row.sample_rate} Hz",
                where=path,
                hint="Align the corpus again",
            )
        if row.content_hash and recording.content_hash != row.content_hash:
            raise ManifestError(
                "the audio changed since it was aligned: its content has another hash",
                where=path,
                hint="Align the corpus again",
            )
        return recording

    @contextmanager
    def _parquet(self, name: str) -> Iterator[pq.ParquetFile]:
        """An open part; whatever is wrong with it, now or while it is read, is a ManifestError."""
        path = self.path / name
        if PurePosixPath(name).name != name:
            raise ManifestError(f"the part {name!r} is not a plain file name", where=self.path)
        try:
            with pq.ParquetFile(path) as file:
                missing = [name for name in SCHEMA.names if name not in file.schema_arrow.names]
                if missing:
                    raise ManifestError(
                        f"columns {', '.join(missing)} are missing", where=path, hint="Align again"
                    )
                yield file
        except FileNotFoundError:
            raise ManifestError("the part is missing", where=path, hint="Align again") from None
        except (pa.ArrowException, OSError, AttributeError, TypeError, ValueError) as error:
            raise ManifestError(
                f"not a Parquet file of a manifest, or damaged ({error})",
                where=path,
                hint="Align again",
            ) from None


def _declared_root(folder: Path, header: Header) -> Path:
    declared = PurePosixPath(header.audio_root)
    if declared.is_absolute():
        raise ManifestError(
            f"its audio root {header.audio_root!r} is an absolute path",
            where=folder,
            hint="If you trust it, name that folder yourself with --audio-root",
        )
    return Path(os.path.normpath(folder.resolve() / declared))
