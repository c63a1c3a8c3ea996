"""Features kept under a hash of what they were made of, in memory and on disk."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from sal_anchors.atomic import replacing
from sal_anchors.dataset.config import CacheConfig
from sal_anchors.errors import DataError

Features = NDArray[np.float32]

_MEGABYTE = 10**6
_LEDGER = "bytes"
_LOCK = ".lock"
_ABANDONED_SECONDS = 3_600.0


class FeatureCache:
    """Matrices float32 (T, F) by key, a hex digest of what they are.

    What is full takes no more, so that an epoch that is larger than the cache still finds a part
    of itself there. On disk, a full cache first drops what no run has used since this one began.
    Files are written whole or not at all, and several processes may share a folder.

    Args:
        config: how much to keep, and where.

    Raises:
        DataError: the folder cannot be made.
    """

    def __init__(self, config: CacheConfig):
        self._config = config
        self._memory: dict[str, Features] = {}
        self._memory_left = config.memory_mb * _MEGABYTE
        self._disk = (
            None if config.folder is None else _Disk(config.folder, config.disk_mb * _MEGABYTE)
        )

    def __getstate__(self) -> CacheConfig:
        """Another process opens the folder for itself, and has a memory of its own."""
        return self._config

    def __setstate__(self, config: CacheConfig) -> None:
        self.__init__(config)  # type: ignore[misc]

    def get(self, key: str, shape: tuple[int, int]) -> Features | None:
        """What is kept under a key, read-only, or None; a damaged file is no entry."""
        found = self._memory.get(key)
        if found is None and self._disk is not None:
            found = self._disk.get(key, shape)
            if found is not None:
                self._remember(key, found)
        return found

    def put(self, key: str, features: Features) -> None:
        """Keep features, as far as there is room.

        Raises:
            DataError: the disk cannot be written.
        """
        self._remember(key, features)
        if self._disk is not None:
            self._disk.put(key, features)

    def _remember(self, key: str, features: Features) -> None:
        if key not in self._memory and features.nbytes <= self._memory_left:
            features.setflags(write=False)
            self._memory[key] = features
            self._memory_left -= features.nbytes


class _Disk:
    """One ``.npy`` file an entry, and a ledger of their bytes that is changed under a lock."""

    def __init__(self, folder: Path, limit: int):
        self._folder = folder
        self._limit = limit
        self._began = time.time()
        self._full = False
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / _LOCK)
            with self._lock:
                self._sweep(self._began - _ABANDONED_SECONDS)
                self._write_ledger(sum(path.stat().st_size for path in self._entries()))

    def get(self, key: str, shape: tuple[int, int]) -> Features | None:
        path = self._path(key)
        try:
            found = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if not isinstance(found, np.ndarray) or (found.shape, found.dtype) != (shape, np.float32):
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: str, features: Features) -> None:
        if self._full:
            return
        content = _content(features)
        with _told(self._folder), self._lock:
            path = self._path(key)
            before = path.stat().st_size if path.exists() else 0
            total = self._read_ledger() - before + len(content)
            if total > self._limit:
                total -= self._drop_unused()
            self._full = total > self._limit
            if not self._full:
                _write(path, content)
            self._write_ledger(total if not self._full else total + before - len(content))

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key[2:]}.npy"

    def _entries(self) -> list[Path]:
        return list(self._folder.glob("[0-9a-f][0-9a-f]/*.npy"))

    def _drop_unused(self) -> int:
        """Remove what no run has used since this one began; the bytes that were in it."""
        dropped = 0
        for path in self._entries():
            with suppress(FileNotFoundError):
                state = path.stat()
                if state.st_mtime < self._began:
                    path.unlink()
                    dropped += state.st_size
        return dropped

    def _sweep(self, before: float) -> None:
        """Remove what killed processes left half written."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/.*.tmp"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _read_ledger(self) -> int:
        try:
            return int((self._folder / _LEDGER).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return sum(path.stat().st_size for path in self._entries())

    def _write_ledger(self, total: int) -> None:
        _write(self._folder / _LEDGER, str(total).encode())


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tells an OSError inside as a DataError about the folder."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"the feature cache cannot be written ({error.strerror or error})",
            where=folder,
            hint="Make room, or name another data.cache.folder",
        ) from None


def _content(features: Features) -> bytes:
    file = io.BytesIO()
    np.save(file, features, allow_pickle=False)
    return file.getvalue()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as partial:
        partial.write_bytes(content)
