"""All rows together: what repeats, what splits share, which classes have too little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.accounting import Tally
from sal_anchors.anchors.anchor import BACKGROUND
from sal_anchors.check.code import Code
from sal_anchors.check.parts import scan_readable
from sal_anchors.check.problem import Problem
from sal_anchors.check.repeats import RowKeys
from sal_anchors.corpus.split import SPLITS
from sal_anchors.manifest import Manifest, Row

_TRAIN = "train"
_IMBALANCE = 10
_RARE = 1e-3
_NAMED_AT_ONCE = 10_000

Numbers = tuple[int, ...]
Named = dict[int, tuple[Any, ...]]


class Corpus:
    """What is kept of all rows; memory grows by 41 bytes a row.

    Args:
        classes: of the recipe.

    Attributes:
        tally: the counts of the rows; they are whole only if ``countable``.
        countable: False once a row has been left out of the tally.
    """

    def __init__(self, classes: tuple[str, ...]):
        self.tally = Tally()
        self.countable = True
        self._classes = classes
        self._keys = RowKeys()
        self._anchors: Counter[tuple[str, int]] = Counter()
        self._frames: NDArray[np.int64] = np.zeros(len(classes), dtype=np.int64)

    def add(self, number: int, row: Row) -> None:
        """Note a row."""
        if row.split not in SPLITS:
            self.countable = False
            return
        self.tally.add(row)
        self._keys.add(number, row)
        if not row.usable:
            return
        self._anchors.update((row.split, anchor.class_index) for anchor in row.anchors)
        if row.split == _TRAIN:
            inside = (row.labels >= 0) & (row.labels < len(self._classes))
            labels = row.labels[inside].astype(np.int64)
            self._frames += np.bincount(labels, minlength=len(self._classes))

    def problems(self, manifest: Manifest) -> Iterator[Problem]:
        """What is told by all rows; those it is about are named by reading their ids again."""
        yield from _told(manifest, self._keys.repeated_ids(), _duplicate)
        yield from _told(manifest, self._keys.shared_speakers(), _speaker)
        yield from _told(manifest, self._keys.shared_recordings(), _recording)
        yield from _told(manifest, self._keys.shared_files(), _file)
        yield from self._examples()
        yield from self._balance()

    def _examples(self) -> Iterator[Problem]:
        for split in SPLITS:
            usable = self.tally.splits[split].usable if split in self.tally.splits else 0
            if not usable:
                yield Problem(Code.EMPTY_SPLIT, f"{split} has no usable utterance")
                continue
            for index, name in enumerate(self._classes):
                if index != BACKGROUND and not self._anchors[split, index]:
                    told = f"class {name!r} has no anchor in {split} ({usable} usable utterances)"
                    yield Problem(Code.NO_EXAMPLES, told)

    def _balance(self) -> Iterator[Problem]:
        counts = {
            name: self._anchors[_TRAIN, index]
            for index, name in enumerate(self._classes)
            if index != BACKGROUND
        }
        commonest = max(counts, key=lambda name: counts[name], default="")
        frames = int(self._frames.sum())
        for index, (name, count) in enumerate(counts.items(), start=1):
            if 0 < count * _IMBALANCE < counts[commonest]:
                told = (
                    f"class {name!r} has {count} anchors in {_TRAIN}, "
                    f"{commonest!r} has {counts[commonest]}"
                )
                yield Problem(Code.CLASS_IMBALANCE, told)
            if count and self._frames[index] < _RARE * frames:
                told = f"class {name!r} labels {self._frames[index]} of {frames} frames in {_TRAIN}"
                yield Problem(Code.RARE_CLASS, told)


def _told(
    manifest: Manifest, groups: Iterable[Numbers], tell: Callable[[list[tuple[Any, ...]]], Problem]
) -> Iterator[Problem]:
    """A problem for each group of row numbers, told by what these rows hold."""
    remaining = iter(groups)
    while some := list(islice(remaining, _NAMED_AT_ONCE)):
        rows = _named(manifest, {number for numbers in some for number in numbers})
        for numbers in some:
            yield tell([rows[number] for number in numbers if number in rows])


def _named(manifest: Manifest, numbers: set[int]) -> Named:
    columns = ("id", "split", "speaker", "audio")
    return {
        number: values for number, values in scan_readable(manifest, *columns) if number in numbers
    }


def _duplicate(rows: list[tuple[Any, ...]]) -> Problem:
    (id_, _, _, first), (_, _, _, other) = rows[0], rows[-1]
    return Problem(Code.DUPLICATE_ID, f"also the id of {first}", id=id_, file=other)


def _speaker(rows: list[tuple[Any, ...]]) -> Problem:
    told = f"speaker {rows[0][2]!r} is in {_and(rows)}"
    return Problem(Code.SHARED_SPEAKER, told, id=rows[-1][0], file=rows[-1][3])


def _recording(rows: list[tuple[Any, ...]]) -> Problem:
    told = f"the same recording is in {_and(rows)}"
    return Problem(Code.SHARED_RECORDING, told, id=rows[-1][0], file=rows[-1][3])


def _file(rows: list[tuple[Any, ...]]) -> Problem:
    told = f"stretches of one file are in {_and(rows)}"
    return Problem(Code.SHARED_FILE, told, id=rows[-1][0], file=rows[-1][3])


def _and(rows: list[tuple[Any, ...]]) -> str:
    return " and in ".join(f"{split} ({id_})" for id_, split, _, _ in rows)
