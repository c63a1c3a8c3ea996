"""The rows once more, for random access: one small compressed block is read for a row.

Parquet holds a column of a thousand rows in one piece, which is right for scanning and wrong for
fetching one row. ``rows-*.index`` is a copy made from the parts when they are written, and of no
use without them::

    blocks    a few rows each: u32 compressed size, u32 size, zstd data: an Arrow record batch
    places    a row each, in the manifest's order: u64 of its block, u32 number in it
    keys      a row each, sorted: 8 bytes BLAKE2b of the id, u64 number of the row (big-endian)
    trailer   magic, u64 rows, u64 where the places begin, 8 bytes of the parts (:func:`stamp_of`)

Numbers are little-endian but for the keys, whose order is that of their bytes.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sal_anchors.errors import ManifestError
from sal_anchors.manifest.columns import row_at
from sal_anchors.manifest.header import Part
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA

_MAGIC = b"SALROWS2"
_TRAILER = struct.Struct("<8sQQ8s")
_PLACE = np.dtype([("block", "<u8"), ("number", "<u4")])
_SIZES = struct.Struct("<II")
_ROW = struct.Struct(">Q")
_KEY = np.dtype("S16")
_KEY_BYTES, _HASH_BYTES = 16, 8
_BLOCK_BYTES = 1 << 16
_LARGEST_BLOCK = 1 << 30
_CODEC = pa.Codec("zstd", 1)


class IndexWriter:
    """Writes the index while the parts are written, in constant memory.

    Args:
        path: of the index; two files beside it hold places and keys until :meth:`close`.
    """

    def __init__(self, path: Path):
        self._path = path
        self._file = path.open("wb")
        self._spools = (path.with_suffix(".places"), path.with_suffix(".keys"))
        self._places, self._keys = (spool.open("wb") for spool in self._spools)
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch of the manifest's schema."""
        count = max(1, len(batch) * _BLOCK_BYTES // max(1, batch.nbytes))
        for first in range(0, len(batch), count):
            self._add_block(batch.slice(first, count))
        keys = map(_hash, batch.column("id").to_pylist())
        self._keys.write(b"".join(key + _ROW.pack(n) for n, key in enumerate(keys, self._rows)))
        self._rows += len(batch)

    def _add_block(self, rows: pa.RecordBatch) -> None:
        places = np.empty(len(rows), _PLACE)
        places["block"], places["number"] = self._file.tell(), np.arange(len(rows))
        self._places.write(places.tobytes())
        block = rows.serialize()
        packed = _CODEC.compress(block)
        self._file.write(_SIZES.pack(packed.size, block.size))
        self._file.write(packed)

    def close(self, stamp: bytes) -> None:
        """Finish the file; ``stamp`` is that of the parts with the same rows."""
        self._places.close()
        self._keys.close()
        begin = self._file.tell()
        if self._rows:
            np.memmap(self._spools[1], _KEY, "r+").sort()
        for spool in self._spools:
            with spool.open("rb") as held:
                while piece := held.read(1 << 20):
                    self._file.write(piece)
            spool.unlink()
        self._file.write(_TRAILER.pack(_MAGIC, self._rows, begin, stamp))
        self._file.close()


class RowIndex:
    """An index, mapped into memory: pages are read as they are asked for.

    Args:
        path: of the index.
        rows: that it must hold.

    Attributes:
        stamp: of the parts that it was made with.

    Raises:
        ManifestError: it is damaged, or is not that of the manifest.
    """

    def __init__(self, path: Path, rows: int):
        self.path = path
        self._rows = rows
        with path.open("rb") as file:
            self._map = _mapped(file, path)
        trailer_at = len(self._map) - _TRAILER.size
        magic, found, self._begin, self.stamp = _TRAILER.unpack_from(self._map, trailer_at)
        end = self._begin + rows * (_PLACE.itemsize + _KEY_BYTES)
        if (magic, found, end) != (_MAGIC, rows, trailer_at):
            raise _damaged(path, f"it does not hold the {rows} rows of the parts")
        self._places = np.frombuffer(self._map, _PLACE, count=rows, offset=self._begin)
        keys_at = self._begin + self._places.nbytes
        self._keys = np.frombuffer(self._map, _KEY, count=rows, offset=keys_at)
        self._held: tuple[int, pa.RecordBatch | None] = (-1, None)

    def at(self, number: int) -> Row:
        """The row of a number from 0, in the manifest's order.

        Raises:
            ManifestError: the index is damaged.
        """
        try:
            block, place = self._places[number].tolist()
            return row_at(self._block(block), place)
        except (pa.ArrowException, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise _damaged(self.path, str(error)) from None
        except (OSError, MemoryError, struct.error) as error:
            raise _damaged(self.path, str(error)) from None

    def find(self, id_: str) -> Row | None:
        """The row of an utterance, or None.

        Raises:
            ManifestError: the index is damaged.
        """
        return next((row for row in map(self.at, self._numbers(id_)) if row.id == id_), None)

    def _numbers(self, id_: str) -> Iterator[int]:
        wanted = _hash(id_)
        place = int(self._keys.searchsorted(np.bytes_(wanted)))
        while place < self._rows:
            key = bytes(self._keys[place]).ljust(_KEY_BYTES, b"\0")
            number = _ROW.unpack_from(key, _HASH_BYTES)[0]
            if not key.startswith(wanted):
                return
            if number >= self._rows:
                raise _damaged(self.path, f"it names row {number} of {self._rows}")
            yield number
            place += 1

    def _block(self, offset: int) -> pa.RecordBatch:
        if self._held[0] != offset:
            packed, size = _SIZES.unpack_from(self._map, offset)
            begin = offset + _SIZES.size
            if begin + packed > self._begin or size > _LARGEST_BLOCK:
                raise ValueError(f"a block of {packed} bytes at {offset}")
            with memoryview(self._map) as whole, whole[begin : begin + packed] as piece:
                block = pa.ipc.read_record_batch(_CODEC.decompress(piece, size), SCHEMA)
            block.validate(full=True)
            self._held = (offset, block)
        return self._held[1]


def stamp_of(folder: Path, parts: Sequence[Part]) -> bytes:
    """Tells parts from others: 8 bytes of the hash of their names and sizes."""
    sizes = [f"{part.file} {(folder / part.file).stat().st_size}\n" for part in parts]
    return _hash("".join(sizes))


def _hash(id_: str) -> bytes:
    return blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()


def _mapped(file: BinaryIO, path: Path) -> mmap.mmap:
    try:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise _damaged(path, "it is empty") from None
    if len(whole) < _TRAILER.size:
        raise _damaged(path, "it is cut short")
    return whole


def _damaged(path: Path, problem: str) -> ManifestError:
    return ManifestError(
        f"not the index of this manifest, or damaged ({problem})",
        where=path,
        hint="Delete this file: all is read from the parts then, only slower; or align again",
    )
