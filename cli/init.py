"""``sal-anchors init``: a recipe file to edit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from . import align_options as given


class TaskName(StrEnum):
    """What the detector is for."""

    KEYWORD = "keyword"
    ONSET = "onset"
    TRIGGER = "trigger"


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("recipe.toml"),
    task: Annotated[
        TaskName | None,
        typer.Option(
            help="keyword: a class each; onset: speech; trigger: one class for all keywords, their "
            "beginnings alone as hard negatives.  (default: keyword with -k, else onset)",
            show_default=False,
        ),
    ] = None,
    keyword: given.Keywords = None,
) -> None:
    """Write a commented recipe: what to find, how to label and weight it, on which grid.

    Exit status: 0 written; 2 wrong usage, or the file is there already.
    """
    from sal_anchors.anchors.recipe import task_recipe
    from sal_anchors.anchors.recipe_file import write_recipe

    chosen = task or (TaskName.KEYWORD if keyword else TaskName.ONSET)
    write_recipe(path, task_recipe(chosen.value, tuple(keyword or ())))
    typer.echo(f"{path}: a recipe for the task {chosen}. Edit it, then:")
    typer.echo(f"  sal-anchors align CORPUS --recipe {path}")
