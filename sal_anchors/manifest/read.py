"""Reading a manifest folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Any, Self, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.audio import Recording, content_hash, read_recording
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.errors import ManifestError
from sal_anchors.manifest.columns import from_batch
from sal_anchors.manifest.header import Header, read_header
from sal_anchors.manifest.index import RowIndex, stamp_of
from sal_anchors.manifest.parts import conformed, group_sizes, open_part
from sal_anchors.manifest.places import AudioPlaces, places_of
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.manifest.select import Select, usable_only
from sal_anchors.streams import Stream, read_stream
from sal_anchors.timebase import FrameGrid

Item = TypeVar("Item")

_ROWS_AT_ONCE = 64
_VALUES_AT_ONCE = 4_096


class Manifest:
    """A manifest folder, opened by reading its header only.

    ``len(manifest)`` is its number of rows, failed ones included.

    Attributes:
        path: the folder.
        header: what ``manifest.json`` says.
        audio_root: the folder that rows' audio paths start from.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        audio_root: Path,
        *,
        places: AudioPlaces | None = None,
    ):
        self.path = path
        self.header = header
        self.audio_root = audio_root
        self._places = places or AudioPlaces(path, audio_root, True)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        audio_root: Path | str | None = None,
        allowed: Sequence[Path] = (),
    ) -> Self:
        """Open a manifest folder.

        Args:
            path: the folder.
            audio_root: where the audio is, if it is no longer where the manifest says, or the
                manifest may not say (:mod:`sal_anchors.manifest.places`).
            allowed: further folders that audio may lie in, such as targets of links; those in
                the environment variable ``SAL_ANCHORS_AUDIO`` are allowed too.

        Raises:
            ManifestError: absent, damaged, of another schema version, or with an audio root
                that is an absolute path.
        """
        folder = Path(path)
        header = read_header(folder)
        root = None if audio_root is None else Path(audio_root)
        places = places_of(folder, header.audio_root, audio_root=root, allowed=allowed)
        return cls(folder, header, places.root, places=places)

    def __len__(self) -> int:
        return sum(part.rows for part in self.header.parts)

    def __getstate__(self) -> dict[str, Any]:
        """All but the index, which each process maps for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_index"}

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

    def with_recipe(self, recipe: Recipe) -> Self:
        """The same rows, to be trained on by another recipe.

        Training renders its targets from the rows' events by it. Rows keep the anchors, labels
        and weights that are stored in them, and nothing is written.

        Raises:
            GridMismatchError: the recipe is on another frame grid.
            ManifestError: it looks for other events, has other classes, or asks for the mean
                weight of the corpus, which is known for the stored targets only.
        """
        self.grid.require_same(recipe.grid.grid(), here=str(self.path), there="the recipe")
        problem = ""
        if recipe.sought != self.recipe.sought:
            problem = "the recipe looks for other events than the manifest has"
        elif recipe.classes != self.classes:
            theirs, ours = ", ".join(recipe.classes), ", ".join(self.classes)
            problem = f"the recipe has the classes {theirs}, the manifest {ours}"
        elif recipe.weights.normalise == "corpus" and recipe != self.recipe:
            problem = "weights.normalise = 'corpus' needs a mean that is measured on the corpus"
        if problem:
            hint = "Make a manifest by that recipe: sal-anchors render MANIFEST --recipe FILE"
            raise ManifestError(problem, where=self.path, hint=hint)
        other = copy(self)
        other.header = replace(self.header, recipe=recipe)
        return other

    def rows(
        self, split: str | None = None, *, usable: bool = False, where: Select | None = None
    ) -> Iterator[Row]:
        """Rows in the manifest's order, in constant memory.

        Args:
            split: only rows of this split.
            usable: only rows that carry targets (ok and suspect).
            where: only rows that meet this too.
        """
        wanted = joined(where, split, usable=usable)
        if self._index is not None and not wanted.columns():
            return map(self._index.at, range(len(self)))
        return self._rows_of(wanted)

    def scan(self, *columns: str, where: Select | None = None) -> Iterator[tuple[Any, ...]]:
        """Values of some columns, a tuple a row, in the manifest's order, in constant memory.

        Other columns are not read, but for those that ``where`` needs. Items of nested columns
        are dictionaries.

        Raises:
            ManifestError: there is no such column.
        """
        if unknown := [name for name in columns if name not in SCHEMA.names]:
            raise ManifestError(
                f"no column {', '.join(unknown)}",
                where=self.path,
                hint=f"Its columns: {', '.join(SCHEMA.names)}",
            )

        def values(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
            return zip(*(batch.column(name).to_pylist() for name in columns), strict=True)

        return self._read(columns, where or Select(), values, _VALUES_AT_ONCE)

    def batches(self, *columns: str, size: int = 1_024) -> Iterator[pa.RecordBatch]:
        """Columns of at most ``size`` rows at a time, in the manifest's order and types, in
        constant memory; other columns are not read."""
        return self._read(columns, Select(), lambda batch: iter((batch,)), size)

    @property
    def as_written(self) -> bool:
        """Whether the parts are, by their sizes, those that this package wrote with the header;
        another program may have changed them since."""
        try:
            return self._index is not None
        except ManifestError:
            return False

    def row(self, id_: str) -> Row:
        """The row of an utterance, in a time that does not grow with the manifest.

        Raises:
            ManifestError: no such utterance.
        """
        if self._index is not None:
            found = self._index.find(id_)
        else:
            numbers = (n for n, (other,) in enumerate(self.scan("id")) if other == id_)
            number = next(numbers, None)
            found = None if number is None else self.at(number)
        if found is None:
            raise ManifestError(
                f"no utterance {id_!r}",
                where=self.path,
                hint="Ids are paths under the corpus without suffix; "
                "list them with: sal-anchors inspect --plain --list",
            )
        return found

    def at(self, number: int) -> Row:
        """The row of a number, 0 to ``len(manifest) - 1``, likewise.

        Raises:
            IndexError: there is no such number.
        """
        if not 0 <= number < len(self):
            raise IndexError(f"row {number} of a manifest of {len(self)} rows")
        if self._index is not None:
            return self._index.at(number)
        ends = list(accumulate(part.rows for part in self.header.parts))
        place = next(place for place, end in enumerate(ends) if number < end)
        part = self.header.parts[place]
        with open_part(self.path, part) as file:
            number -= ends[place] - part.rows
            for group, size in enumerate(group_sizes(file)):
                if number < size:
                    mask = np.arange(size) == number
                    for batch in _batches(file, group, SCHEMA.names, mask, _ROWS_AT_ONCE):
                        return next(from_batch(batch))
                number -= size
        raise IndexError(number)

    def require_audio_root(self) -> None:
        """Raise ManifestError if the header's audio root needs the user's consent; see
        :mod:`sal_anchors.manifest.places`."""
        self._places.require_root()

    def audio_path(self, row: Row) -> Path:
        """The audio file of a row.

        Raises:
            ManifestError: the row's path is absolute or leaves the audio root, or the header's
                audio root needs the user's consent; see :mod:`sal_anchors.manifest.places`.
        """
        return self._places.file(row.audio, id_=row.id)

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

    def stream_path(self, row: Row, ref: StreamRef) -> Path:
        """The file of a stream of a row.

        Raises:
            ManifestError: as :meth:`audio_path`.
        """
        return self._places.file(ref.path, id_=row.id)

    def streams(self, row: Row) -> tuple[Stream, ...]:
        """The readings of each stream of a row, on the row's time line: those taken in it.

        Raises:
            StreamError: a file is absent, damaged, or holds something else.
            ManifestError: a file is another than when the row was made, or its path leaves the
                audio root.
        """
        return tuple(self._stream(row, ref) for ref in row.streams)

    def _stream(self, row: Row, ref: StreamRef) -> Stream:
        path = self.stream_path(row, ref)
        stream = read_stream(path, ref)
        if ref.content_hash and content_hash(path) != ref.content_hash:
            raise ManifestError(
                f"stream {ref.name!r} changed since the manifest was made: its content has "
                "another hash",
                where=path,
                hint="Align the corpus again",
            )
        rate = row.sample_rate
        first = round(row.start * rate)
        return stream.moved(Fraction(-first, rate)).within(Fraction(row.num_samples, rate))

    @cached_property
    def _index(self) -> RowIndex | None:
        """None if there is none, or another program wrote the parts since: rows are then found
        in the parts."""
        if PurePosixPath(self.header.index).name != self.header.index:
            raise ManifestError(
                f"the index {self.header.index!r} is not a plain file name", where=self.path
            )
        try:
            stamp = stamp_of(self.path, self.header.parts)
            index = RowIndex(self.path / self.header.index, len(self))
        except OSError:
            return None
        return index if index.stamp == stamp else None

    def _rows_of(self, where: Select) -> Iterator[Row]:
        return self._read(SCHEMA.names, where, from_batch, _ROWS_AT_ONCE)

    def _read(
        self,
        columns: Sequence[str],
        where: Select,
        convert: Callable[[pa.RecordBatch], Iterator[Item]],
        size: int,
    ) -> Iterator[Item]:
        """What ``convert`` makes of the columns of wanted rows, at most ``size`` at a time; row
        groups without any are left unread. Another way of reading the rows replaces this."""
        needed = where.columns()
        for part in self.header.parts:
            with open_part(self.path, part) as file:
                for group in range(file.num_row_groups):
                    mask = None
                    if needed:
                        mask = where.mask(
                            file.read_row_group(group, needed, use_threads=False), self.classes
                        )
                    if mask is None or mask.any():
                        for batch in _batches(file, group, columns, mask, size):
                            yield from convert(batch)


def joined(where: Select | None, split: str | None, *, usable: bool) -> Select:
    """What the arguments of :meth:`Manifest.rows` select together."""
    select = where or Select()
    if split is not None:
        select = replace(select, split=split)
    return usable_only(select) if usable else select


def _batches(
    file: pq.ParquetFile,
    group: int,
    columns: Sequence[str],
    mask: NDArray[np.bool_] | None,
    size: int,
) -> Iterator[pa.RecordBatch]:
    first = 0
    for batch in file.iter_batches(
        size, row_groups=[group], columns=list(columns), use_threads=False
    ):
        if mask is not None:
            taken = mask[first : (first := first + len(batch))]
            batch = batch if taken.all() else batch.filter(pa.array(taken))
        if len(batch):
            yield conformed(batch)
