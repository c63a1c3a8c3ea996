"""Recipes as commented TOML, for people to edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tomli_w
from pydantic.fields import FieldInfo

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.rules import EventRule
from sal_anchors.anchors.table import Table

_COLUMN = 32
_HEAD = """\
# A recipe of sal-anchors: which events to find, and the labels and weights they give to frames.
# Every key, its unit, range and default: docs/recipe.md. A key left out has its default.
"""


def recipe_text(recipe: Recipe) -> str:
    """A recipe as a TOML file with a comment on each key; reading it gives the same recipe."""
    lines = [_HEAD, *_keys(recipe)]
    for name in ("grid", "weights", "confidence"):
        table: Table = getattr(recipe, name)
        lines += ["", f"[{name}]", *_keys(table)]
    for rule in recipe.events:
        lines += ["", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: EventRule) -> Iterator[str]:
    yield f"# {type(rule).__doc__}"
    yield "[[events]]"
    yield from _keys(rule)
    for name, missing in (
        ("labels", "No class: it leaves the labels of frames as they are."),
        ("kernel", "No [events.kernel]: it leaves the weights of frames as they are."),
    ):
        table = getattr(rule, name)
        if table is None:
            yield f"# {missing}"
        else:
            yield from (f"[events.{name}]", *_keys(table))


def _keys(table: Table) -> Iterator[str]:
    """The values of a table without the tables in it; what tells tables apart comes first."""
    fields = type(table).model_fields
    for name in sorted(fields, key=lambda name: _place_of(name, list(fields))):
        value = getattr(table, name)
        if isinstance(value, Table) or name in ("labels", "kernel", "events"):
            continue
        yield _line(fields[name].serialization_alias or name, value, fields[name])


def _place_of(name: str, names: list[str]) -> tuple[int, int]:
    first = ("kind", "policy", "match", "pattern", "until")
    if name in first:
        return 0, first.index(name)
    return (2, 0) if name == "class_name" else (1, names.index(name))


def _line(key: str, value: Any, field: FieldInfo) -> str:
    """``key = value   # comment``; commented out if there is no value."""
    example = field.examples[0] if field.examples else ""
    plain = list(value) if isinstance(value, tuple) else value
    text = tomli_w.dumps({key: example if plain is None else plain}, multiline_strings=False)
    line = " ".join(text.split("\n")).strip()
    if value is None:
        line = f"# {line}"
    return f"{line:<{_COLUMN}}  # {field.description}" if field.description else line
