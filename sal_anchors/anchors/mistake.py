"""What is wrong in a recipe, in the words of its file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic_core import ErrorDetails

from sal_anchors.anchors.label import LABEL_TABLES
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.rules import RULE_TABLES
from sal_anchors.anchors.table import Table
from sal_anchors.events.event import EventKind

_Place = Sequence[int | str]
_TAGGED: dict[str, type[Table]] = {**LABEL_TABLES, **RULE_TABLES}
_EXPECTED = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "string": "text in quotes",
    "tuple": "a list in square brackets",
    "list": "a list in square brackets",
    "model": "a table",
    "dict": "a table",
    "finite": "a finite number",
}
_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
}


def explain(details: ErrorDetails) -> str:
    """A mistake as ``events[1].kernel.lft_ms: unknown key, the nearest is left_ms``.

    Args:
        details: what pydantic says of it.
    """
    place = details["loc"]
    problem = _problem(details)
    return f"{name_of(place)}: {problem}" if _visible(place) else problem


def name_of(place: _Place) -> str:
    """A place as in ``events[1].kernel.left_ms``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in _visible(place))
    return "".join(steps).removeprefix(".")


def keys_of(table: type[Table]) -> tuple[str, ...]:
    """The keys of a table, as the file has them."""
    return tuple(field.serialization_alias or name for name, field in table.model_fields.items())


def _visible(place: _Place) -> list[int | str]:
    return [step for step in place if isinstance(step, int) or not step.startswith(":")]


def _problem(details: ErrorDetails) -> str:
    kind, given, place = details["type"], details["input"], details["loc"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind == "missing":
        return "missing"
    if kind == "rule":
        return _unknown_rule(given)
    if kind in ("enum", "literal_error"):
        return _one_of(given, context["expected"])
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        return f"{_shown(given)} is out of range, {words} {context[key]:g} is expected"
    if kind == "string_too_short":
        return "is empty"
    if kind == "value_error":
        return str(context["error"])
    expected = _EXPECTED.get(kind.split("_")[0])
    if expected is None:
        return details["msg"][:1].lower() + details["msg"][1:]
    return f"{expected} is expected, not {_shown(given)}"


def _unknown_key(place: _Place) -> str:
    table = _table_at(place[:-1])
    key, known = str(place[-1]), keys_of(table)
    nearest = difflib.get_close_matches(key, known, n=1)
    if nearest:
        return f"unknown key, the nearest is {nearest[0]}"
    if elsewhere := [name for name, keys in _homes() if key in keys]:
        return f"unknown key here; it belongs to {elsewhere[0]}"
    return f"unknown key; there are {', '.join(known)}"


def _unknown_rule(given: Any) -> str:
    if not isinstance(given, dict):
        return f"a table is expected, not {_shown(given)}"
    if "kind" not in given:
        return "kind is missing"
    if given["kind"] not in list(EventKind):
        return f"kind: {_one_of(given['kind'], ', '.join(EventKind))}"
    return f"match: {_one_of(given.get('match'), 'phrase, regex, phones')}"


def _one_of(given: Any, expected: str) -> str:
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    nearest = difflib.get_close_matches(str(given), choices, n=1)
    if nearest:
        return f"unknown {_shown(given)}, the nearest is {nearest[0]}"
    return f"unknown {_shown(given)}; there are {', '.join(choices)}"


def _shown(given: Any) -> str:
    if isinstance(given, dict):
        return "a table"
    if isinstance(given, list):
        return "a list"
    if isinstance(given, bool):
        return str(given).lower()
    return repr(given)


def _table_at(place: _Place) -> type[Table]:
    table: type[Table] = Recipe
    for step in place:
        if isinstance(step, str):
            table = _TAGGED.get(step) or _inner_table(table, step) or table
    return table


def _inner_table(table: type[Table], key: str) -> type[Table] | None:
    field = table.model_fields.get(key)
    if field is None:
        return None
    found = (field.annotation, *get_args(field.annotation))
    return next((t for t in found if isinstance(t, type) and issubclass(t, Table)), None)


def _homes() -> list[tuple[str, tuple[str, ...]]]:
    """Keys by the table that they belong to, for those put in the wrong one."""
    inner = ("grid", "weights", "confidence")
    homes: list[tuple[str, type[Table] | None]]
    homes = [(f"[{name}]", _inner_table(Recipe, name)) for name in inner]
    homes.append(("[events.kernel]", _inner_table(RULE_TABLES[":phrase"], "kernel")))
    homes += [("[events.labels]", table) for table in LABEL_TABLES.values()]
    homes += [("[[events]] of another kind or match", table) for table in RULE_TABLES.values()]
    return [(name, keys_of(table)) for name, table in homes if table]
