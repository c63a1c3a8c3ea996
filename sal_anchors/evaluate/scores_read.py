"""Posteriors from a file, of this or any other system, one recording at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.scores_header import (
    FILE_NAME,
    METADATA_KEY,
    ScoresHeader,
    parse_header,
)

Posteriors = NDArray[np.float32]

_DOCS = "The format is in docs/evaluation.md"
_ROWS_AT_ONCE = 8
_ID, _POSTERIORS = "id", "posteriors"


class ScoresFile(Protocol):
    """Posteriors of recordings, by their ids."""

    path: Path
    header: ScoresHeader

    def has(self, id_: str) -> bool:
        """Whether there are posteriors of a recording."""
        ...

    def read(self, wanted: set[str]) -> Iterator[tuple[str, Posteriors]]:
        """Ids and posteriors (T, C) of the wanted recordings, in the file's order."""
        ...


def open_scores(path: Path) -> ScoresFile:
    """Open a Parquet file, or a folder of ``.npy`` files.

    Raises:
        EvaluationError: it is absent or not in the format.
    """
    return NumpyScores(path) if path.is_dir() else ParquetScores(path)


class NumpyScores:
    """A folder with ``scores.json`` and a file ``ID.npy`` for each recording."""

    def __init__(self, path: Path):
        self.path = path
        header = path / FILE_NAME
        if not header.is_file():
            raise EvaluationError(f"no {FILE_NAME} in it", where=path, hint=_DOCS)
        self.header = parse_header(header.read_bytes(), where=header)

    def has(self, id_: str) -> bool:
        """Whether there is a file of the recording, inside the folder."""
        file = self._file(id_)
        return file.resolve().is_relative_to(self.path.resolve()) and file.is_file()

    def read(self, wanted: set[str]) -> Iterator[tuple[str, Posteriors]]:
        """Ids and posteriors (T, C) of the wanted recordings, in the order of their ids."""
        for id_ in sorted(wanted):
            file = self._file(id_)
            try:
                values = np.load(file, allow_pickle=False)
            except (ValueError, OSError, EOFError) as error:
                raise EvaluationError(
                    f"not a readable .npy file ({error})", where=file, hint="Write it again"
                ) from None
            yield id_, _checked(values, self.header, where=f"{file}")

    def _file(self, id_: str) -> Path:
        return self.path / f"{id_}.npy"


class ParquetScores:
    """A Parquet file with columns ``id`` and ``posteriors``, and the header in its metadata."""

    def __init__(self, path: Path):
        self.path = path
        try:
            schema = pq.read_schema(path)
        except FileNotFoundError:
            raise EvaluationError("no such file or folder", where=path, hint=_DOCS) from None
        except (pa.ArrowInvalid, OSError) as error:
            raise EvaluationError(
                f"not a readable Parquet file ({error})", where=path, hint=_DOCS
            ) from None
        text = (schema.metadata or {}).get(METADATA_KEY)
        if text is None or not {_ID, _POSTERIORS} <= set(schema.names):
            raise EvaluationError(
                f"expected the columns {_ID} and {_POSTERIORS} and metadata named "
                f"{METADATA_KEY.decode()!r}, found the columns {', '.join(schema.names)}"
                + ("" if text else " and no such metadata"),
                where=path,
                hint=_DOCS,
            )
        self.header = parse_header(text, where=path)
        ids = pq.read_table(path, columns=[_ID]).column(_ID).to_pylist()
        self._ids = Counter(ids)
        if twice := [id_ for id_, count in self._ids.items() if count > 1]:
            raise EvaluationError(f"{twice[0]!r} is there twice", where=path, hint="Remove one")

    def has(self, id_: str) -> bool:
        """Whether there is a row of the recording."""
        return id_ in self._ids

    def read(self, wanted: set[str]) -> Iterator[tuple[str, Posteriors]]:
        """Ids and posteriors (T, C) of the wanted recordings, in the order of the rows."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[_ID, _POSTERIORS]):
                ids = batch.column(_ID).to_pylist()
                for number, id_ in enumerate(ids):
                    if id_ in wanted:
                        where = f"{self.path}, {id_}"
                        yield id_, self._posteriors(batch.column(_POSTERIORS)[number], where)

    def _posteriors(self, value: pa.Scalar, where: str) -> Posteriors:
        width = len(self.header.classes)
        try:
            frames = value.values
            lengths = set(pc.unique(pc.list_value_length(frames)).to_pylist())
            flat = frames.flatten()
        except (AttributeError, TypeError, pa.ArrowException):
            raise EvaluationError(
                "posteriors are not a list of lists of numbers", where=where, hint=_DOCS
            ) from None
        if lengths - {width} or flat.null_count:
            raise EvaluationError(
                f"frames of {sorted(lengths, key=str)} values, expected {width} numbers each",
                where=where,
                hint=_DOCS,
            )
        values = flat.to_numpy(zero_copy_only=False).reshape(-1, width)
        return _checked(values, self.header, where=where)


def _checked(values: NDArray[np.generic], header: ScoresHeader, *, where: str) -> Posteriors:
    """Posteriors that can be measured, as float32."""
    problem = ""
    if values.ndim != 2 or values.shape[1] != len(header.classes):
        problem = f"posteriors of shape {values.shape}, expected (T, {len(header.classes)})"
    elif values.dtype.kind not in "fiu":
        problem = f"posteriors of type {values.dtype}, expected numbers"
    elif values.size and not ((values >= 0) & (values <= 1)).all():  # type: ignore[operator]
        problem = "posteriors outside [0, 1]"
    if problem:
        raise EvaluationError(problem, where=where, hint=_DOCS)
    return values.astype(np.float32)
