"""``sal-anchors doctor``: what is installed, what can run, and what to do about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from sal_anchors.doctor import Check, Examination


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    mfa_command: Annotated[
        str,
        typer.Option(
            help="How MFA is called, such as 'conda run -n aligner mfa'."
            "  [default: $SAL_ANCHORS_MFA, else mfa on PATH]",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Say what is installed, which engines can run, and what to do about those that cannot.

    Exit status: 0 if the default engine and the trainer can run, 1 if not.
    """
    import json

    from rich.console import Console

    from sal_anchors.align.mfa import split_command
    from sal_anchors.doctor import examine

    found = examine(split_command(mfa_command) if mfa_command else ())
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found, Console(highlight=False))
    raise typer.Exit(0 if found.ready else 1)


def _print(found: Examination, console: Console) -> None:
    from rich.markup import escape
    from rich.padding import Padding

    for title, checks in (
        ("Engines", found.engines),
        ("Libraries", found.libraries),
        ("Tools", found.tools),
    ):
        console.print(f"[bold]{title}[/]")
        for check in checks:
            console.print(_line(check), soft_wrap=True)
            if check.advice:
                console.print(Padding(escape(check.advice), (0, 0, 0, 4)))
    console.print("[bold]Audio formats[/]")
    console.print(Padding(", ".join(found.audio_formats) or "none", (0, 0, 0, 2)))
    console.print(f"[bold]Torch device[/]\n  {escape(found.device or 'none')}")
    verdict = "can run" if found.ready else "[red]cannot run[/]"
    console.print(f"\nThe default engine and the trainer {verdict}.")


def _line(check: Check) -> str:
    from rich.markup import escape

    state = "[green]ready    [/]" if check.ready else "[yellow]not ready[/]"
    return f"  {check.name:<20} {state}  {escape(check.version)}".rstrip()
