"""``sal-anchors doctor``: what is installed, what can run, and what to do about the rest."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Say what is installed, which engines can run, and what to do about those that cannot.

    Exit status: 0 if the default engine and the trainer can run, 1 if not.
    """
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.doctor import examine

    checks = examine()
    table = Table("part", "state", "version", "what to do", title="sal-anchors doctor")
    for check in checks:
        state = "[green]ready[/]" if check.ready else "[yellow]not ready[/]"
        table.add_row(check.name, state, check.version, check.advice)
    Console(highlight=False).print(table)
    raise typer.Exit(0 if all(check.ready for check in checks if check.required) else 1)
