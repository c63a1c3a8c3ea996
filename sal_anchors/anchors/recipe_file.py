"""Reading and writing recipe files, and saying what is wrong with it in the words of the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import ValidationError

from sal_anchors.anchors.mistake import explain
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_text import recipe_text
from sal_anchors.errors import RecipeError
from sal_anchors.overrides import Overrides
from sal_anchors.toml_file import read_toml

_MOST_TOLD = 8
_OVERRIDES = Overrides("recipe", "events[0].kernel.peak=3", RecipeError)
_HINT = "Every key is explained in docs/recipe.md"


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Write :func:`recipe_text` to a file that is not there yet, whole or not at all.

    Raises:
        RecipeError: the file is there; what was edited in it is not overwritten.
    """
    if path.exists():
        raise RecipeError(
            "is there already", where=path, hint="Name a new file, so that no edit is lost"
        )
    with NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as staged:
        staged.write(recipe_text(recipe))
    Path(staged.name).chmod(0o644)
    Path(staged.name).replace(path)


def load_recipe(path: Path, *, overrides: Iterable[str] = ()) -> Recipe:
    """The recipe of a TOML file.

    Args:
        path: the file.
        overrides: see :func:`recipe_of`.

    Raises:
        RecipeError: absent, no TOML, or with a key or value that cannot be; the message names
            the place in the file and the nearest valid key.
    """
    absent = "Write one with: sal-anchors init recipe.toml --task keyword -k 'hey computer'"
    values = read_toml(path, RecipeError, what="recipe", absent=absent, hint=_HINT)
    return recipe_of(values, overrides=overrides, where=path)


def choose_recipe(
    file: Path | None,
    default: Recipe,
    *,
    keywords: Sequence[str] = (),
    overrides: Iterable[str] = (),
) -> Recipe:
    """The recipe that the options of a command ask for.

    Args:
        file: a recipe file; None for the default.
        default: what stands in for it.
        keywords: phrases instead of those of the recipe; see :meth:`Recipe.with_keywords`.
        overrides: values instead of those of the recipe; see :func:`recipe_of`.

    Raises:
        RecipeError: see :func:`load_recipe`.
    """
    recipe = load_recipe(file) if file else default
    if keywords:
        recipe = recipe.with_keywords(tuple(keywords))
    return overridden(recipe, overrides)


def overridden(recipe: Recipe, overrides: Iterable[str]) -> Recipe:
    """The recipe with some values replaced; see :func:`recipe_of`."""
    if not (given := list(overrides)):
        return recipe
    return recipe_of(recipe.model_dump(mode="json", exclude_none=True), overrides=given)


def recipe_of(
    values: dict[str, Any], *, overrides: Iterable[str] = (), where: Path | None = None
) -> Recipe:
    """The recipe of a parsed file.

    Args:
        values: tables as nested dictionaries; not changed.
        overrides: ``PLACE=VALUE``, such as ``events[0].kernel.peak=3``: places as the messages
            name them, values as in TOML, quotes around words may be left out.
        where: the file, for messages.

    Raises:
        RecipeError: a key or value that cannot be, or an override that is none.
    """
    document = json.loads(json.dumps(values, default=str))
    for override in overrides:
        _OVERRIDES.apply(document, override)
    try:
        return Recipe.model_validate_json(json.dumps(document), strict=True, by_name=False)
    except ValidationError as error:
        mistakes = [explain(details) for details in error.errors(include_url=False)]
    told = mistakes[:_MOST_TOLD]
    if more := len(mistakes) - len(told):
        told.append(f"and {more} more")
    raise RecipeError("; ".join(told), where=where or "recipe", hint=_HINT) from None
