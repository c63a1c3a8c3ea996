"""A comparison as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from sal_anchors.experiment.comparison import Comparison


def render(console: Console, comparison: Comparison, folder: Path) -> None:
    """Print what was found, and where the rest is."""
    from sal_anchors.experiment.tables import (
        DIFFERENCE_HEAD,
        FIGURE_HEAD,
        difference_rows,
        facts,
        figure_rows,
    )

    console.print(facts(comparison), markup=False, soft_wrap=True)
    for model in comparison.models:
        size = comparison.of_model(model)[0].parameters
        console.print()
        title = f"{model}, {size:,} parameters: mean ± sd over seeds"
        console.print(_table(title, FIGURE_HEAD, figure_rows(comparison, model)))
        rows = list(difference_rows(comparison, model))
        if rows:
            console.print()
            title = f"{model}: arm less reference, 95 % intervals"
            console.print(_table(title, DIFFERENCE_HEAD, rows))
    console.print()
    for said in comparison.statements:
        console.print(f"- {said}", markup=False, soft_wrap=True)
    for one in comparison.failed:
        console.print(
            f"failed: {one.name}: {one.problem}", markup=False, style="red", soft_wrap=True
        )
    console.print(f"written: {folder}", markup=False, soft_wrap=True)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(*map(escape, head), box=None, title=escape(title), title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    last = None
    for row in rows:
        if last is not None and row[0] != last:
            table.add_section()
        shown = ("" if row[0] == last else row[0], *row[1:])
        last = row[0]
        table.add_row(*map(escape, shown))
    return table
