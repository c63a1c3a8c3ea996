"""The rows once more, one by one: a small compressed block is read for a row.

Parquet holds a column of a thousand rows in one piece, which is right for reading columns and
wrong for fetching rows. ``rows-*.index`` is a copy made from the parts when they are written, and
of no use without them::

    blocks    a few rows each: u32 compressed size, u32 size, u32 CRC-32 of the LZ4 data behind it:
              rows as :mod:`sal_anchors.manifest.packed` writes them
    places    a row each, in the manifest's order: u64 of its block, u32 begin and u32 end in it
    keys      a row each, sorted: 8 bytes BLAKE2b of the id, u64 number of the row (big-endian)
    trailer   magic, u64 rows, u64 where the places begin, 8 bytes of the parts (:func:`stamp_of`)

Numbers are little-endian but for the keys, whose order is that of their bytes.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
import pyarrow as pa

from sal_anchors.errors import ManifestError
from sal_anchors.manifest.header import Part
from sal_anchors.manifest.packed import pack_rows, unpack_row
from sal_anchors.manifest.row import Row

_MAGIC = b"SALROWS4"
_TRAILER = struct.Struct("<8sQQ8s")
_PLACE = np.dtype([("block", "<u8"), ("begin", "<u4"), ("end", "<u4")])
_BLOCK = struct.Struct("<III")
_ROW = struct.Struct(">Q")
_KEY = np.dtype("S16")
_KEY_BYTES, _HASH_BYTES = 16, 8
_BLOCK_BYTES = 1 << 16
_LARGEST_BLOCK = 1 << 30
_TAIL_BYTES = 1 << 12
_CODEC = pa.Codec("lz4_raw")


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
        block, size = list[bytes](), 0
        for row in pack_rows(batch):
            block.append(row)
            size += len(row)
            if size >= _BLOCK_BYTES:
                self._add_block(block)
                block, size = [], 0
        if block:
            self._add_block(block)
        keys = map(_hash, batch.column("id").to_pylist())
        self._keys.write(b"".join(key + _ROW.pack(n) for n, key in enumerate(keys, self._rows)))
        self._rows += len(batch)

    def _add_block(self, rows: Sequence[bytes]) -> None:
        bounds = np.cumsum([0, *map(len, rows)])
        places = np.empty(len(rows), _PLACE)
        places["block"], places["begin"], places["end"] = self._file.tell(), bounds[:-1], bounds[1:]
        self._places.write(places.tobytes())
        packed = _CODEC.compress(b"".join(rows), asbytes=True)
        self._file.write(_BLOCK.pack(len(packed), int(bounds[-1]), crc32(packed)) + packed)

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
    """An index: its tables are mapped into memory, its blocks are read as they are asked for.

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
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        whole = _mapped(self._file, path)
        trailer_at = len(whole) - _TRAILER.size
        magic, found, self._begin, self.stamp = _TRAILER.unpack_from(whole, trailer_at)
        end = self._begin + rows * (_PLACE.itemsize + _KEY_BYTES)
        if (magic, found, end) != (_MAGIC, rows, trailer_at):
            raise _damaged(path, f"it does not hold the {rows} rows of the parts")
        self._places = np.frombuffer(whole, _PLACE, count=rows, offset=self._begin)
        keys_at = self._begin + self._places.nbytes
        self._keys = np.frombuffer(whole, _KEY, count=rows, offset=keys_at)
        self._held: tuple[int, bytes] = (-1, b"")

    def at(self, number: int) -> Row:
        """The row of a number from 0, in the manifest's order.

        Raises:
            ManifestError: the index is damaged.
        """
        try:
            block, begin, end = self._places[number].tolist()
            return unpack_row(memoryview(self._block(block))[begin:end])
        except (msgspec.MsgspecError, pa.ArrowException, ArithmeticError, LookupError) as error:
            raise _damaged(self.path, str(error)) from None
        except (OSError, MemoryError, TypeError, ValueError, struct.error) as error:
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

    def _block(self, offset: int) -> bytes:
        held, block = self._held
        if held != offset:
            packed, size, checksum = _BLOCK.unpack(os.pread(self._file, _BLOCK.size, offset))
            if offset + _BLOCK.size + packed > self._begin or size > _LARGEST_BLOCK:
                raise ValueError(f"a block of {packed} bytes at {offset}")
            given = os.pread(self._file, packed, offset + _BLOCK.size)
            if crc32(given) != checksum:
                raise ValueError(f"the block at {offset} has another checksum")
            block = _CODEC.decompress(given, size, asbytes=True)
            self._held = (offset, block)
        return block


def stamp_of(folder: Path, parts: Sequence[Part]) -> bytes:
    """Tells parts from others: 8 bytes of the hash of their names, sizes and last bytes, which
    are those of Parquet's own index."""
    known = hashlib.blake2b(digest_size=_HASH_BYTES)
    for part in parts:
        with (folder / part.file).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            known.update(f"{part.file} {size}\n".encode() + file.read())
    return known.digest()


def _hash(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()


def _mapped(file: int, path: Path) -> mmap.mmap:
    try:
        whole = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
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
