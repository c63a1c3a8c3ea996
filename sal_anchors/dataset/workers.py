"""Batches prepared by other processes while the one before is trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch.utils.data import DataLoader, Dataset

from sal_anchors.dataset.batch import Prepared
from sal_anchors.dataset.cropping import Plan
from sal_anchors.dataset.preparing import Preparer
from sal_anchors.errors import DataError, SalAnchorsError

Part = tuple[bool, list[Plan]]
"""Whether the examples count, and their plans."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error as plain text, since exceptions lose their fields between processes."""

    problem: str
    where: str | None
    hint: str | None


class Workers:
    """Prepares examples in ``count`` processes, or in this one if it is 0; in order.

    Processes are started at the first use and end with this object.

    Args:
        preparer: what they do.
        count: how many.
    """

    def __init__(self, preparer: Preparer, count: int):
        self._preparer = preparer
        self._parts = _Parts()
        self._loader: DataLoader[Any] | None = None
        if count:
            self._loader = DataLoader(
                _Task(preparer),
                batch_size=None,
                sampler=self._parts,
                num_workers=count,
                multiprocessing_context="spawn",
                persistent_workers=True,
            )

    def prepared(self, parts: Iterable[Part], epoch: int) -> Iterator[tuple[bool, list[Prepared]]]:
        """What each part's plans become.

        Raises:
            DataError: a recording is absent or damaged.
        """
        if self._loader is None:
            for real, plans in parts:
                yield real, [self._preparer(plan, epoch) for plan in plans]
            return
        self._parts.start(parts, epoch)
        for found in self._loader:
            if isinstance(found, _Fault):
                raise DataError(found.problem, where=found.where, hint=found.hint)
            yield found


class _Parts:
    """The sampler: what to prepare next, which another epoch replaces."""

    def __init__(self) -> None:
        self._parts: Iterable[Part] = ()
        self._epoch = 0

    def start(self, parts: Iterable[Part], epoch: int) -> None:
        self._parts, self._epoch = parts, epoch

    def __iter__(self) -> Iterator[tuple[bool, list[Plan], int]]:
        return ((real, plans, self._epoch) for real, plans in self._parts)


class _Task(Dataset[Any]):
    """A part's index is the part itself."""

    def __init__(self, preparer: Preparer):
        self._preparer = preparer

    def __getitem__(
        self, part: tuple[bool, list[Plan], int]
    ) -> tuple[bool, list[Prepared]] | _Fault:
        real, plans, epoch = part
        try:
            return real, [self._preparer(plan, epoch) for plan in plans]
        except SalAnchorsError as error:
            where = None if error.where is None else str(error.where)
            return _Fault(error.problem, where, error.hint)
