"""A progress bar on stderr for work that goes row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sal_anchors.manifest.row import Row


@contextmanager
def row_progress(title: str, total: int) -> Iterator[Callable[[Row], None]]:
    """Gives the function to call with each finished row."""
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
    )
    failed = 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total, failed=0)

        def on_row(row: Row) -> None:
            nonlocal failed
            failed += row.status == "failed"
            progress.update(task, advance=1, failed=failed)

        yield on_row
