"""What a comparison does, while it does it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from sal_anchors.experiment.pool import News
    from sal_anchors.experiment.run import Outline

_SHOWN = 5


class Progress:
    """A bar a run that is going on; a line for each that is done."""

    def __init__(self, console: Console):
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._console = console
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._left = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def begin(self, outline: Outline) -> None:
        """Say what there is, what is left, and what a changed plan makes begin anew."""
        from sal_anchors.experiment.record import Stage

        finished, begun = len(outline.at(Stage.FINISHED)), len(outline.at(Stage.BEGUN))
        self._left = len(outline.jobs) - finished
        self._say(
            f"{len(outline.jobs)} runs: {finished} finished, {begun} to go on with, "
            f"{self._left - begun} to begin"
        )
        for job, changes in outline.changes[:_SHOWN]:
            self._say(f"{job.name} begins anew: {'; '.join(changes[:3])}")
        if (more := len(outline.changes) - _SHOWN) > 0:
            self._say(f"and {more} more begin anew")
        if outline.others:
            self._say(
                f"not in the plan and left alone: {', '.join(outline.others[:_SHOWN])}"
                + (", ..." if len(outline.others) > _SHOWN else "")
            )

    def update(self, news: News) -> None:
        """Show how far a run is."""
        name = news.job.name
        if news.epochs:
            task = self._tasks.get(name)
            if task is None:
                task = self._tasks[name] = self._bars.add_task(name, total=news.epochs)
            self._bars.update(task, completed=news.epoch, total=news.epochs)
            return
        self._left -= 1
        self._bars.remove_task(self._tasks.pop(name))
        told = f"failed: {news.failure}" if news.failure else "done"
        self._say(f"{name}: {told} ({self._left} left)")

    def _say(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)
