"""Readings of a sensor from its file, on the time line of the audio."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Reason
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.streams import Stream, StreamError, hashed_stream, read_stream

REF = StreamRef("wrist", "a.wrist.npy", 99.9, 2)


def test_the_readings_are_those_of_the_file_at_the_rate_as_written(tmp_path: Path) -> None:
    readings = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.save(tmp_path / REF.path, readings)
    found = read_stream(tmp_path / REF.path, REF)
    np.testing.assert_array_equal(found.readings, readings)
    assert found.readings.dtype == np.float32
    assert (found.name, found.rate, found.start) == ("wrist", Fraction(999, 10), 0)


def test_no_readings_are_readings_too(tmp_path: Path) -> None:
    np.save(tmp_path / REF.path, np.zeros((0, 2), np.float32))
    assert read_stream(tmp_path / REF.path, REF).readings.shape == (0, 2)


def test_the_hash_is_that_of_the_file_and_changes_with_it(tmp_path: Path) -> None:
    hashes = set()
    for value in (0.0, 1.0):
        np.save(tmp_path / f"{value}.npy", np.full((3, 2), value))
        hashes.add(hashed_stream(tmp_path / f"{value}.npy", REF).content_hash)
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.zeros((3, 5)), r"shape \(3, 5\), numbers of shape \(n, 2\) are expected"),
        (np.zeros(3), r"shape \(3,\)"),
        (np.zeros((3, 2), complex), "complex128"),
        (np.array([[0.0, 1.0], [np.nan, 2.0]]), r"reading 1 is \[nan, 2.0\]"),
        (np.array([[0.0, np.inf]]), r"reading 0 is \[0.0, inf\]"),
        (np.array([[None, {}]]), "not a .npy file"),
    ],
)
def test_anything_else_is_an_error_that_names_file_and_stream(
    tmp_path: Path, values: np.ndarray, problem: str
) -> None:
    path = tmp_path / REF.path
    np.save(path, values, allow_pickle=True)
    with pytest.raises(StreamError, match=problem) as caught:
        read_stream(path, REF)
    assert caught.value.reason is Reason.BAD_STREAM
    assert caught.value.where == path
    assert "'wrist'" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"1,2\n3,4\n", b"PK\x03\x04"])
def test_a_file_of_another_kind_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / REF.path
    path.write_bytes(content)
    with pytest.raises(StreamError, match=r"not a \.npy file"):
        read_stream(path, REF)


def test_a_file_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / REF.path
    np.save(path, np.zeros((100, 2)))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(StreamError, match=r"not a \.npy file"):
        read_stream(path, REF)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="no such file, stream 'wrist' is expected") as caught:
        read_stream(tmp_path / REF.path, REF)
    assert caught.value.reason is Reason.MISSING_STREAM


fractions = st.fractions(-5, 5, max_denominator=1_000)
positive = st.fractions(Fraction(1, 10), 200, max_denominator=1_000)


@given(positive, fractions, st.fractions(0, 5, max_denominator=1_000), st.integers(0, 60))
def test_within_a_stretch_are_the_readings_taken_in_it(rate, start, seconds, count) -> None:
    readings = np.arange(count, dtype=np.float32)[:, None]
    found = Stream("wrist", rate, readings, start).within(seconds)
    taken = [k for k in range(count) if 0 <= start + k / rate < seconds]
    assert found.readings[:, 0].tolist() == taken
    if taken:
        assert found.start == start + taken[0] / rate


@given(positive, fractions, fractions, st.fractions(Fraction(1, 10), 10, max_denominator=100))
def test_each_reading_moves_and_stretches_exactly(rate, start, by, factor) -> None:
    stream = Stream("wrist", rate, np.zeros((9, 1), np.float32), start)
    found = stream.moved(by).stretched(factor)
    for k in range(9):
        assert found.start + k / found.rate == (start + by + k / rate) * factor
