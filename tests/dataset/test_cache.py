from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.dataset import FeatureCache
from sal_anchors.dataset.config import CacheConfig
from sal_anchors.errors import DataError

SHAPE = (2_500, 40)  # 400 kB


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def features(number: int) -> np.ndarray:
    return np.full(SHAPE, number, np.float32)


def on_disk(folder: Path, megabytes: int = 100) -> FeatureCache:
    return FeatureCache(CacheConfig(memory_mb=0, folder=folder, disk_mb=megabytes))


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.npy"))


def test_what_is_put_is_found_in_memory_until_it_is_full() -> None:
    cache = FeatureCache(CacheConfig(memory_mb=1))
    for number in range(4):
        cache.put(key(number), features(number))
    found = [cache.get(key(number), SHAPE) for number in range(4)]
    assert [None if one is None else one[0, 0] for one in found] == [0, 1, None, None]
    with pytest.raises(ValueError, match="read-only"):
        found[0][0, 0] = 3.0


def test_what_is_on_disk_is_found_by_the_next_run(tmp_path: Path) -> None:
    on_disk(tmp_path).put(key(1), features(1))
    found = on_disk(tmp_path).get(key(1), SHAPE)
    assert found is not None and np.array_equal(found, features(1))
    assert on_disk(tmp_path).get(key(2), SHAPE) is None


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"junk" * 100, pickle.dumps([1])])
def test_a_damaged_or_foreign_file_is_no_entry_and_is_replaced(
    content: bytes, tmp_path: Path
) -> None:
    cache = on_disk(tmp_path)
    cache.put(key(1), features(1))
    files(tmp_path)[0].write_bytes(content)
    assert cache.get(key(1), SHAPE) is None
    cache.put(key(1), features(1))
    assert np.array_equal(cache.get(key(1), SHAPE), features(1))


def test_pickled_objects_are_not_loaded(tmp_path: Path) -> None:
    cache = on_disk(tmp_path)
    cache.put(key(1), features(1))
    np.save(files(tmp_path)[0], np.array([print], dtype=object), allow_pickle=True)
    assert cache.get(key(1), SHAPE) is None


def test_features_of_another_shape_are_not_taken(tmp_path: Path) -> None:
    cache = on_disk(tmp_path)
    cache.put(key(1), features(1))
    assert cache.get(key(1), (2_499, 40)) is None


def test_the_disk_is_not_filled_beyond_its_limit(tmp_path: Path) -> None:
    cache = on_disk(tmp_path, 1)
    for number in range(5):
        cache.put(key(number), features(number))
    assert len(files(tmp_path)) == 2
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 10**6


def test_room_is_made_by_dropping_what_no_run_uses_any_more(tmp_path: Path) -> None:
    cache = on_disk(tmp_path, 1)
    for number in (1, 2):
        cache.put(key(number), features(number))
    for path in files(tmp_path):
        os.utime(path, (0, 0))
    later = on_disk(tmp_path, 1)
    assert later.get(key(2), SHAPE) is not None
    later.put(key(3), features(3))
    assert [later.get(key(n), SHAPE) is not None for n in (1, 2, 3)] == [False, True, True]


def test_a_write_that_fails_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = on_disk(tmp_path)

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match=r"No space left.*data.cache.folder"):
        cache.put(key(1), features(1))
    monkeypatch.undo()
    assert not files(tmp_path)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="feature cache"):
        on_disk(tmp_path / "file")


def put_twelve(folder: Path) -> None:
    cache = on_disk(folder, 3)
    for number in range(12):
        cache.put(key(number), features(number))


def test_two_processes_share_a_folder_and_its_limit(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=put_twelve, args=(tmp_path,)) for _ in range(2)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0]
    assert len(files(tmp_path)) == 7
    sizes = sum(path.stat().st_size for path in files(tmp_path))
    assert int((tmp_path / "bytes").read_text()) == sizes <= 3 * 10**6
    cache = on_disk(tmp_path)
    assert sum(cache.get(key(number), SHAPE) is not None for number in range(12)) == 7


def test_another_process_opens_the_folder_for_itself(tmp_path: Path) -> None:
    cache = on_disk(tmp_path)
    cache.put(key(1), features(1))
    again = pickle.loads(pickle.dumps(cache))  # noqa: S301
    assert np.array_equal(again.get(key(1), SHAPE), features(1))
