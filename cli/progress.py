"""A progress bar on stderr for work that goes row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from sal_anchors.manifest.row import Row


class RowProgress:
    """A bar that advances row by row, and tells what an external engine is at."""

    def __init__(self, bar: Progress, task: TaskID):
        self._bar = bar
        self._task = task
        self.done = 0
        self._failed = 0

    def on_row(self, row: Row) -> None:
        """Count a finished row."""
        self.on_rows([row.status])

    def on_rows(self, statuses: Sequence[str]) -> None:
        """Count finished rows by their status."""
        self.done += len(statuses)
        self._failed += statuses.count("failed")
        self._bar.update(self._task, completed=self.done, failed=self._failed, stage="")

    def on_stage(self, stage: str) -> None:
        """Show what an engine says that it is doing."""
        self._bar.update(self._task, stage=stage[:_STAGE_WIDTH])


_STAGE_WIDTH = 60


@contextmanager
def row_progress(title: str, total: int | None) -> Iterator[RowProgress]:
    """A bar for ``total`` rows, or for rows of unknown number, gone when the context is left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[stage]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield RowProgress(bar, bar.add_task(title, total=total, failed=0, stage=""))
