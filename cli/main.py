"""``sal-anchors``: parses, calls the library, renders, and sets the exit status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sal_anchors import __version__
from sal_anchors.errors import SalAnchorsError

from .align import align
from .check import check
from .compare import compare
from .convert import convert
from .diff import diff
from .doctor import doctor
from .evaluate import evaluate
from .init import init
from .inspect import inspect
from .lexicon import lexicon
from .merge import merge
from .render import render
from .review import review
from .train import train

app = typer.Typer(
    name="sal-anchors",
    help="Frame-exact anchors, labels and loss weights for streaming speech detectors.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    *(init, align, merge, render, lexicon, inspect, check, diff, convert),
    *(train, evaluate, compare, doctor),
):
    app.command()(command)
app.add_typer(review, name="review")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sal-anchors {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; what users got wrong is one message and exit status 2."""
    try:
        app()
    except SalAnchorsError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'input/output'}: {error.strerror or error}")


def _fail(message: str) -> None:
    typer.echo(f"sal-anchors: {message}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
