"""The options that choose a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_RECIPE = "Recipe"

RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", rich_help_panel=_RECIPE, help="TOML file; see sal-anchors init."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        rich_help_panel=_RECIPE,
        metavar="PLACE=VALUE",
        help="Instead of a value of the recipe: 'events[0].kernel.peak=3'; again for more.",
    ),
]
OtherKeywords = Annotated[
    list[str] | None,
    typer.Option(
        "-k",
        "--keyword",
        rich_help_panel=_RECIPE,
        help="Phrase instead of those of the recipe; again for more.",
    ),
]
