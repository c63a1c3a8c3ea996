"""What is in several rows: ids, speakers, recordings. 41 bytes a row are kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.corpus.split import SPLITS
from sal_anchors.manifest import Row

_NOTHING = 0
_KEYS = ("id", "speaker", "recording", "file")


class RowKeys:
    """8-byte hashes of what rows may share, with the rows' numbers and splits."""

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._splits = array("B")
        self._keys = {name: array("Q") for name in _KEYS}

    def add(self, number: int, row: Row) -> None:
        """Note a row; only usable rows share more than their id."""
        self._numbers.append(number)
        self._splits.append(SPLITS.index(row.split) if row.split in SPLITS else len(SPLITS))
        speaker = row.speaker if row.usable else None
        file = row.content_hash if row.usable else ""
        stretch = f"{file} {row.start!r} {row.num_samples} {row.channel}" if file else ""
        for name, text in zip(_KEYS, (row.id, speaker, stretch, file), strict=True):
            self._keys[name].append(_hash(text) if text else _NOTHING)

    def repeated_ids(self) -> Iterator[tuple[int, int]]:
        """Numbers of two rows with one id: the first with it, and each further one."""
        for rows in self._groups("id"):
            numbers = self._numbers_of(rows)
            yield from ((numbers[0], other) for other in numbers[1:])

    def shared_speakers(self) -> Iterator[tuple[int, ...]]:
        """Numbers of a row a split, for each speaker in several splits."""
        return map(self._first_of_each_split, self._across_splits("speaker"))

    def shared_recordings(self) -> Iterator[tuple[int, ...]]:
        """Likewise for each stretch of audio with the same content."""
        return map(self._first_of_each_split, self._across_splits("recording"))

    def shared_files(self) -> Iterator[tuple[int, ...]]:
        """Likewise for each file with stretches in several splits, but for those of
        :meth:`shared_recordings`."""
        files = np.frombuffer(self._keys["file"], np.uint64)
        told = {int(files[rows[0]]) for rows in self._across_splits("recording")}
        for rows in self._across_splits("file"):
            if int(files[rows[0]]) not in told:
                yield self._first_of_each_split(rows)

    def _across_splits(self, name: str) -> Iterator[NDArray[np.int64]]:
        splits = np.frombuffer(self._splits, np.uint8)
        for rows in self._groups(name):
            found = splits[rows]
            if found.min() != found.max():
                yield rows

    def _groups(self, name: str) -> Iterator[NDArray[np.int64]]:
        """Positions of rows, ascending, that have a key in common with another row."""
        if not self._numbers:
            return
        keys = np.frombuffer(self._keys[name], np.uint64)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        firsts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        ends = np.append(firsts[1:], len(ordered))
        several = (ends - firsts > 1) & (ordered[firsts] != _NOTHING)
        for first, end in zip(firsts[several].tolist(), ends[several].tolist(), strict=True):
            yield order[first:end]

    def _first_of_each_split(self, rows: NDArray[np.int64]) -> tuple[int, ...]:
        splits = np.frombuffer(self._splits, np.uint8)[rows]
        _, firsts = np.unique(splits, return_index=True)
        return tuple(self._numbers_of(rows[firsts]))

    def _numbers_of(self, rows: Sequence[int] | NDArray[np.int64]) -> list[Any]:
        return [self._numbers[row] for row in rows]


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1
