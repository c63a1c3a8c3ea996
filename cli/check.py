"""``sal-anchors check``: what is wrong with a manifest, where, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from sal_anchors.check import Code, Problem, Report, Severity


def check(
    manifest: Annotated[Path, typer.Argument(help="Manifest folder.")],
    audio: Annotated[
        bool, typer.Option("--audio/--no-audio", help="Read audio files: hashes and lengths.")
    ] = True,
    audio_root: Annotated[
        Path | None, typer.Option(help="Where the audio is, if it moved.")
    ] = None,
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Only this code; again for more.")
    ] = None,
    severity: Annotated[
        str, typer.Option(help="Only of this severity or worse: note, warning, error.")
    ] = "note",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    examples: Annotated[
        int, typer.Option(min=0, help="How many of each code are shown; --json tells all.")
    ] = 3,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Threads for audio.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a manifest: audio, times, labels, weights, splits, classes, alignments.

    Every code is explained in docs/check.md. Of what --code and --severity leave:

    Exit status: 0 no errors, and with --strict no warnings; 1 some; 2 wrong usage or no manifest.
    """
    from rich.console import Console

    from sal_anchors.check import Report, check_manifest
    from sal_anchors.check.report import selection
    from sal_anchors.manifest import Manifest

    from .progress import row_progress

    wanted = selection(codes=tuple(map(_code, code or ())), severity=_severity(severity))
    opened = Manifest.open(manifest, audio_root=audio_root)
    report = Report(examples)
    with row_progress("checking", len(opened)) as progress:
        found = check_manifest(opened, audio=audio, jobs=jobs, on_row=progress.on_row)
        problems = _counted(filter(wanted, found), report)
        if as_json:
            _print_json(problems, report, opened.path, len(opened))
        else:
            for _ in problems:
                pass
    if not as_json:
        _print(Console(highlight=False), report, len(opened))
    raise typer.Exit(0 if report.passed(strict=strict) else 1)


def _counted(problems: Iterable[Problem], report: Report) -> Iterator[Problem]:
    for problem in problems:
        report.add(problem)
        yield problem


def _print_json(problems: Iterable[Problem], report: Report, path: Path, rows: int) -> None:
    """One JSON object with a problem a line, printed as they are found."""
    import json

    from sal_anchors.check.report import FORMAT, SCHEMA_VERSION

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    head = {"format": FORMAT, "schema_version": SCHEMA_VERSION, "manifest": str(path), "rows": rows}
    typer.echo(line(head)[:-1] + ', "findings": [', nl=False)
    comma = "\n"
    for problem in problems:
        typer.echo(comma + line(problem.to_dict()), nl=False)
        comma = ",\n"
    typer.echo("\n], " + line(report.to_dict())[1:])


def _print(console: Console, report: Report, rows: int) -> None:
    from rich.table import Table

    table = Table("severity", "code", "found", title="Findings", title_justify="left")
    for code in report.codes:
        style = _STYLES[code.severity.value]
        table.add_row(f"[{style}]{code.severity}[/]", code.value, str(report.counts[code]))
    if report.codes:
        console.print(table)
    for code in report.codes:
        _print_examples(console, report, code)
    told = (f"{n} {severity}{'s' * (n != 1)}" for severity, n in report.severities().items())
    console.print(f"\n{rows} rows: {', '.join(told)}")


def _print_examples(console: Console, report: Report, code: Code) -> None:
    from rich.markup import escape

    examples = report.examples[code]
    console.print(f"\n[bold]{code.value}[/]: {escape(code.meaning)}", soft_wrap=True)
    for problem in examples:
        place = f"[bold]{escape(problem.place)}[/]: " if problem.place else ""
        console.print(f"  {place}{escape(problem.message)}", soft_wrap=True)
    if more := report.counts[code] - len(examples):
        console.print(f"  {more} {'more' if examples else 'found'}")
    for fix in dict.fromkeys([problem.fix for problem in examples] or [code.fix]):
        console.print(f"  -> {escape(fix)}", soft_wrap=True)


_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def _code(name: str) -> Code:
    from difflib import get_close_matches

    from sal_anchors.check import Code

    if found := next((code for code in Code if code == name), None):
        return found
    near = get_close_matches(name, [*Code], n=1)
    hint = f"the nearest is {near[0]}" if near else "they are listed in docs/check.md"
    raise typer.BadParameter(f"there is no code {name!r}; {hint}")


def _severity(name: str) -> Severity:
    from sal_anchors.check import Severity

    try:
        return Severity(name)
    except ValueError:
        known = ", ".join(Severity)
        raise typer.BadParameter(f"there is no severity {name!r}; there are {known}") from None
